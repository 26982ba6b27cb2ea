# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an endpoint does besides versions and suites.

Most of it is read off the answers that are asked for anyway. ``DETAILS`` cost connections of their own and are asked
for only on request: one or two each, for the groups one per group and version, and one more per version.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._codes import Alert, Extension, Version
from ._errors import DecodeError
from ._flight import Chosen, Closed, Refused
from ._groups import LEGACY_GROUPS, MODERN_GROUPS, group
from ._reader import Reader
from ._suites import FALLBACK_SCSV, suite
from ._survey import ALL_VERSIONS, CHUNK, Survey, VersionState

__all__ = ["DETAILS", "ask_details", "free_facts", "group_of"]

#: groups: every key exchange group of TLS 1.3 and of the highest older version that uses one (groups_complete: the
#: versions in which that succeeded).
#: fallback_scsv: RFC 7507. unified_hello: an SSL 3.0 or TLS hello in the framing of SSL 2.0 (RFC 5246 E.2).
#: alpn: the application protocols of HTTP.
DETAILS = ("groups", "fallback_scsv", "unified_hello", "alpn")

_HTTP = ("h2", "http/1.1")

Facts = dict[str, t.Any]


def free_facts(replies: t.Sequence[Chosen]) -> Facts:
    """From all choices that were seen. None: no answer could tell (TLS 1.3 alone has none of these).

    secure_renegotiation, extended_master_secret, session_tickets, session_ids: true when every answer that could have
    it has it.
    dh_bits: the smallest prime of a DHE key exchange. export_rsa_bits: the smallest ephemeral RSA key.
    groups: per version the groups chosen so far, in the order in which they were seen.
    """
    old = [reply for reply in replies if reply.version <= Version.TLS_1_2]
    extensible = [reply for reply in old if reply.version > Version.SSL_3_0]
    return {
        "secure_renegotiation": _all_have(old, Extension.RENEGOTIATION_INFO),
        "extended_master_secret": _all_have(extensible, Extension.EXTENDED_MASTER_SECRET),
        "session_tickets": _all_have(extensible, Extension.SESSION_TICKET),
        "session_ids": all(reply.hello.session_id for reply in old) if old else None,
        "dh_bits": _fewest_bits(old, "DHE"),
        "export_rsa_bits": _fewest_bits(old, "RSA"),
        "groups": _groups_seen(replies),
    }


def _all_have(replies: t.Sequence[Chosen], extension: Extension) -> bool | None:
    return all(reply.hello.extension(extension) is not None for reply in replies) if replies else None


def _fewest_bits(replies: t.Sequence[Chosen], kind: str) -> int | None:
    exchanges = [reply.key_exchange for reply in replies if reply.key_exchange is not None]
    return min((e.bits for e in exchanges if e.kind == kind and e.bits is not None), default=None)


def group_of(reply: Chosen) -> int | None:
    """The group of TLS 1.3's key_share, or of the ServerKeyExchange before."""
    if reply.version >= Version.TLS_1_3:
        return reply.hello.group
    return None if reply.key_exchange is None else reply.key_exchange.group


def _groups_seen(replies: t.Sequence[Chosen]) -> dict[str, list[str]]:
    seen: dict[str, dict[str, None]] = {}
    for reply in replies:
        number = group_of(reply)
        if number is not None:
            seen.setdefault(reply.version.id, {})[group(number).name] = None
    return {version: list(names) for version, names in seen.items()}


async def ask_details(survey: Survey, details: t.Collection[str]) -> Facts:
    """Ask for these details. Raises GaveUpError. A detail that got no clear answer is None."""
    facts: Facts = {}
    if "groups" in details:
        facts["groups"], facts["groups_complete"] = await _groups(survey)
    if "fallback_scsv" in details:
        facts["fallback_scsv"] = await _fallback_scsv(survey)
    if "unified_hello" in details:
        facts["unified_hello"] = await _unified_hello(survey)
    if "alpn" in details:
        facts["alpn"] = await _alpn(survey)
    return facts


def _accepted(survey: Survey, version: Version) -> bool:
    return survey.records[version].state is VersionState.ACCEPTED


