# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions answer, from the highest down, with as few hellos as possible.

Up to TLS 1.2 a server takes its highest version that is not above ours: one answer settles every version between the
two. A refusal that names the version (alert 70) settles all below it; any other end of a hello only the version asked.
"""

from __future__ import annotations

from ._attempt import Silent
from ._codes import Alert, Version
from ._dialogue import quoted
from ._flight import Chosen, ChosenSsl2, Closed, Refused
from ._hello import Offer
from ._records import NotTls
from ._session import Reply
from ._status import Failure, Status
from ._suites import offered, suite
from ._survey import ALL_VERSIONS, CHUNK, Survey, VersionState, fits, may_hide_more

__all__ = ["discover", "discover_again_in_parts", "discover_hidden", "discover_rest", "discover_ssl2"]

_SILENT = Failure(Status.TIMEOUT, "The server accepts connections and does not answer a TLS hello.")

# Versions that are negotiated in the old way, highest first.
_OLD_VERSIONS = (Version.TLS_1_2, Version.TLS_1_1, Version.TLS_1_0, Version.SSL_3_0)

_OPENING_VERSIONS = (Version.TLS_1_3, Version.TLS_1_2, Version.TLS_1_1, Version.TLS_1_0)


def _common_suites() -> tuple[int, ...]:
    """One chunk of what servers really have: TLS 1.3's, Schannel's, and the strongest of the rest."""
    likely = [n for n in offered(Version.TLS_1_3) + offered(Version.TLS_1_2) if suite(n).schannel_name]
    rest = [n for n in reversed(offered(Version.TLS_1_2)) if n not in likely and "AES" in suite(n).cipher]
    return tuple(likely + rest)[:CHUNK]


async def discover(survey: Survey) -> None:
    """Fill in the state and the first suite of SSL 3.0 to TLS 1.3. Raises GaveUpError."""
    await _open(survey)
    await discover_rest(survey)


async def discover_rest(survey: Survey) -> None:
    """Ask for the versions that nothing is known about yet, highest first. Raises GaveUpError."""
    for version in ALL_VERSIONS[:-1]:
        record = survey.records[version]
        if record.state is not VersionState.UNKNOWN or survey.stopped is not None:
            continue
        if _accepted_above(survey, version) and _closed_twice_above(survey, version):
            # It negotiates versions, so each of these hellos would have drawn out every lower version as well.
            record.state = VersionState.REFUSED_BY_CLOSE
            record.inferred = record.suspicious = True
            continue
        await _ask_version(survey, version)


def _accepted_above(survey: Survey, version: Version) -> bool:
    """A higher version is accepted that is negotiated in the old way: the server takes its highest below the offer."""
    above = [survey.records[higher] for higher in _OLD_VERSIONS if higher > version]
    return any(record.state is VersionState.ACCEPTED for record in above)


def _closed_twice_above(survey: Survey, version: Version) -> bool:
    above = [survey.records[v] for v in _OLD_VERSIONS if version < v]
    return len([record for record in above if record.state is VersionState.REFUSED_BY_CLOSE]) >= 2


async def discover_hidden(survey: Survey, thorough: bool) -> None:
    """Versions that seemed refused because the server prefers a suite it then fails with. Raises GaveUpError.

    thorough: suspect a closed connection too where another version was accepted; the inventory need not, its peeling
    shows whether there is such a suite at all.
    """
    suspects = [version for version in _OLD_VERSIONS if survey.records[version].suspicious]
    if not suspects:
        return
    reply: Reply | None = None
    if not survey.failing:
        only_closed = all(survey.records[version].alert is None for version in suspects)
        dhe = survey.untried_dhe(offered(Version.TLS_1_2))
        if not dhe or (only_closed and _accepted_above(survey, suspects[0]) and not thorough):
            return
        offer = survey.offer(suspects[:1], [number for number in offered(suspects[0]) if number not in dhe])
        reply = await survey.ask(offer)
        if not isinstance(reply, Chosen) or not fits(reply, offer):
            return
        if not await survey.blame(reply.version, frozenset(dhe)):
            reply = None
    survey.reopen(suspects)
    if isinstance(reply, Chosen):
        _settle_choice(survey, suspects[0], reply)
    await discover_rest(survey)


async def _open(survey: Survey) -> None:
    """The first hello offers all versions at once: what is chosen is also the first answer of that version's list."""
    suites = offered(Version.TLS_1_3) + offered(Version.TLS_1_2)
    offer = survey.offer(_OPENING_VERSIONS, suites)
    reply = await survey.ask(offer)
    if may_hide_more(reply):
        # Perhaps a suite that it prefers and then fails with.
        dhe = frozenset(survey.untried_dhe(suites))
        offer = survey.offer(_OPENING_VERSIONS, [number for number in suites if number not in dhe])
        reply = await survey.ask(offer)
        if isinstance(reply, Chosen) and not await survey.blame(Version.TLS_1_2, dhe):
            offer = survey.offer(_OPENING_VERSIONS, suites)
            reply = await survey.ask(offer)
    if isinstance(reply, (Closed, Silent)):
        # Perhaps the size of the hello: nothing is said about versions before a small one was tried.
        survey.chunk = CHUNK
        offer = survey.offer(_OPENING_VERSIONS, _common_suites())
        reply = await survey.ask(offer)
        if isinstance(reply, Silent):
            survey.stopped = _SILENT
        if not survey.answered:
            survey.chunk = None
    if isinstance(reply, NotTls):
        survey.stopped = _not_tls(reply)
    elif isinstance(reply, Chosen) and fits(reply, offer):
        _settle_choice(survey, Version.TLS_1_3, reply)
    elif isinstance(reply, Refused) and reply.alert is Alert.PROTOCOL_VERSION:
        for version in _OPENING_VERSIONS:
            survey.refuse(version, reply.alert)


