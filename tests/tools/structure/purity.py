# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that the core opens nothing, knows no clock and draws no lots: data in, data out."""

from __future__ import annotations

import ast
import pathlib
import typing as t

from .imports import Violation, imports_of, room_of
from .rooms import ROOMS, Room

#: Modules of the standard library through which a file, a socket, a process, a clock or chance comes in.
OUTSIDE_WORLD = frozenset(
    "asyncio ctypes fcntl getpass glob http importlib io logging multiprocessing os pathlib pkgutil platform "
    "random secrets select selectors shutil signal socket socketserver ssl subprocess tempfile threading time "
    "urllib uuid".split()
)
#: Harmless parts of them: names that compute with what they are given.
HARMLESS = frozenset(
    {("io", "StringIO"), ("io", "BytesIO"), ("pathlib", "PurePosixPath"), ("pathlib", "PureWindowsPath")}
)
CALLS = frozenset({"open", "input", "print", "exec", "eval", "compile", "__import__"})
#: Attributes that read a clock or a file whatever they hang on; ``datetime`` itself is welcome.
ATTRIBUTES = frozenset({"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes"})


def check_purity(name: str, source: str, rooms: t.Mapping[str, Room] = ROOMS) -> list[Violation]:
    """Name every way to the outside world in one file, unless its room or the file itself may have one."""
    path = pathlib.PurePosixPath(name)
    room_name = room_of(path.parts[1:])
    room = rooms.get(room_name)
    if room is None or not room.pure or path.name in room.edges:
        return []
    tree = ast.parse(source)
    found = [*_doors(path, tree), *_uses(tree)]
    return [Violation(name, line, f"{room_name} is pure: {what} belongs to the edges") for line, what in found]


def _doors(path: pathlib.PurePosixPath, tree: ast.Module) -> t.Iterator[tuple[int, str]]:
    harmless = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and all((node.module, one.name) in HARMLESS for one in node.names)
    }
    for one in imports_of(path, tree):
        if not one.ours and one.parts[0] in OUTSIDE_WORLD and one.line not in harmless:
            yield one.line, f"importing {'.'.join(one.parts)}"


def _uses(tree: ast.Module) -> t.Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield node.lineno, f"{node.func.id}()"
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ATTRIBUTES:
            yield node.lineno, f".{node.func.attr}()"
