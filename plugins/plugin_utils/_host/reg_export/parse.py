# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of a ``.reg`` file as what an import would do.

Open a key, delete a key, set or delete a value, or drop the line.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..names import fold, split_path
from .text import Source, Version, version
from .values import Deleted, DroppedError, HexData, finish, parse_right, quoted

_BLANKS = " \t"
_COMMENTS = (";", "#")
#: The hives by the names that regedit takes; short names such as HKLM are refused.
_ROOTS = (
    "HKEY_LOCAL_MACHINE",
    "HKEY_USERS",
    "HKEY_CURRENT_USER",
    "HKEY_CLASSES_ROOT",
    "HKEY_CURRENT_CONFIG",
    "HKEY_DYN_DATA",
)
#: Limits of the registry (Microsoft, "Registry Element Size Limits"): characters of a key name, levels of a tree.
_LONGEST_NAME = 255
_DEEPEST = 512


@dataclasses.dataclass(frozen=True)
class OpenKey:
    """``[path]``"""

    line: int
    path: str


@dataclasses.dataclass(frozen=True)
class DeleteKey:
    """``[-path]``: the key and everything below it."""

    line: int
    path: str


@dataclasses.dataclass(frozen=True)
class SetValue:
    """A value of the key that was opened last; ``data`` None: the value is deleted. ``text``: the line."""

    line: int
    text: str
    name: str
    kind: int
    data: bytes | None


@dataclasses.dataclass(frozen=True)
class Dropped:
    """A line that an import passes over."""

    line: int
    text: str
    why: str


Event = OpenKey | DeleteKey | SetValue | Dropped


def parse(source: Source) -> t.Iterator[Event]:
    """Every line that does something or is dropped, in order; comments and empty lines are neither.

    The first line has to be the header.
    """
    form = version(source.lines[0])
    if form is Version.WINDOWS_31:
        for number, text in enumerate(source.lines[1:], 2):
            if text.strip(_BLANKS):
                yield Dropped(number, text, "the header is that of a Windows 3.1 file, which holds no such lines")
        return
    # In a REGEDIT4 file texts in hexadecimal are single bytes, in one of version 5 they are UTF-16 (Microsoft KB
    # 310516).
    yield from _Lines(source.lines, ansi=form is Version.REGEDIT_4 and not source.wide).events()


class _Lines:
    def __init__(self, lines: tuple[str, ...], ansi: bool) -> None:
        self._lines = lines
        self._ansi = ansi
        self._next = 1
        self._header = lines[0].lstrip(_BLANKS)
        #: Why values have no key to go to, empty while one is open.
        self._no_key = "no key is opened above it"

    def events(self) -> t.Iterator[Event]:
        while self._next < len(self._lines):
            number = self._next + 1
            # Text ends at a zero character for a program in C, so does a line.
            text = self._take().lstrip(_BLANKS)
            if not text or text.startswith(_COMMENTS) or self._joined(text):
                continue
            try:
                yield self._event(number, text)
            except DroppedError as error:
                yield Dropped(number, text, str(error))

    def _joined(self, text: str) -> bool:
        """The same header again, as in exports joined with ``copy /b``; UTF-16 ones each begin with their mark."""
        return text.removeprefix("\ufeff") == self._header

    def _take(self) -> str:
        line = self._lines[self._next].split("\0", 1)[0]
        self._next += 1
        return line

    def _event(self, number: int, text: str) -> Event:
        if text.startswith("["):
            return self._key(number, text)
        if not text.startswith(('"', "@")):
            raise DroppedError("this is neither a key, nor a value, nor a comment")
        return self._value(number, text)

    def _key(self, number: int, text: str) -> Event:
        end = text.rfind("]")
        # Wine's regedit does not take such a line for a section at all: the key above it stays open.
        if end < 0:
            raise DroppedError("the closing bracket is missing; values below it go to the key above it")
        if text[1:2] in tuple(_BLANKS):
            raise DroppedError("a blank follows the opening bracket; values below it go to the key above it")
        self._no_key = f"the key in line {number} is not taken"
        path = text[1:end]
        deleted = path.startswith("-")
        path = _checked_path(path[1:] if deleted else path)
        if deleted:
            if len(split_path(path)) == 1:
                raise DroppedError("a whole hive cannot be deleted")
            self._no_key = f"the key above it is deleted in line {number}"
            return DeleteKey(number, path)
        self._no_key = ""
        return OpenKey(number, path)

    def _value(self, number: int, text: str) -> Event:
        name, rest = ("", text[1:]) if text.startswith("@") else quoted(text[1:])
        rest = rest.lstrip(_BLANKS)
        if not rest.startswith("="):
            raise DroppedError("the equals sign behind the name is missing")
        right = parse_right(rest[1:].strip(_BLANKS))
        if isinstance(right, HexData):
            self._continue(right)
            kind, data = right.kind, finish(right.kind, bytes(right.data), self._ansi)
        elif isinstance(right, Deleted):
            kind, data = 0, None
        else:
            kind, data = right
        if self._no_key:
            raise DroppedError(self._no_key)
        return SetValue(number, text, name, kind, data)

    def _continue(self, hexadecimal: HexData) -> None:
        """Lines that go on with hex data: empty lines and .

        Comments between them are passed over, anything else is taken and has to fit.
        """
        while hexadecimal.open and self._next < len(self._lines):
            number = self._next + 1
            text = self._take().strip(_BLANKS)
            if not text or text.startswith(";"):
                continue
            try:
                hexadecimal.feed(text)
            except DroppedError as error:
                raise DroppedError(f"in line {number}, which goes on with it: {error}") from None


def _checked_path(path: str) -> str:
    root, _separator, below = path.partition("\\")
    if fold(root) not in _ROOTS:
        raise DroppedError("the name does not begin with one of the hives, spelled out (HKEY_LOCAL_MACHINE ...)")
    if below.startswith("\\"):
        raise DroppedError("two backslashes stand behind the hive; a single one separates keys")
    parts = split_path(path)
    if len(parts) > _DEEPEST or any(len(part) > _LONGEST_NAME for part in parts):
        raise DroppedError(
            f"a key name is longer than {_LONGEST_NAME} characters or the path is deeper than {_DEEPEST}"
        )
    return "\\".join(parts)
