# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the import directions: which room a file belongs to, what it imports, and whether the table allows it."""

from __future__ import annotations

import ast
import dataclasses
import pathlib
import sys
import typing as t

from .rooms import ROOMS, Room

COLLECTION = ("ansible_collections", "msexchange", "tls", "plugins")
SHARED = ("plugin_utils", "module_utils")


@dataclasses.dataclass(frozen=True, order=True)
class Violation:
    """One broken rule. ``path`` is relative to the root of the project."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclasses.dataclass(frozen=True)
class Import:
    """One imported thing as dotted parts, absolute. ``ours``: below plugins/ of this collection, which is cut off."""

    line: int
    parts: tuple[str, ...]
    ours: bool

    @property
    def room(self) -> str:
        return room_of(self.parts)

    @property
    def reaches_inside(self) -> bool:
        """Whether it names a file of a room instead of the room."""
        return len(self.parts) > 2 and self.parts[0] in SHARED


def room_of(parts: t.Sequence[str]) -> str:
    """The room of a path or dotted name below plugins/: ``plugin_utils/_host/names.py`` belongs to ``_host``."""
    if parts[0] in SHARED and len(parts) > 1:
        return parts[1].removesuffix(".py")
    return parts[0]


def imports_of(path: pathlib.PurePosixPath, tree: ast.Module) -> t.Iterator[Import]:
    """Every import of a file below plugins/, wherever it stands in the file."""
    package = (*COLLECTION, *path.parts[1:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield _absolute(node.lineno, tuple(name.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            if module[:4] == COLLECTION and len(module) <= 5 and (len(module) == 4 or module[4] in SHARED):
                # `from ..plugin_utils import _host` imports rooms by their names.
                for name in node.names:
                    yield _absolute(node.lineno, (*module, name.name))
            else:
                yield _absolute(node.lineno, module)


def _absolute(line: int, parts: tuple[str, ...]) -> Import:
    if parts[:4] == COLLECTION:
        return Import(line, parts[4:], True)
    return Import(line, parts, False)


def check_imports(name: str, source: str, rooms: t.Mapping[str, Room] = ROOMS) -> list[Violation]:
    """Hold the imports of one file (``name``: path like ``plugins/plugin_utils/_host/names.py``) against the table."""
    path = pathlib.PurePosixPath(name)
    room_name = room_of(path.parts[1:])
    if room_name not in rooms:
        return [
            Violation(
                name, 1, f"room {room_name} is not in tests/tools/structure/rooms.py; say there what it may import"
            )
        ]
    room = rooms[room_name]
    found = imports_of(path, ast.parse(source))
    return [Violation(name, one.line, complaint) for one in found if (complaint := _complaint(one, room_name, room))]


def _complaint(one: Import, room_name: str, room: Room) -> str:
    if one.ours:
        if one.room == room_name:
            return ""
        if one.room not in room.rooms:
            return f"{room_name} must not import {one.room}"
        if one.reaches_inside:
            return f"{room_name} reaches into {one.room}: import from the room, not from its file {one.parts[2]}"
        return ""
    top = one.parts[0]
    if top == "ansible_collections":
        return f"{room_name} imports {'.'.join(one.parts)}, which an installed collection may not have beside it"
    if top in sys.stdlib_module_names or top in room.packages:
        return ""
    return f"{room_name} must not import {top}"
