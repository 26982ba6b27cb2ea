# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is exactly what is wanted in force? Answered in six connections for TLS 1.2 and 1.3, whatever the server offers; only
a single close, which may be a failure, costs more.

Per version wanted two hellos: everything outside the wanted list must be refused, and the wanted list, offered
backwards, must yield its first suite, which proves the server's order as well. Below the lowest wanted version one
hello must be refused, SSL 2.0 takes its own. What is not proven: that every suite of the list is there, and, where it
deviates, what could not change the verdict any more (the inventory tells).
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ._codes import Alert, Version
from ._confirm import confirm_closes
from ._discover import discover_ssl2
from ._errors import CallerError
from ._flight import Chosen, Closed, Refused
from ._hello import Offer
from ._session import Reply
from ._suites import offered, suite, suite_by_name
from ._survey import ALL_VERSIONS, Order, Survey, VersionState, Witness, explain, fits, may_hide_more

__all__ = ["Wanted", "conformance", "wanted"]

#: Connections and refused hellos after which an endpoint that deviates already is asked no more.
_CONNECTIONS, _REFUSED = 6, 4
_NOT_ASKED = "not asked, because the endpoint deviates already"

_MODERN = tuple(version for version in ALL_VERSIONS if version is not Version.SSL_2_0)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """versions: all others must be refused. suites: in order of preference over all versions; empty: any will do."""

    versions: frozenset[Version]
    suites: tuple[int, ...] = ()

    def of(self, version: Version) -> tuple[int, ...]:
        known = frozenset(offered(version))
        return tuple(number for number in self.suites if number in known)


def wanted(versions: t.Iterable[str], suites: t.Iterable[str] = ()) -> Wanted:
    """From version ids and suite names (IANA's or Schannel's). Raises CallerError that names the nearest known one."""
    by_id = {version.id: version for version in ALL_VERSIONS}
    unknown = [name for name in versions if name not in by_id]
    if unknown:
        raise CallerError(f"Version {unknown[0]!r} is unknown; known are {', '.join(sorted(by_id))}.")
    numbers = [_number(name) for name in suites]
    # Old Windows lists a suite once per curve; on the wire it is one.
    return Wanted(frozenset(by_id[name] for name in versions), tuple(dict.fromkeys(numbers)))


def _number(name: str) -> int:
    found = suite_by_name(name)
    if found is None:
        names = [suite(number).name for version in ALL_VERSIONS for number in offered(version)]
        near = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise CallerError(f"Cipher suite {name!r} is unknown{hint}")
    return found.number


