# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes and conflicts as plain data and sentences."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import KIND_NAMES
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeOperation,
    ChangeState,
    Observation,
    RegistryValue,
    filetime_to_iso,
    printable,
    to_bytes,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import value_data
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, same_value

from .model import Conflict

Data = dict[str, t.Any]

AS_LEFT, AS_BEFORE, MOVED, UNKNOWN = "as_left", "as_before", "moved", "unknown"


def change_data(change: ChangeHeader, state: State) -> Data:
    """One change of a host, with where each of its values stands now."""
    return {
        "id": change.id,
        "state": change.state,
        "error": change.error,
        "started": filetime_to_iso(change.started),
        "closed": filetime_to_iso(change.closed),
        "module": change.meta.get("module", ""),
        "ticket": change.meta.get("ticket", ""),
        "meta": dict(change.meta),
        "reboot_required": change.reboot_required,
        "debt": change.id in state.debt.changes,
        "revert": _revert(change),
        "rolled_back_by": _takers(change, state.observation.journal),
        "values": [_value(one, state.observation) for one in change.operations],
    }


def _revert(change: ChangeHeader) -> Data | None:
    if change.revert is None:
        return None
    return {
        "state": change.revert.state,
        "task": change.revert.task,
        "deadline": filetime_to_iso(change.revert.deadline),
        "at": filetime_to_iso(change.revert.at),
        "restarted": change.revert.restart,
    }


def _takers(change: ChangeHeader, journal: t.Sequence[ChangeHeader]) -> list[str]:
    """Later changes that took this one back, and were not put back themselves."""
    done = (ChangeState.CLOSED, ChangeState.OPEN)
    return [one.id for one in journal if one.state in done and change.id in one.meta.get("of", "").split()]


def _value(one: ChangeOperation, observation: Observation) -> Data:
    return {
        "op": one.op,
        "path": one.path,
        "name": None if one.is_key else one.name,
        "before": None if one.before is None else value_data(one.before),
        "after": None if one.after is None else value_data(one.after),
        "created_keys": list(one.created_keys),
        "now": _standing(one, observation),
    }


def _standing(one: ChangeOperation, observation: Observation) -> str:
    if one.is_key:
        key = observation.key(one.path)
        return UNKNOWN if key is None else AS_BEFORE if key.exists else AS_LEFT
    if not observation.was_read(one.path, one.name):
        return UNKNOWN
    found = observation.value(one.path, one.name)
    if same_value(found, one.after):
        return AS_LEFT
    return AS_BEFORE if same_value(found, one.before) else MOVED


def is_in_force(change: ChangeHeader, observation: Observation) -> bool:
    """Whether a change is not gone: not every value is what it was before."""
    return any(_standing(one, observation) != AS_BEFORE for one in change.operations if not one.is_key)


def conflict_data(conflict: Conflict) -> Data:
    """One value that is left alone, with a sentence that says why."""
    return {
        "change": conflict.change,
        "path": conflict.path,
        "name": conflict.name,
        "left": None if conflict.left is None else value_data(conflict.left),
        "found": None if conflict.found is None else value_data(conflict.found),
        "before": None if conflict.before is None else value_data(conflict.before),
        "by": conflict.by,
        "message": sentence(conflict),
    }


def sentence(conflict: Conflict) -> str:
    """Why a value does not go back."""
    where = f"{printable(conflict.path)}\\{printable(conflict.name, 80) or '(default)'}"
    if conflict.partner:
        return f"{where} stays, because the other value of the same setting was changed since."
    found = f"{where} was left as {shown(conflict.left)} and is {shown(conflict.found)} now"
    return f"{found}, by our later change {conflict.by}." if conflict.by else f"{found}, by somebody else."


def shown(value: RegistryValue | None) -> str:
    """A value in a sentence."""
    if value is None:
        return "absent"
    kind = KIND_NAMES.get(value.kind, f"kind {value.kind}")
    if isinstance(value.data, bytes):
        return f"{kind} {to_bytes(value)[:16].hex() or 'empty'}"
    data = value.data if not isinstance(value.data, tuple) else ", ".join(value.data)
    return f"{kind} {printable(str(data), 60)}"
