# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second look at a plan before anything is done with it: sentences about mistakes of the planner, for developers."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES, Baseline, Rule
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import path_key
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import LONGEST_POLICY_LIST, State, state_after

from .fitting import configured_fits
from .model import Act, Entry, Operation, Plan

#: Acts that may carry operations, and must.
WRITING = frozenset({Act.SET, Act.DELETE})


def check_plan(state: State, baseline: Baseline, plan: Plan) -> tuple[str, ...]:
    """Everything that contradicts the promises of a plan; empty for a sound one. Never stops at the first."""
    found = [*check_operations(state, plan)]
    found += _considered(baseline, plan)
    found += _planned(state, baseline, plan)
    return tuple(found)


def check_operations(state: State, plan: Plan) -> tuple[str, ...]:
    """The part of it that needs no baseline: that a plan writes what it may write, where it may, from what was read."""
    found = [sentence for entry in plan.entries for sentence in _entry(entry, plan, state)]
    found += _places(plan.operations)
    found += _flags(plan, state)
    return tuple(found)


def _entry(entry: Entry, plan: Plan, state: State) -> t.Iterator[str]:
    where = f"{entry.rule} ({entry.setting})"
    if bool(entry.operations) != (entry.act in WRITING):
        yield f"{where}: act {entry.act.value} with {len(entry.operations)} operations."
    if entry.operations and STAGES.index(entry.stage) > STAGES.index(plan.stage):
        yield f"{where}: writes in stage '{entry.stage}', asked for was '{plan.stage}'."
    setting = state.catalogue.settings[entry.setting]
    allowed = {(path_key(place.key), place.name.casefold()) for place in setting.places}
    for operation in entry.operations:
        if (path_key(operation.path), operation.name.casefold()) not in allowed:
            yield f"{where}: writes {operation.path}\\{operation.name}, which is no place of the setting."
        if not state.observation.was_read(operation.path, operation.name):
            yield f"{where}: writes a value that was not read."
        elif state.observation.value(operation.path, operation.name) != operation.before:
            yield f"{where}: expects {operation.before} in {operation.name}, observed was another value."
        if operation.before == operation.after:
            yield f"{where}: writes {operation.name} as it is."
        yield from _list_value(where, entry, operation)


def _list_value(where: str, entry: Entry, operation: Operation) -> t.Iterator[str]:
    if entry.setting != "cipher_suites.group_policy" or operation.after is None:
        return
    data = operation.after.data
    if not isinstance(data, str) or not data or len(data) > LONGEST_POLICY_LIST or data != data.strip(", "):
        yield f"{where}: a suite list must be text of 1 to {LONGEST_POLICY_LIST} characters."


def _places(operations: t.Sequence[Operation]) -> t.Iterator[str]:
    seen: set[tuple[tuple[str, ...], str]] = set()
    for operation in operations:
        place = (path_key(operation.path), operation.name.casefold())
        if place in seen:
            yield f"{operation.path}\\{operation.name} is written twice."
        seen.add(place)


def _considered(baseline: Baseline, plan: Plan) -> t.Iterator[str]:
    settings = {entry.setting for entry in plan.entries}
    yield from (
        f"{rule.setting} is in the baseline and not in the plan."
        for rule in baseline.considered.values()
        if rule.setting not in settings
    )
    for entry in plan.entries:
        if entry.operations and entry.rule not in {rule.id for rule in baseline.rules}:
            yield f"{entry.rule} does not apply to this host, or is exempt, and is written."


def _flags(plan: Plan, state: State) -> t.Iterator[str]:
    if plan.applyable != bool(plan.operations):
        yield "applyable does not say whether something would change."
    needs = any(state.catalogue.settings[entry.setting].reboot for entry in plan.entries if entry.operations)
    if plan.reboot_required != needs:
        yield "reboot_required does not follow from what is written."
    if plan.complete and (plan.gates or plan.reached != plan.stage):
        yield "complete although a stage is missing."


def _planned(state: State, baseline: Baseline, plan: Plan) -> t.Iterator[str]:
    """After the operations every written rule is configured, and no rule that was configured before is broken."""
    planned = state_after(state, plan.operations)
    written = {entry.rule for entry in plan.entries if entry.operations}
    for rule in baseline.rules:
        if not _configured(rule, planned) and (rule.id in written or _configured(rule, state)):
            yield f"{rule.id}: not as wanted after the operations."


def _configured(rule: Rule, state: State) -> bool:
    return configured_fits(rule, state.catalogue.settings[rule.setting], state.settings[rule.setting], state)
