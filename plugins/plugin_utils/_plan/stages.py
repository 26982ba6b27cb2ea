# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far each stage is on a host, and whether the host counts as prepared."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES, Baseline, Rule
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import ENABLED
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .judge import Judgement, judge
from .model import Member, StageState, Verdict
from .proof import contradictions

EFFECTIVE = "effective"
PENDING = "pending"
OPEN = "open"
NOT_APPLICABLE = "not_applicable"
UNKNOWN = "unknown"

#: A later stage may go on after these.
FULFILLED = frozenset({EFFECTIVE, NOT_APPLICABLE})

#: What the other servers rely on once they have no TLS 1.0, whatever a profile, an overlay or an exception leaves out:
#: that this one speaks TLS 1.2 as server and client, and that its .NET does not insist on TLS 1.0 (S1, S11, S19).
RELIED_ON = (
    "protocols.tls_1_2.client",
    "protocols.tls_1_2.server",
    "dotnet.v4.native.system_default_tls_versions",
    "dotnet.v4.native.strong_crypto",
    "dotnet.v4.wow64.system_default_tls_versions",
    "dotnet.v4.wow64.strong_crypto",
)

#: How many subjects a sentence names before it only counts the rest.
NAMED = 4


def stage_states(
    state: State, baseline: Baseline, observed: t.Sequence[t.Mapping[str, t.Any]] = ()
) -> tuple[StageState, ...]:
    """Every stage in its order. ``observed``: answers of endpoint_info about this host (contract W)."""
    return tuple(stage_state(stage, judge_stage(stage, state, baseline), state, baseline, observed) for stage in STAGES)


def rules_of_stage(stage: str, baseline: Baseline) -> tuple[Rule, ...]:
    """The rules of a stage that apply to this host."""
    return tuple(rule for rule in baseline.rules if rule.stage == stage)


def judge_stage(stage: str, state: State, baseline: Baseline, *, force: bool = False) -> tuple[Judgement, ...]:
    """The judgements of all rules of a stage that apply."""
    return tuple(judge(rule, state, force=force) for rule in rules_of_stage(stage, baseline))


def stage_state(
    stage: str,
    judgements: tuple[Judgement, ...],
    state: State,
    baseline: Baseline,
    observed: t.Sequence[t.Mapping[str, t.Any]],
) -> StageState:
    """One stage from the judgements of its rules: open outweighs unknown, unknown outweighs waiting."""
    undecided = [name for name in baseline.undecided if baseline.considered[name].stage == stage]
    exempt = [name for name in baseline.exempt if baseline.considered[name].stage == stage]
    if not judgements and not undecided:
        if exempt:
            return StageState(stage, EFFECTIVE, f"By exception only: {names(exempt)}.")
        return StageState(stage, NOT_APPLICABLE, "Nothing in this stage applies to this host.")
    differing = [one for one in judgements if not one.configured]
    unread = [one for one in differing if one.verdict is Verdict.UNKNOWN]
    open_ = [one.rule.id for one in differing if one.verdict is not Verdict.UNKNOWN]
    if open_:
        return StageState(stage, OPEN, f"Not as wanted: {names(open_)}.")
    if undecided:
        because = baseline.undecided[undecided[0]]
        return StageState(stage, UNKNOWN, f"Whether {names(undecided)} applies cannot be told: {because}.")
    if unread:
        whose = names([one.rule.id for one in unread])
        return StageState(stage, UNKNOWN, f"Cannot be judged: {whose}. {unread[0].detail}")
    waiting = [one.rule.id for one in judgements if one.pending]
    if waiting:
        return StageState(stage, PENDING, f"Waits for a restart: {names(waiting)}.")
    unclear = [one.rule.id for one in judgements if one.effective is not True]
    if unclear:
        return StageState(stage, UNKNOWN, f"Whether it counts since the last restart is not known: {names(unclear)}.")
    against = contradictions((one.rule for one in judgements), state, observed)
    if against:
        return StageState(stage, OPEN, f"The registry is as wanted, but {names(against)}.")
    return StageState(stage, EFFECTIVE, "")


def prepared(
    state: State, baseline: Baseline, observed: t.Sequence[t.Mapping[str, t.Any]] = (), *, name: str = ""
) -> Member:
    """Whether this server is ready for the others to retire TLS 1.0: its stage ``prepare`` is effective, and so is
    everything they rely on, which an exception may have taken out of the stage.
    """
    found = stage_state(STAGES[0], judge_stage(STAGES[0], state, baseline), state, baseline, observed)
    name = name or state.identity.computer or ""
    if found.state not in FULFILLED:
        return Member(name, None if found.state == UNKNOWN else False, found.detail)
    missing = [setting for setting in RELIED_ON if state.settings[setting].effective != ENABLED]
    detail = f"The others rely on it all the same: not in effect are {names(missing)}." if missing else found.detail
    return Member(name, not missing, detail)


def names(items: t.Sequence[str]) -> str:
    """A few names in a sentence."""
    shown = ", ".join(items[:NAMED])
    return shown if len(items) <= NAMED else f"{shown} and {len(items) - NAMED} more"
