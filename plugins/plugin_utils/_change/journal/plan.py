# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A way back as a plan, so that it is predicted, shown, written and journalled like any other change."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Meaning
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import fold, path_key
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Act,
    Entry,
    Operation,
    Plan,
    Reason,
    Verdict,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, state_after

from .model import Rollback

#: What the journal of a way back has as ``module`` in its meta; ``of`` names the changes.
MODULE = "rollback"


def rollback_plan(way: Rollback, state: State) -> Plan:
    """The operations of a way back, one entry for each setting they belong to, in their order."""
    then = state_after(state, way.operations)
    whose = _settings_by_place(state)
    current = state.observation.current_control_set
    by_setting: dict[str, list[Operation]] = {}
    for operation in way.operations:
        place = (path_key(operation.path, current), fold(operation.name))
        setting = operation.path if operation.op == "delete_key" else whose.get(place, operation.path)
        by_setting.setdefault(setting, []).append(operation)
    entries = tuple(_entry(setting, operations, state, then) for setting, operations in by_setting.items())
    return Plan(
        profile="",
        stage="",
        reached="",
        entries=entries,
        gates=(),
        next_stage="",
        next_gates=(),
        reboot_required=way.reboot_required and bool(entries),
        applyable=bool(entries),
        complete=not way.conflicts,
    )


def _settings_by_place(state: State) -> dict[tuple[tuple[str, ...], str], str]:
    return {
        (path_key(place.key), fold(place.name)): setting.id
        for setting in state.catalogue.settings.values()
        for place in setting.places
    }


def _entry(setting: str, operations: list[Operation], state: State, then: State) -> Entry:
    is_set = any(operation.op == "set" for operation in operations)
    before, planned = _meaning(setting, state), _meaning(setting, then)
    return Entry(
        setting=setting,
        rule=MODULE,
        stage="",
        act=Act.SET if is_set else Act.DELETE,
        reason=Reason.DIFFERS,
        verdict=Verdict.UNKNOWN,
        before=before,
        after=planned,
        detail="Goes back to what it was before the change.",
        operations=tuple(operations),
    )


def _meaning(setting: str, state: State) -> t.Any:
    found = state.settings.get(setting)
    meaning: Meaning | None = None if found is None else found.configured
    return list(meaning) if isinstance(meaning, tuple) else meaning
