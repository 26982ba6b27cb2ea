# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The walk through the stages: each is fulfilled, or applied now, or blocked, and then blocks what comes after it."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Baseline
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import DISABLED
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, state_after

from . import gates
from .entries import NOT_DECIDED, entry_of
from .judge import Judgement
from .lockout import certificate_types, lost
from .model import Entry, Gate, Member, Reason, StageState
from .stages import PENDING, UNKNOWN, judge_stage, stage_state

Observed = t.Sequence[t.Mapping[str, t.Any]]

Blocks = t.Callable[[str], tuple[Gate, ...]]

#: Groups whose change can leave somebody without a suite.
CAN_LOCK_OUT = frozenset({"protocols", "ciphers", "hashes", "key_exchange", "cipher_suites"})


@dataclasses.dataclass(frozen=True)
class Question:
    """What a plan is asked for; see :func:`.planner.make_plan`."""

    state: State
    baseline: Baseline
    members: t.Mapping[str, Member] | None
    observed: Observed
    force: bool


def nothing(_stage: str) -> tuple[Gate, ...]:
    """Nothing stands before a stage."""
    return ()


@dataclasses.dataclass(frozen=True)
class Step:
    """What became of one stage.

    ``gates``: why something of it is missing, even once the host was restarted. ``blocks``: from the name of a later
    stage that has something to do to the gate before it; to none when later stages may follow at once.
    """

    entries: tuple[Entry, ...]
    gates: tuple[Gate, ...] = ()
    blocks: Blocks = nothing


def take_stage(judgements: tuple[Judgement, ...], found: StageState, question: Question) -> Step:
    """Decide about one stage that is not fulfilled and that nothing earlier blocks."""
    stage = found.stage
    if found.state == PENDING or (found.state == UNKNOWN and _nothing_left(stage, judgements, question.baseline)):
        return Step(as_found(judgements), blocks=_behind(found, question.state))
    if found.state == UNKNOWN:
        return Step(as_found(judgements), (gates.undecided(stage, found),))
    writing = tuple(one for one in judgements if one.operations)
    if not writing and not any(one.refusal for one in judgements):
        return Step(as_found(judgements), (gates.contradicted(stage, found),))
    if writing:
        closed, reason = _stage_gate(stage, writing, question)
        if closed is not None:
            return Step(as_blocked(judgements, reason, closed.reason), (closed,))
    own = _entry_gates(stage, judgements, direct=question.baseline.direct)
    return Step(as_found(judgements), own, _written(stage, writing, question.state))


def look(stage: str, question: Question) -> tuple[tuple[Judgement, ...], StageState]:
    """The judgements of a stage and what they come to."""
    judgements = judge_stage(stage, question.state, question.baseline, force=question.force)
    return judgements, stage_state(stage, judgements, question.state, question.baseline, question.observed)


def as_found(judgements: tuple[Judgement, ...]) -> tuple[Entry, ...]:
    """Entries of a stage that nothing blocks."""
    return tuple(entry_of(one) for one in judgements)


def as_blocked(judgements: tuple[Judgement, ...], reason: Reason, detail: str) -> tuple[Entry, ...]:
    """Entries of a stage in which nothing may be written."""
    return tuple(entry_of(one, (reason, detail)) for one in judgements)


def gates_ahead(stage: str, question: Question) -> tuple[Gate, ...]:
    """What would keep a stage from being applied, apart from earlier ones."""
    found = (gates.ability(stage, question.state), gates.organisation(stage, question.state, question.members))
    return tuple(gate for gate in found if gate is not None)


def _nothing_left(stage: str, judgements: tuple[Judgement, ...], baseline: Baseline) -> bool:
    """Everything is written, only whether it counts is not known (no times): no reason to refuse, but to wait."""
    undecided = any(baseline.considered[name].stage == stage for name in baseline.undecided)
    return not undecided and all(one.configured for one in judgements)


def _stage_gate(stage: str, writing: tuple[Judgement, ...], question: Question) -> tuple[Gate | None, Reason]:
    ahead = gates_ahead(stage, question)
    if ahead:
        return ahead[0], Reason.STAGE_BLOCKED
    return _lockout(stage, writing, question)


def _lockout(stage: str, writing: tuple[Judgement, ...], question: Question) -> tuple[Gate | None, Reason]:
    """Design, section 8: what is taken away is resolved together, and a list that leaves nothing is refused."""
    state = question.state
    groups = {state.catalogue.settings[one.rule.setting].group for one in writing}
    if not groups & CAN_LOCK_OUT:
        return None, Reason.STAGE_BLOCKED
    planned = state_after(state, tuple(operation for one in writing for operation in one.operations))
    types = certificate_types(state, question.observed)
    missing = lost(state, planned, types)
    if missing is None:
        takes_away = "cipher_suites" in groups or any(one.after == DISABLED for one in writing)
        return (gates.suites_unknown(stage) if takes_away else None), Reason.STAGE_BLOCKED
    direct = question.baseline.direct
    return (gates.lockout(stage, missing, direct=direct) if missing else None), Reason.WOULD_LOCK_OUT


def _entry_gates(stage: str, judgements: tuple[Judgement, ...], *, direct: bool) -> tuple[Gate, ...]:
    """Gates from single rules that may not be written, or that cannot be judged."""
    owned = [one for one in judgements if one.reason in (Reason.OWNED_BY_GROUP_POLICY, Reason.OWNER_UNKNOWN)]
    senseless = [one for one in judgements if one.reason in (Reason.UNSUPPORTED, Reason.UNKNOWN_NAME)]
    undecided = [one for one in judgements if one.refusal and one.reason in NOT_DECIDED]
    found: list[Gate] = []
    senseless_gate = functools.partial(gates.refused, direct=direct)
    for rows, make in ((owned, gates.ownership), (senseless, senseless_gate), (undecided, gates.not_judged)):
        if rows:
            found.append(make(stage, [one.rule.setting for one in rows], [one.refusal for one in rows]))
    return tuple(found)


def _behind(found: StageState, state: State) -> Blocks:
    return lambda stage: (gates.earlier_stage(stage, found, state),)


def _written(stage: str, writing: tuple[Judgement, ...], state: State) -> Blocks:
    """Later stages wait for the restart that the written values need; values that count at once hold nobody up."""
    if any(state.catalogue.settings[one.rule.setting].reboot for one in writing):
        return lambda later: (gates.after_writing(later, stage),)
    return nothing
