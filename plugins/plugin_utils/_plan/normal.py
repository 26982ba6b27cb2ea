# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On request: values that mean what is wanted in other numbers, written as Microsoft writes them.

Non-zero is on, so none of this changes what counts, and nothing of it is done unasked.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import REG_DWORD, Setting, SettingKind
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from . import gates
from .model import Act, Entry, Operation, Plan, Reason
from .values import ALGORITHM_ON

#: The number that says "on" (S1 for protocols and flags, S6 for algorithms).
_ON = {SettingKind.PROTOCOL: 1, SettingKind.FLAG: 1, SettingKind.ALGORITHM: ALGORITHM_ON}

#: Owners whose values are left alone unless forced.
_FOREIGN = ("group_policy", "unknown")


def normalised(plan: Plan, state: State, *, force: bool) -> Plan:
    """The plan with every switch that is on in another number set to the usual one, in the stages that it reaches.

    A value that is 0, absent, malformed or usual already stays as the plan has it; so does every value whose rule does
    not apply, is exempt, or may not be written.
    """
    reached = STAGES[: STAGES.index(plan.reached) + 1] if plan.reached else ()
    entries = tuple(_entry(entry, state, force) if entry.stage in reached else entry for entry in plan.entries)
    more = [new for new, old in zip(entries, plan.entries) if new is not old]
    if not more:
        return plan
    waits = any(state.catalogue.settings[entry.setting].reboot for entry in more)
    next_gates = plan.next_gates
    if waits and plan.next_stage and not plan.gates and not any(gate.kind == "boot" for gate in next_gates):
        next_gates = (gates.after_writing(plan.next_stage, plan.reached), *next_gates)
    return dataclasses.replace(
        plan,
        entries=entries,
        next_gates=next_gates,
        applyable=True,
        reboot_required=plan.reboot_required or waits,
    )


def _entry(entry: Entry, state: State, force: bool) -> Entry:
    setting = state.catalogue.settings[entry.setting]
    as_it_is = entry.act is Act.NONE and entry.reason is Reason.EQUAL_MEANING
    if not as_it_is and entry.act is not Act.SET:
        return entry
    if state.owners.get(setting.id) in _FOREIGN and not force:
        return entry
    written = {(operation.path, operation.name) for operation in entry.operations}
    more = tuple(one for one in _operations(setting, state) if (one.path, one.name) not in written)
    if not more:
        return entry
    detail = entry.detail if entry.operations else "It means what is wanted; written in the usual number on request."
    return dataclasses.replace(entry, act=Act.SET, operations=(*entry.operations, *more), detail=detail)


def _operations(setting: Setting, state: State) -> tuple[Operation, ...]:
    on = _ON.get(setting.kind)
    if on is None:
        return ()
    found = state.settings[setting.id].values
    return tuple(
        Operation("set", place.key, place.name, value, RegistryValue(place.name, REG_DWORD, on))
        for place, value in zip(setting.places, found)
        if value is not None and value.kind == place.kind == REG_DWORD and not value.raw and value.data not in (0, on)
    )
