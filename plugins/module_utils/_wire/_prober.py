# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many endpoints in one event loop: the only entry that callers need, ``probe`` and its twin ``probe_all``."""

from __future__ import annotations

import asyncio
import dataclasses
import typing as t

from ._certificates import fetch_chain
from ._codes import Version
from ._confirm import confirm_closes
from ._conformance import Wanted, conformance
from ._connection import Converse, converse
from ._details import ask_details
from ._discover import discover, discover_again_in_parts, discover_hidden, discover_ssl2
from ._endpoint import Endpoint
from ._peel import peel, settle_order
from ._replay import Replay
from ._replay_answers import ask_replays
from ._result import result
from ._session import Gate, GaveUpError, Limits, Session
from ._status import Failure, Status
from ._survey import Survey, VersionState

__all__ = ["MODES", "Question", "probe", "probe_all"]

#: versions: which versions answer, with the first suite of each. inventory: every suite of each. conformance: is
#: exactly what is wanted in force, in at most six connections.
MODES = ("inventory", "versions", "conformance")

# No plain service either: a device on the way, a binding without certificate, or whatever else. It proves nothing.
_MUTE = Failure(Status.UNREACHABLE, "Every connection is closed after the TLS hello; nothing answered in TLS.")

_USUAL = Limits()

# Sockets open at once over all endpoints: below the 256 file descriptors that some systems give a process.
_CONNECTIONS = 128


@dataclasses.dataclass(frozen=True)
class Question:
    """One endpoint; for conformance what it should answer, for the inventory what more to find out (``DETAILS``).

    replays: hellos of other programs, sent once each when everything else is known. mode: another than that of the run.
    """

    endpoint: Endpoint
    wanted: Wanted | None = None
    details: tuple[str, ...] = ()
    replays: tuple[Replay, ...] = ()
    mode: str | None = None


async def probe(
    questions: t.Sequence[Question],
    mode: str = "inventory",
    limits: Limits = _USUAL,
    progress: t.Callable[[dict[str, t.Any]], None] | None = None,
    converse: Converse = converse,
) -> list[dict[str, t.Any]]:
    """Ask all endpoints; one observation per question, in the same order (shape: contract of endpoint_info).

    progress: called with each observation as it is finished. converse: carries one conversation to the endpoint.
    Nothing that peers do raises here.
    """
    overall = asyncio.Semaphore(_CONNECTIONS)
    gates: dict[tuple[str, int], Gate] = {}

    async def one(question: Question) -> dict[str, t.Any]:
        # Limits are per source and socket: endpoints that differ in SNI only share one gate.
        place = (question.endpoint.target, question.endpoint.port)
        gate = gates.setdefault(place, Gate(limits.parallel))
        observation = await _observe(
            question, question.mode or mode, Session(question.endpoint, limits, gate, overall, converse)
        )
        if progress is not None:
            progress(observation)
        return observation

    return list(await asyncio.gather(*(one(question) for question in questions)))


def probe_all(
    questions: t.Sequence[Question],
    mode: str = "inventory",
    limits: Limits = _USUAL,
    progress: t.Callable[[dict[str, t.Any]], None] | None = None,
) -> list[dict[str, t.Any]]:
    """``probe`` for callers without an event loop."""
    return asyncio.run(probe(questions, mode, limits, progress))


async def _observe(question: Question, mode: str, session: Session) -> dict[str, t.Any]:
    survey = Survey(session)
    verdict: dict[str, t.Any] = {"replays": []} if question.replays else {}
    try:
        if mode == "conformance" and question.wanted is not None:
            verdict["conformance"] = await conformance(survey, question.wanted)
        else:
            await _inventory(survey, with_suites=mode == "inventory")
        await _certificate(survey)
        survey.facts = await ask_details(survey, question.details)
        end = _status(survey)
        if end.status is Status.ANSWERED:
            await ask_replays(session, question.replays, verdict.get("replays", []))
    except GaveUpError as stop:
        end = stop.failure
        if not survey.answered:
            survey.forget()
    return {**result(survey, end.status, end.detail), **verdict}


async def _inventory(survey: Survey, with_suites: bool) -> None:
    # Versions first and one hello at a time: whether this endpoint refuses by alert or by closing must be known before
    # connections overlap, because a limit of connections closes too.
    await discover(survey)
    if survey.stopped:
        return
    await discover_ssl2(survey)
    await discover_again_in_parts(survey)
    await discover_hidden(survey, thorough=not with_suites)
    if with_suites:
        await _peel_all(survey)
        if survey.failing:
            await discover_hidden(survey, thorough=True)
            await _peel_all(survey)
    await confirm_closes(survey, with_suites)
    if with_suites:
        await _together(settle_order(survey, version) for version in survey.accepted())


async def _peel_all(survey: Survey) -> None:
    versions = [version for version in survey.accepted() if not survey.records[version].complete]
    if versions and not survey.alerts:
        # No proper refusal yet: one list shows how this endpoint does it, and whether DHE suites hide others.
        old = [version for version in versions if version is not Version.TLS_1_3]
        longest = (old or versions)[0]
        await peel(survey, longest)
        versions.remove(longest)
    if survey.closes:
        survey.session.one_at_a_time()
    await _together(peel(survey, version) for version in versions)


async def _together(tasks: t.Iterable[t.Coroutine[t.Any, t.Any, None]]) -> None:
    """Run all to their end, then report the first that gave up: what the others learnt is kept."""
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _certificate(survey: Survey) -> None:
    if survey.records[Version.TLS_1_3].state is VersionState.ACCEPTED and not survey.chains:
        chain = await fetch_chain(survey.session)
        if chain:
            survey.chains["any"] = chain


def _status(survey: Survey) -> Failure:
    if survey.answered:
        return Failure(Status.ANSWERED, _summary(survey))
    notes = [record.note for record in survey.records.values() if record.note]
    survey.forget()
    if survey.stopped or not notes:
        return survey.stopped or _MUTE
    return Failure(Status.UNREACHABLE, f"Nothing answered in TLS: {notes[0]}.")


def _summary(survey: Survey) -> str:
    accepted = [v.label for v in survey.records if survey.records[v].state is VersionState.ACCEPTED]
    unknown = [v.label for v in survey.records if survey.records[v].state is VersionState.UNKNOWN]
    sentence = f"Answers {', '.join(accepted)}" if accepted else "Refuses every version that was asked"
    if survey.failing:
        sentence += "; chooses DHE suites and then fails with them"
    return f"{sentence}; unknown: {', '.join(unknown)}." if unknown else f"{sentence}."
