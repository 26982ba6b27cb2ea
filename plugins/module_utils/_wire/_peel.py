# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every suite of one version: offer all, strike what was chosen, offer the rest, until the server refuses.

One hello has one answer, so n accepted suites cost n + 1 hellos and no method needs fewer. The order comes with them:
the k-th answer is the k-th preference.
"""

from __future__ import annotations

import typing as t

from ._codes import Version
from ._flight import Chosen, Closed, Refused
from ._hello import Offer
from ._session import Reply
from ._suites import offered, suite
from ._survey import Order, Survey, VersionRecord, Witness, explain, fits, may_hide_more

__all__ = ["peel", "peel_by_key_exchange", "settle_order"]


async def peel(survey: Survey, version: Version) -> None:
    """Complete the record of an accepted version, whose first suites are known. Raises GaveUpError."""
    record = survey.records[version]
    suites, size = survey.suites(version), survey.chunk
    if size is None:
        await _peel(survey, record, suites, version)
    else:
        await _peel_in_parts(survey, version, [suites[at : at + size] for at in range(0, len(suites), size)])


async def peel_by_key_exchange(survey: Survey, version: Version) -> None:
    """Peel each kind of key exchange by itself: one that the server fails with does not hide the others then."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for number in survey.suites(version):
        kinds.setdefault((suite(number).key_exchange, suite(number).authentication), []).append(number)
    await _peel_in_parts(survey, version, list(kinds.values()))


async def _peel(survey: Survey, record: VersionRecord, suites: t.Sequence[int], version: Version) -> None:
    suspects: frozenset[int] = frozenset()
    cleared = False
    while True:
        gone = suspects | survey.failing | frozenset(record.suites)
        rest = [number for number in suites if number not in gone]
        if not rest:
            record.complete = True
            return
        offer = survey.offer([version], rest)
        reply = await survey.ask(offer)
        if suspects and not may_hide_more(reply) and not await survey.blame(version, suspects):
            # With them it went wrong once, but not because of them: back to the whole list.
            suspects, cleared = frozenset(), True
            continue
        if isinstance(reply, Chosen) and reply.version is version and fits(reply, offer):
            record.suites.append(reply.suite)
            suspects = frozenset()
            continue
        if suspects and may_hide_more(reply) and _is_longest(survey, version, record):
            # Lower versions use parts of this list in the same order.
            survey.dhe_cleared = True
        if may_hide_more(reply) and not suspects and not cleared and not _has_dhe(record):
            suspects = frozenset(survey.untried_dhe(rest))
            if suspects:
                continue
        _end(survey, record, offer, reply)
        return


def _is_longest(survey: Survey, version: Version, record: VersionRecord) -> bool:
    old = [accepted for accepted in survey.accepted() if accepted is not Version.TLS_1_3]
    return version is old[0] and record is survey.records[version]


def _has_dhe(record: VersionRecord) -> bool:
    return any(suite(number).key_exchange == "DHE" for number in record.suites)


def _end(survey: Survey, record: VersionRecord, offer: Offer, reply: Reply) -> None:
    """The answer that ends the list: a refusal, or the choice of a lower version because this one has nothing left."""
    fell_back = isinstance(reply, Chosen) and fits(reply, offer)
    record.complete = fell_back or isinstance(reply, (Refused, Closed))
    if isinstance(reply, Closed):
        survey.closes.append(Witness(offer.highest, offer, end_of_list=True))
    elif not record.complete:
        record.note = explain(reply)


async def _peel_in_parts(survey: Survey, version: Version, parts: t.Sequence[t.Sequence[int]]) -> None:
    """Each part by itself, then the lists merged by asking for their heads."""
    record = survey.records[version]
    lists = [VersionRecord() for _part in parts]
    for part, suites in zip(lists, parts):
        await _peel(survey, part, suites, version)
    record.suites[:] = await _merge(survey, version, [part.suites for part in lists if part.suites])
    record.complete = all(part.complete for part in lists)
    record.note = next((part.note for part in lists if part.note), "")


async def _merge(survey: Survey, version: Version, lists: list[list[int]]) -> list[int]:
    """Merge ordered lists: of their first elements the server picks its favourite, again and again."""
    merged: list[int] = []
    ours = offered(version).index
    while len(lists) > 1:
        # Weakest first here too, or a server without an order of its own would seem to have one.
        lists = sorted(lists, key=lambda part: ours(part[0]))
        offer = survey.offer([version], [part[0] for part in lists])
        reply = await survey.ask(offer)
        if not (isinstance(reply, Chosen) and fits(reply, offer)):
            break
        merged.append(reply.suite)
        lists = [part[1:] if part[0] == reply.suite else part for part in lists]
        lists = [part for part in lists if part]
    return merged + [number for part in lists for number in part]


async def settle_order(survey: Survey, version: Version) -> None:
    """Say whose preference decides: one more hello, only when all answers were our own first. Raises GaveUpError."""
    record = survey.records[version]
    ours = [number for number in offered(version) if number in record.suites]
    if len(ours) < 2 or not record.complete:
        return
    if ours != record.suites:
        # We offered the weakest first; an answer that was not our first acceptable one was the server's own choice.
        record.order = Order.SERVER
        return
    strongest_first = tuple(reversed(ours))
    offer = survey.offer([version], strongest_first)
    reply = await survey.ask(offer)
    if not isinstance(reply, Chosen):
        # All of these were accepted before: whatever this was, it was no answer.
        reply = await survey.ask(offer)
    if isinstance(reply, Chosen) and fits(reply, offer):
        record.order = Order.CLIENT if reply.suite == strongest_first[0] else Order.SERVER
    if record.order is Order.CLIENT:
        # The server has no order of its own; strongest first is the order that is easiest to read.
        record.suites[:] = strongest_first
