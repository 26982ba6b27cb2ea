# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as JSON data, and as text for ``--diff``."""

from __future__ import annotations

import base64
import dataclasses
import enum
import functools
import typing as t

import yaml

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import KIND_NAMES, REG_DWORD
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import DELETE_KEY, RegistryValue

from .model import Entry, Operation, Plan

#: Raised when the meaning of a field changes; a reader of another format refuses.
FORMAT = 1

#: What is data already; nearly everything is one of these. Not their subclasses: members of an enum are some.
_PLAIN = frozenset({str, int, bool, type(None)})


def to_data(thing: t.Any) -> t.Any:
    """A plan, entry, gate, finding, stage state, member or any part of one as JSON data, fields in their order."""
    if type(thing) in _PLAIN:
        return thing
    if isinstance(thing, (list, tuple)):
        return [to_data(value) for value in thing]
    if isinstance(thing, RegistryValue):
        return value_data(thing)
    if isinstance(thing, Plan):
        return {"format": FORMAT, **_fields(thing)}
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return _fields(thing)
    if isinstance(thing, enum.Enum):
        return thing.value
    return thing


def rule_data(entry: Entry) -> dict[str, t.Any]:
    """An entry without its operations: a result has those by themselves, and Ansible copies each several times."""
    return {name: to_data(getattr(entry, name)) for name in _names(Entry) if name != "operations"}


def value_data(value: RegistryValue) -> dict[str, t.Any]:
    """A registry value as host_write takes it: kind, data, and ``raw`` when data are base64."""
    if isinstance(value.data, bytes):
        return {"kind": value.kind, "data": base64.b64encode(value.data).decode(), "raw": True}
    if isinstance(value.data, tuple):
        return {"kind": value.kind, "data": list(value.data)}
    data = value.data if isinstance(value.data, str) or value.kind == REG_DWORD else str(value.data)
    return {"kind": value.kind, "data": data}


def meanings(plan: Plan) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Setting -> meaning before, and as the plan predicts it (None = absent); an entry that writes outweighs others."""
    before = {entry.setting: entry.before for entry in plan.entries}
    return before, {**before, **{entry.setting: entry.after for entry in plan.entries if entry.operations}}


def diff(plan: Plan) -> dict[str, str]:
    """What ``--diff`` shows: the registry values that would be written, before and after, grouped by setting."""
    changed = [entry for entry in plan.entries if entry.operations]
    return {
        "before": _text({entry.setting: _values(entry, 0) for entry in changed}),
        "after": _text({entry.setting: _values(entry, 1) for entry in changed}),
        "before_header": "registry now",
        "after_header": "registry as planned",
    }


def _values(entry: Entry, which: int) -> dict[str, t.Any]:
    return {_subject(operation): _state(operation, which) for operation in entry.operations}


def _subject(operation: Operation) -> str:
    return operation.path if operation.op == DELETE_KEY else f"{operation.path}\\{operation.name}"


def _state(operation: Operation, which: int) -> t.Any:
    if operation.op == DELETE_KEY:
        return ("empty key", "absent")[which]
    return _shown((operation.before, operation.after)[which])


def _shown(value: RegistryValue | None) -> t.Any:
    """One value for people: numbers of switches as they are, everything unusual with its type."""
    if value is None:
        return "absent"
    if value.kind == REG_DWORD and isinstance(value.data, int):
        return value.data if value.data < 10 else f"{value.data:#x}"
    if isinstance(value.data, bytes):
        return f"{KIND_NAMES.get(value.kind, value.kind)} {value.data.hex() or 'empty'}"
    return value.data


def _text(data: dict[str, t.Any]) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, width=4096, allow_unicode=True)) if data else ""


def _fields(thing: t.Any) -> dict[str, t.Any]:
    return {name: to_data(getattr(thing, name)) for name in _names(thing.__class__)}


@functools.lru_cache(maxsize=64)
def _names(kind: t.Any) -> tuple[str, ...]:
    """Fields of a class, asked for once: a server has hundreds of entries."""
    return tuple(field.name for field in dataclasses.fields(kind))
