# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From judgements to the entries of a plan: one for every rule that was considered, no-ops included."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Baseline, Rule
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .judge import Judgement, meaning_data
from .model import Act, Entry, Reason, Verdict

#: Refusals that are about not knowing: nothing was refused, nothing could be decided.
NOT_DECIDED = frozenset({Reason.UNREAD, Reason.UNDECIDED})


def entry_of(one: Judgement, blocked: tuple[Reason, str] | None = None) -> Entry:
    """The entry of one rule. ``blocked``: why nothing of its stage is written (later_stage, stage_blocked ...), and the
    same as a sentence.
    """
    if one.configured:
        return _entry(one, Act.NONE, one.reason, one.detail)
    if one.refusal:
        act = Act.NONE if one.reason in NOT_DECIDED else Act.REFUSED
        return _entry(one, act, one.reason, one.refusal)
    if blocked is not None:
        reason, detail = blocked
        return _entry(one, Act.NONE if reason is Reason.LATER_STAGE else Act.REFUSED, reason, detail)
    act = Act.DELETE if all(operation.after is None for operation in one.operations) else Act.SET
    return Entry(
        setting=one.rule.setting,
        rule=one.rule.id,
        stage=one.rule.stage,
        act=act,
        reason=one.reason,
        verdict=one.verdict,
        before=one.before,
        after=one.after,
        detail=one.detail,
        operations=one.operations,
    )


def leftover_entries(baseline: Baseline, state: State, judged: t.Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries of rules that were not judged: exempt, undecided, and not applicable where no other rule is about the
    setting (there is one suite list for each Windows; the others are no news).
    """
    found: list[Entry] = []
    for name, exception in baseline.exempt.items():
        detail = f"{exception.reason} ({exception.owner}, {exception.ticket}, until {exception.until})"
        found.append(_not_judged(baseline.considered[name], state, Reason.EXEMPT, Verdict.EXEMPT, detail))
    for name, fact in baseline.undecided.items():
        detail = f"Whether the rule applies cannot be told: {fact}."
        found.append(_not_judged(baseline.considered[name], state, Reason.UNDECIDED, Verdict.UNKNOWN, detail))
    covered = {entry.setting for entry in (*judged, *found)}
    for name, because in baseline.not_applicable.items():
        rule = baseline.considered[name]
        if rule.setting not in covered:
            covered.add(rule.setting)
            found.append(_not_judged(rule, state, Reason.NOT_APPLICABLE, Verdict.NOT_APPLICABLE, f"{because}."))
    return tuple(found)


def in_order(entries: t.Iterable[Entry], baseline: Baseline) -> tuple[Entry, ...]:
    """In the order of the baseline, which is that of the stages."""
    position = {name: number for number, name in enumerate(baseline.considered)}
    return tuple(sorted(entries, key=lambda entry: position[entry.rule]))


def _entry(one: Judgement, act: Act, reason: Reason, detail: str) -> Entry:
    rule = one.rule
    return Entry(rule.setting, rule.id, rule.stage, act, reason, one.verdict, one.before, one.before, detail, ())


def _not_judged(rule: Rule, state: State, reason: Reason, verdict: Verdict, detail: str) -> Entry:
    before = meaning_data(state.settings[rule.setting])
    return Entry(rule.setting, rule.id, rule.stage, Act.NONE, reason, verdict, before, before, detail, ())
