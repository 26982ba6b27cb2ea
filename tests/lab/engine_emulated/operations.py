# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request of a host_write: its operations, parsed and checked."""

from __future__ import annotations

import dataclasses
import typing as t

from ..registry import fold
from . import arguments
from .arguments import ArgumentError

REG_LINK = 6
_MEMBERS = {"set": ("path", "name", "kind", "data", "raw"), "delete_value": ("path", "name"), "delete_key": ("path",)}
_TYPES = {
    "op": "string",
    "path": "string",
    "name": "string",
    "kind": "number",
    "data": "any",
    "raw": "boolean",
    "expect": "dict",
}


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation. ``target`` and ``expected``: kind and bytes of the value after and before, None = absent."""

    op: str
    path: str
    name: str | None
    target: tuple[int, bytes] | None
    expected: tuple[int, bytes] | None

    @property
    def label(self) -> str:
        """How sentences name it."""
        return self.path if self.name is None else f"{self.path}, value '{self.name}'"


@dataclasses.dataclass(frozen=True)
class Request:
    """All that a host_write is told."""

    change: str
    meta: t.Mapping[str, str]
    reboot_required: bool
    operations: tuple[Operation, ...]
    undo: str | None


def parse(args: t.Mapping[str, t.Any]) -> Request:
    """The request in module arguments. Raises ArgumentError."""
    found = arguments.top_level(
        args,
        {"contract": "number", "change": "string", "operations": "list"},
        {"meta": "dict", "reboot_required": "boolean", "undo": "string"},
    )
    if not arguments.CHANGE_ID.fullmatch(found["change"]):
        raise ArgumentError("change must be 8 to 64 of a-z, 0-9 and -, and begin with a letter or digit")
    meta = found.get("meta", {})
    for name, text in meta.items():
        if not arguments.META_NAME.fullmatch(name) or not isinstance(text, str):
            raise ArgumentError(f"meta: '{name}' must be a plain name with a string")
    if not found["operations"]:
        raise ArgumentError("operations must not be empty")
    operations = tuple(_operation(item, f"operations[{index}]") for index, item in enumerate(found["operations"]))
    _refuse_duplicates(operations)
    return Request(found["change"], meta, found.get("reboot_required", False), operations, found.get("undo"))


def _operation(item: t.Any, where: str) -> Operation:
    op = item.get("op") if isinstance(item, dict) else None
    if op not in _MEMBERS:
        raise ArgumentError(f"{where}.op must be set, delete_value or delete_key")
    needed = ["op", *(name for name in _MEMBERS[op] if name != "raw"), "expect"]
    optional = {"raw": "boolean"} if op == "set" else {}
    found = arguments.members(item, where, {name: _TYPES[name] for name in needed}, optional)
    arguments.registry_path(found["path"], f"{where}.path")
    target = arguments.content(found, where) if op == "set" else None
    if target and target[0] == REG_LINK:
        raise ArgumentError(f"{where}.kind: links are not written")
    return Operation(op, found["path"], found.get("name"), target, _expected(op, found["expect"], f"{where}.expect"))


def _expected(op: str, item: t.Any, where: str) -> tuple[int, bytes] | None:
    found = arguments.members(item, where, {"exists": "boolean"}, {"kind": "number", "data": "any", "raw": "boolean"})
    more = set(found) - {"exists"}
    if op == "delete_key":
        if not found["exists"] or more:
            raise ArgumentError(f"{where} of delete_key must be exists true and nothing else")
        return None
    if not found["exists"]:
        if more:
            raise ArgumentError(f"{where}: what does not exist has no kind and data")
        return None
    return arguments.content(found, where)


def _refuse_duplicates(operations: t.Sequence[Operation]) -> None:
    seen: set[tuple[str, str | None]] = set()
    for index, operation in enumerate(operations):
        identity = (fold(operation.path), None if operation.name is None else fold(operation.name))
        if identity in seen:
            raise ArgumentError(f"operations[{index}]: {operation.label} occurs twice")
        seen.add(identity)