def _not_tls(reply: NotTls) -> Failure:
    return Failure(
        Status.NO_TLS,
        f"The peer answers a TLS hello with {quoted(reply.sample[:40].decode('latin-1'))}, which is not TLS.",
    )


def _settle_choice(survey: Survey, asked: Version, reply: Chosen) -> None:
    survey.accept(reply.version, [reply.suite])
    for version in ALL_VERSIONS:
        if reply.version < version <= asked:
            survey.refuse(version, None)


async def _ask_version(survey: Survey, version: Version) -> None:
    if version is Version.TLS_1_3:
        # Asked apart only when the opening was not answered with a choice: perhaps this server wants shares.
        survey.key_shares = True
    offer, reply = await survey.ask_in_parts(version, survey.suites(version))
    _settle(survey, version, offer, reply)


def _settle(survey: Survey, version: Version, offer: Offer, reply: Reply) -> None:
    if isinstance(reply, Chosen) and fits(reply, offer):
        _settle_choice(survey, version, reply)
    elif isinstance(reply, Refused):
        survey.refuse(version, reply.alert)
        survey.records[version].suspicious = may_hide_more(reply)
        if reply.alert is Alert.PROTOCOL_VERSION and version is not Version.TLS_1_3:
            for lower in ALL_VERSIONS[:-1]:
                if lower < version:
                    survey.refuse(lower, reply.alert)
    elif isinstance(reply, Closed):
        survey.refuse_by_close(version, offer)
        survey.records[version].suspicious = True
    else:
        survey.unknown(version, reply)
        if isinstance(reply, Silent) and not survey.answered:
            survey.stopped = _SILENT


async def discover_again_in_parts(survey: Survey) -> None:
    """Versions whose long hello was closed on an endpoint that has answered shorter ones only. Raises GaveUpError."""
    if not survey.answered:
        return
    modern = [witness for witness in survey.closes if witness.version is not Version.SSL_2_0]
    for witness in [witness for witness in modern if witness.offer.size > survey.longest_answered]:
        survey.chunk = CHUNK
        survey.reopen([witness.version])
        await _ask_version(survey, witness.version)


async def discover_ssl2(survey: Survey) -> None:
    """One hello: an SSL 2.0 server answers with its whole list, but in an order of no meaning. Raises GaveUpError."""
    version = Version.SSL_2_0
    reply = await survey.session.ask_ssl2(version, offered(version))
    survey.learn(reply)
    if isinstance(reply, ChosenSsl2):
        survey.accept(version, reply.hello.kinds)
        survey.records[version].complete = True
    elif isinstance(reply, Refused):
        survey.refuse(version, reply.alert)
    elif isinstance(reply, Closed):
        survey.refuse_by_close(version, survey.offer([version], offered(version)))
    else:
        survey.unknown(version, reply)