async def _groups(survey: Survey) -> tuple[dict[str, list[str]], list[str]]:
    """Per version the groups, and the versions whose list ended with a clear answer: there are no others there."""
    found, complete = {}, []
    # Servers have one list for all versions up to TLS 1.2, so the highest that uses it will do.
    older = (Version.TLS_1_2, Version.TLS_1_1, Version.TLS_1_0)
    old = next((version for version in older if _suites_for_groups(survey, version)), Version.TLS_1_2)
    for version, known in ((Version.TLS_1_3, MODERN_GROUPS), (old, LEGACY_GROUPS)):
        suites = _suites_for_groups(survey, version)
        if suites:
            numbers, ended = await _peel_groups(survey, version, suites, known)
            found[version.id] = [group(number).name for number in numbers]
            # Where only ECDSA is left, what ended the list may be the missing curve of the certificate.
            certain = ended and any(suite(number).authentication != "ECDSA" for number in suites)
            complete += [version.id] if certain else []
    return found, complete


def _suites_for_groups(survey: Survey, version: Version) -> list[int]:
    """Accepted suites that need a group. RSA's alone, where there are some: the curve of an ECDSA certificate has to be
    among the groups too, so taking it away would take those suites away.
    """
    accepted = [suite(number) for number in survey.records[version].suites]
    rows = [row for row in accepted if row.key_exchange in ("ECDHE", "any")]
    return [row.number for row in rows if row.authentication == "RSA"] or [row.number for row in rows]


async def _peel_groups(
    survey: Survey, version: Version, suites: t.Sequence[int], known: t.Sequence[int]
) -> tuple[list[int], bool]:
    found: list[int] = []
    while len(found) < len(known):
        groups = tuple(number for number in known if number not in found)
        reply = await survey.ask(dataclasses.replace(survey.offer([version], suites), groups=groups))
        number = group_of(reply) if isinstance(reply, Chosen) and reply.version is version else None
        if number not in groups or number is None:
            return found, bool(found) and isinstance(reply, (Refused, Closed))
        found.append(number)
    return found, True


async def _fallback_scsv(survey: Survey) -> bool | None:
    """Offer less than the best version, signalled as a second try: a server with RFC 7507 refuses that."""
    highest = next((version for version in ALL_VERSIONS if _accepted(survey, version)), None)
    lower = [v for v in ALL_VERSIONS if highest and Version.SSL_2_0 < v < highest and _accepted(survey, v)]
    if not lower:
        return None
    offer = survey.offer(lower[:1], survey.records[lower[0]].suites[-CHUNK:])
    reply = await survey.ask(dataclasses.replace(offer, signals=(FALLBACK_SCSV,)))
    if isinstance(reply, Refused):
        return reply.alert is Alert.INAPPROPRIATE_FALLBACK
    return False if isinstance(reply, Chosen) else None


async def _unified_hello(survey: Survey) -> bool | None:
    """An old version asked for in the framing of SSL 2.0. Silence is an answer too: NSS does not react."""
    old = [version for version in ALL_VERSIONS[1:-1] if _accepted(survey, version)]
    if not old:
        return None
    # In TLS 1.2 a hello that names no signature algorithms allows SHA-1 only (RFC 5246 7.4.1.4.1), and strict servers
    # refuse it for that reason; what sends such hellos is older anyway.
    version = next((v for v in old if v < Version.TLS_1_2), old[0])
    # For the same reason suites without a signature are the ones that tell.
    accepted = survey.records[version].suites
    suites = [number for number in accepted if suite(number).key_exchange == "RSA"] or accepted[-CHUNK:]
    reply = await survey.session.ask_ssl2(version, suites)
    return isinstance(reply, Chosen)


async def _alpn(survey: Survey) -> list[str] | None:
    """Which of HTTP's protocols the endpoint chooses; empty when it takes no part in the negotiation."""
    version = next((v for v in ALL_VERSIONS[1:-2] if _accepted(survey, v)), None)
    if version is None:
        return None
    offer = survey.offer([version], survey.records[version].suites)
    chosen: list[str] = []
    for offered in (_HTTP, _HTTP[1:]):
        reply = await survey.ask(dataclasses.replace(offer, alpn=offered))
        name = _protocol(reply.hello.extension(Extension.ALPN)) if isinstance(reply, Chosen) else ""
        chosen += [name] if name and name not in chosen else []
        if name != _HTTP[0]:
            break
    return chosen


def _protocol(content: bytes | None) -> str:
    """RFC 7301 3.1: a list of exactly one name."""
    if content is None:
        return ""
    try:
        return Reader(Reader(content).vector(2)).vector(1).decode("ascii", "replace")
    except DecodeError:
        return ""