class _Check:
    """The run of one conformance check; collects deviations and what could not be learnt."""

    def __init__(self, survey: Survey, target: Wanted) -> None:
        self.survey = survey
        self.target = target
        self.deviations: list[dict[str, t.Any]] = []
        self.open_questions: list[str] = []

    def deviate(self, kind: str, version: Version, number: int | None, detail: str) -> None:
        name = None if number is None else suite(number).name
        self.deviations.append({"kind": kind, "version": version.id, "suite": name, "detail": detail})

    def doubt(self, version: Version, reply: Reply) -> None:
        self.survey.unknown(version, reply)
        self.open_questions.append(f"{version.label}: {explain(reply)}")

    async def run(self) -> dict[str, t.Any]:
        mine = [version for version in _MODERN if version in self.target.versions]
        runs = list(self._forbidden_runs())
        for version in mine:
            await self._first_choice(version)
        # Before the suites: how a version is refused tells what a close means there.
        for run in runs:
            await self._forbidden(run, run[:1])
        for version in mine:
            await self._nothing_else(version)
        if Version.SSL_2_0 not in self.target.versions:
            await self._ssl2()
        for run in runs:
            await self._forbidden(run, run[1:])
        if self._doubts_a_refusal() or not (self._is_spent() or self._refuses_suites_by_close(2)):
            await confirm_closes(self.survey, with_suites=False)
        if self.survey.answered:
            self._judge_versions()
        else:
            self.open_questions.append("Nothing answered in TLS.")
        verdict = "deviates" if self.deviations else "unknown" if self.open_questions else "in_force"
        return {"verdict": verdict, "deviations": self.deviations, "open_questions": self.open_questions}

    def _forbidden_runs(self) -> t.Iterator[list[Version]]:
        """Neighbouring versions that must be refused, highest first. TLS 1.3 negotiates apart, so it is its own run."""
        run: list[Version] = []
        for version in _MODERN:
            if version in self.target.versions or version is Version.TLS_1_2:
                if run:
                    yield run
                run = []
            if version not in self.target.versions:
                run.append(version)
        if run:
            yield run

    def _enough(self, versions: t.Sequence[Version]) -> bool:
        """Whether asking for these is left out; that is said then."""
        if not self._is_spent():
            return False
        for version in versions:
            self.survey.records[version].note = _NOT_ASKED
        self.open_questions.append(f"{', '.join(version.label for version in versions)}: {_NOT_ASKED}")
        return True

    def _is_spent(self) -> bool:
        session = self.survey.session
        spent = session.connections >= _CONNECTIONS or session.refused_hellos >= _REFUSED
        return spent and bool(self.deviations or any(self._deviates(version) for version in _MODERN))

    def _deviates(self, version: Version) -> bool:
        state = self.survey.records[version].state
        # A close may still turn out to be none.
        return state is (VersionState.REFUSED if version in self.target.versions else VersionState.ACCEPTED)

    async def _forbidden(self, run: t.Sequence[Version], versions: t.Sequence[Version]) -> None:
        """One hello at the top of the run: whoever had a version of it would have to choose it. The next ones are only
        asked for where a newer one was chosen.
        """
        for at, version in enumerate(versions):
            if self.survey.records[version].state is not VersionState.UNKNOWN or self.survey.records[version].note:
                continue
            if self._enough(versions[at:]):
                return
            offer = self.survey.offer([version], offered(version))
            reply = await self.survey.ask(offer)
            if isinstance(reply, Chosen) and fits(reply, offer) and reply.version in run:
                self._accepted(reply)
                for skipped in run:
                    if reply.version < skipped <= version:
                        self.survey.refuse(skipped, None)
                continue
            for lower in run:
                if lower <= version:
                    self._refused(lower, reply, offer)
            return

    def _accepted(self, reply: Chosen) -> None:
        self.survey.accept(reply.version, [reply.suite])

    def _refused(self, version: Version, reply: Reply, offer: Offer) -> None:
        if self.survey.records[version].state is VersionState.ACCEPTED:
            return
        if isinstance(reply, Refused):
            self.survey.refuse(version, reply.alert)
        elif isinstance(reply, Chosen) and fits(reply, offer):
            self.survey.refuse(version, None)
        elif isinstance(reply, Closed):
            self.survey.refuse_by_close(version, offer)
        else:
            self.doubt(version, reply)

    async def _first_choice(self, version: Version) -> None:
        mine = self.target.of(version)
        offer = self.survey.offer([version], tuple(reversed(mine)) or offered(version))
        # As long as the longest hello that may be closed later: then its length cannot have been the reason.
        offer = dataclasses.replace(offer, pad_to=self.survey.offer([version], offered(version)).size)
        reply = await self.survey.ask(offer)
        if isinstance(reply, Chosen) and fits(reply, offer) and reply.version is version:
            self._accepted(reply)
            if mine:
                self._judge_first(version, mine, reply.suite)
            return
        # The reason may be the version or the suites; what is not wanted is asked next and tells them apart.
        self._refused(version, reply, offer)

    def _judge_first(self, version: Version, mine: tuple[int, ...], chosen: int) -> None:
        # A list may begin with ECDSA suites where only an RSA certificate is bound: those cannot be chosen, and that is
        # no deviation. The certificate that is bound shows in the choice.
        possible = [number for number in mine if suite(number).authentication == suite(chosen).authentication]
        if chosen == possible[0]:
            self.survey.records[version].order = Order.SERVER if len(possible) > 1 else Order.UNKNOWN
            return
        detail = f"{version.label} prefers {suite(chosen).name} where {suite(possible[0]).name} is wanted first."
        self.deviate("first_suite", version, chosen, detail)

    async def _nothing_else(self, version: Version) -> None:
        mine = self.target.of(version)
        rest = [number for number in self.survey.suites(version) if number not in mine]
        settled = self.survey.records[version].alert == Alert.PROTOCOL_VERSION
        if not self.target.suites or not rest or settled:
            return
        offer = self.survey.offer([version], rest)
        reply = await self._ask_soundly(version, offer)
        if isinstance(reply, Chosen) and fits(reply, offer):
            if reply.version is version:
                self._accepted(reply)
                detail = f"{version.label} accepts {suite(reply.suite).name}, which is not wanted."
                self.deviate("suite_accepted", version, reply.suite, detail)
        elif isinstance(reply, Closed) and self.survey.records[version].state is VersionState.ACCEPTED:
            self.survey.closes.append(Witness(version, offer, end_of_list=True))
        elif isinstance(reply, Closed):
            self.survey.refuse_by_close(version, offer)
        elif not isinstance(reply, Refused):
            self.doubt(version, reply)

    async def _ask_soundly(self, version: Version, offer: Offer) -> Reply:
        """A failure with one suite must not pass for the refusal of all: one hello more, where hellos end like that.

        Not where the endpoint has refused other suites by closing, or versions and never sent an alert: then a close is
        its no.
        """
        habit = self._refuses_by_close() or self._refuses_suites_by_close(1)
        reply = await self.survey.ask(offer)
        suspects = frozenset(self.survey.untried_dhe(offer.suites)) if may_hide_more(reply) else frozenset()
        if not suspects or (habit and isinstance(reply, Closed)):
            return reply
        sound = self.survey.offer([version], [number for number in offer.suites if number not in suspects])
        reply = await self.survey.ask(sound)
        # A choice among them deviates, whatever became of the suspects.
        if may_hide_more(reply) or isinstance(reply, Chosen) or await self.survey.blame(version, suspects):
            return reply
        return await self.survey.ask(offer)

    def _doubts_a_refusal(self) -> bool:
        """Whether a version that is wanted was closed: said to be refused it would be a deviation."""
        records = self.survey.records
        return any(records[version].state is VersionState.REFUSED_BY_CLOSE for version in self.target.versions)

    def _refuses_by_close(self) -> bool:
        records = self.survey.records.values()
        return not self.survey.alerts and any(one.state is VersionState.REFUSED_BY_CLOSE for one in records)

    def _refuses_suites_by_close(self, times: int) -> bool:
        """In so many versions, and closed on nothing else but the hello of SSL 2.0, which many take for garbage."""
        closes = [witness for witness in self.survey.closes if witness.version is not Version.SSL_2_0]
        return len(closes) >= times and all(witness.end_of_list for witness in closes)

    async def _ssl2(self) -> None:
        if self._enough([Version.SSL_2_0]):
            return
        await discover_ssl2(self.survey)
        record = self.survey.records[Version.SSL_2_0]
        if record.state is VersionState.UNKNOWN:
            self.open_questions.append(f"{Version.SSL_2_0.label}: {record.note}")

    def _judge_versions(self) -> None:
        """After second thoughts about closed connections, so that every version is judged once."""
        for version, record in self.survey.records.items():
            expected = version in self.target.versions
            if record.state is VersionState.ACCEPTED and not expected:
                first = record.suites[0] if record.suites else None
                self.deviate("version_accepted", version, first, f"{version.label} is accepted and must be refused.")
            elif expected and record.state in (VersionState.REFUSED, VersionState.REFUSED_BY_CLOSE):
                self.deviate(
                    "version_refused", version, None, f"{version.label} is refused with all that is wanted of it."
                )


async def conformance(survey: Survey, target: Wanted) -> dict[str, t.Any]:
    """verdict: in_force, deviates or unknown; deviations with version, suite and a sentence. Raises GaveUpError."""
    return await _Check(survey, target).run()
