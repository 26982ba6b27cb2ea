# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: from a state and a baseline to one entry for every setting considered, and the operations.

Words (design, section 2): *prior* is the state that was read, *planned* is what ``Entry.after`` predicts. Stages are
taken in their order; the first one that has something to write is the last one that is applied, because the next has
to wait until it counts. Data in, data out: nothing is read here, and check mode runs the same code.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES, Baseline
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .entries import in_order, leftover_entries
from .model import Entry, Gate, Member, Plan, Reason
from .stages import FULFILLED
from .walk import Blocks, Observed, Question, as_blocked, as_found, gates_ahead, look, nothing, take_stage


def make_plan(
    state: State,
    baseline: Baseline,
    stage: str,
    *,
    members: t.Mapping[str, Member] | None = None,
    observed: Observed = (),
    force: bool = False,
) -> Plan:
    """The plan that brings a host up to and including ``stage``, as far as it may go now.

    ``members``: the Exchange servers of the organisation by name (for stage retire), None when they were not read.
    ``observed``: answers of endpoint_info about this host. ``force``: also write where Group Policy, or somebody
    unknown, wrote before. Raises ValueError for a stage that does not exist.
    """
    if stage not in STAGES:
        raise ValueError(f"there is no stage '{stage}'; stages are {', '.join(STAGES)}.")
    question = Question(state, baseline, members, observed, force)
    ahead = STAGES[STAGES.index(stage) + 1 :]
    entries: list[Entry] = []
    found: tuple[Gate, ...] = ()
    blocks: Blocks = nothing
    reached = ""
    for name in STAGES[: STAGES.index(stage) + 1]:
        judgements, now = look(name, question)
        before = found or blocks(name)
        if now.state in FULFILLED:
            entries += as_found(judgements)
        elif before:
            found = before
            entries += as_blocked(judgements, Reason.STAGE_BLOCKED, before[0].reason)
        else:
            step = take_stage(judgements, now, question)
            entries += step.entries
            found, blocks = step.gates, step.blocks
        reached = reached if found else name
    for name in ahead:
        entries += as_blocked(look(name, question)[0], Reason.LATER_STAGE, "")
    next_stage, next_gates = _next(ahead, found, blocks, question)
    entries += leftover_entries(baseline, state, entries)
    return Plan(
        profile=baseline.profile,
        stage=stage,
        reached=reached,
        entries=in_order(entries, baseline),
        gates=found,
        next_stage=next_stage,
        next_gates=next_gates,
        reboot_required=any(state.catalogue.settings[entry.setting].reboot for entry in entries if entry.operations),
        applyable=any(entry.operations for entry in entries),
        complete=not found,
    )


def _next(
    ahead: tuple[str, ...], found: tuple[Gate, ...], blocks: Blocks, question: Question
) -> tuple[str, tuple[Gate, ...]]:
    """The stage to come after this plan, and what blocks it as far as that can be told now."""
    if found:
        return found[0].stage, ()
    for name in ahead:
        if look(name, question)[1].state not in FULFILLED:
            return name, blocks(name) + gates_ahead(name, question)
    return "", ()
