# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request of a host_write: its operations, parsed and checked."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..registry import upper_invariant
from . import arguments
from .arguments import ArgumentError

REG_LINK = 6
VALUE_NAME_LENGTH = 16_383
_CHANGE = re.compile(r"[a-z0-9][a-z0-9-]{7,63}")
_META = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_STATE: arguments.Option = {
    "kind": {"type": "int"},
    "data": {"type": "raw"},
    "raw": {"type": "bool", "default": False},
}
OPTION: arguments.Option = {
    "contract": {"type": "int", "required": True},
    "change": {"type": "str", "required": True},
    "meta": {"type": "dict", "default": {}},
    "reboot_required": {"type": "bool", "default": False},
    "operations": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "op": {"type": "str", "required": True},
            "path": {"type": "str", "required": True},
            "name": {"type": "str"},
            "expect": {
                "type": "dict",
                "required": True,
                "options": {"exists": {"type": "bool", "required": True}, **_STATE},
            },
            **_STATE,
        },
    },
    "revert": {
        "type": "dict",
        "options": {
            "script": {"type": "str", "required": True},
            "task": {"type": "str", "default": ""},
            "rolled_back": {"type": "bool", "default": False},
            "after": {"type": "int", "default": 0},
            "after_boot": {"type": "int", "default": 0},
            "over_tls": {"type": "bool", "default": False},
        },
    },
    "confirm": {"type": "bool", "default": False},
    "undo": {"type": "str"},
}

State: t.TypeAlias = "tuple[int, bytes] | None"  #: kind and bytes of a value, None = absent


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation: the state that it wants and the one that it expects to find (both None for delete_key)."""

    op: str
    path: str
    name: str | None
    target: State
    expected: State

    @property
    def is_key(self) -> bool:
        """Whether it deletes a key."""
        return self.op == "delete_key"

    @property
    def label(self) -> str:
        """How sentences name it."""
        return f"{self.path} {self.name or ''}"


@dataclasses.dataclass(frozen=True)
class Request:
    """All that a host_write is told."""

    change: str
    meta: t.Mapping[str, str]
    reboot_required: bool
    operations: tuple[Operation, ...]
    undo: str | None
    revert: t.Mapping[str, t.Any] | None
    confirm: bool


def parse(args: t.Mapping[str, t.Any]) -> Request:
    """The request in module arguments. Raises ArgumentError."""
    found = arguments.resolve(OPTION, args)
    if found["contract"] != 1:
        text = f"This host_write knows contract 1, not {found['contract']}"
        raise ArgumentError(f"{text}: use one version of msexchange.tls on the controller.")
    if not _CHANGE.fullmatch(found["change"]):
        raise ArgumentError("The argument change must be 8 to 64 of a-z, 0-9 and -, not beginning with -.")
    names: set[str] = set()
    for name, text in found["meta"].items():
        if not _META.fullmatch(name):
            raise ArgumentError("The names in the argument meta must be 1 to 64 of A-Z, a-z, 0-9, _, . and -.")
        if name.lower() in names:
            raise ArgumentError(f"The argument meta.{name} differs from another one in case only.")
        names.add(name.lower())
        if not isinstance(text, str):
            raise ArgumentError(f"The argument meta.{name} must be a string.")
    if found["confirm"] and (found["revert"] is None or found["operations"]):
        raise ArgumentError("The argument confirm needs revert and no operations.")
    operations = tuple(_operation(item, f"operations[{index}]") for index, item in enumerate(found["operations"]))
    _refuse_duplicates(operations)
    return Request(
        found["change"],
        found["meta"],
        found["reboot_required"],
        operations,
        found["undo"],
        found["revert"],
        found["confirm"],
    )


def _operation(given: dict[str, t.Any], at: str) -> Operation:
    op, path, name = given["op"], given["path"], given["name"]
    if op not in ("set", "delete_value", "delete_key"):
        raise ArgumentError(f"The argument {at}.op must be set, delete_value or delete_key.")
    if not arguments.is_registry_path(path) or "\\" not in path:
        raise ArgumentError(f"The argument {at}.path is no path of a registry key: {path}")
    if (op == "delete_key") is (name is not None):
        raise ArgumentError(f"The argument {at}.name belongs to set and delete_value, which need it, and to no other.")
    if name and (len(name.encode("utf-16-le", "surrogatepass")) // 2 > VALUE_NAME_LENGTH or "\0" in name):
        raise ArgumentError(f"The argument {at}.name is no name of a registry value.")
    target = _target(given, at)
    return Operation(op, path, name, target, _expected(op, given["expect"], f"{at}.expect"))


def _target(given: dict[str, t.Any], at: str) -> State:
    if given["op"] != "set":
        if given["kind"] is not None or given["data"] is not None or given["raw"]:
            raise ArgumentError(f"The arguments {at}.kind, data and raw belong to set only.")
        return None
    target = arguments.content(given, at)
    if target[0] == REG_LINK:
        raise ArgumentError(f"The argument {at}.kind must not be 6: a link would lead later writes elsewhere.")
    return target


def _expected(op: str, given: dict[str, t.Any], at: str) -> State:
    is_key = op == "delete_key"
    if is_key and not given["exists"]:
        raise ArgumentError(f"The argument {at}.exists must be true: there is nothing else to delete.")
    expected = arguments.content(given, at) if given["exists"] and not is_key else None
    said_more = given["kind"] is not None or given["data"] is not None or given["raw"]
    if said_more and (is_key or not given["exists"]):
        raise ArgumentError(f"The arguments {at}.kind, data and raw belong to a value that exists.")
    return expected


def _refuse_duplicates(operations: t.Sequence[Operation]) -> None:
    seen: set[tuple[str, bool, str]] = set()
    for index, operation in enumerate(operations):
        # As .NET takes names, which takes more of them for one than the registry does.
        target = (upper_invariant(operation.path), operation.is_key, upper_invariant(operation.name or ""))
        if target in seen:
            raise ArgumentError(f"The argument operations[{index}] has the target of another one: {operation.label}")
        seen.add(target)
