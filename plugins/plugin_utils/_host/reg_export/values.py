# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The right side of a value line: text, dword, hex data, deletion."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_SZ,
)

_BLANKS = " \t"
#: Type words are lower case; regedit drops DWORD: and HEX:.
_DWORD = re.compile(r"\A[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?\Z", re.ASCII | re.DOTALL)
_HEX_KIND = re.compile(r"\Ahex\([ \t]*([0-9A-Fa-f]*)\):", re.ASCII)
_BYTE = re.compile(r"\A[ \t]*\+?(?:0[xX])?([0-9A-Fa-f]{1,8})\Z", re.ASCII)
_DELETED = re.compile(r"\A-[ \t]*(?:;.*)?\Z", re.DOTALL)
_ESCAPES: t.Mapping[str, str] = {"n": "\n", "r": "\r", "\\": "\\", '"': '"'}
#: Kinds whose text is written as ANSI bytes in a REGEDIT4 file and is completed with the missing terminator.
_TEXT_KINDS = (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ)


class DroppedError(ValueError):
    """Regedit would drop the line; the text says why."""


@dataclasses.dataclass(frozen=True)
class Deleted:
    """``"name"=-``"""


@dataclasses.dataclass
class HexData:
    """Hex data that may go on in the next line. ``open``: a continuation is expected."""

    kind: int
    data: bytearray
    open: bool = False

    def feed(self, text: str) -> None:
        """Take one line's worth of bytes.

        :raises DroppedError: regedit would drop the whole value
        """
        self.open = False
        rest = text.split(";", 1)[0].strip(_BLANKS)
        if rest.endswith("\\"):
            self.open = True
            rest = rest[:-1].rstrip(_BLANKS)
            if rest and not rest.endswith(","):
                raise DroppedError("a comma is missing before the backslash that continues the line")
            if not rest and self.data:
                raise DroppedError("a continued line holds nothing but the backslash")
        if not rest:
            return
        for part in (rest[:-1] if rest.endswith(",") else rest).split(","):
            match = _BYTE.match(part)
            if match is None or int(match.group(1), 16) > 0xFF:
                raise DroppedError("these are not bytes in hexadecimal, separated by commas")
            self.data.append(int(match.group(1), 16))


Right = tuple[int, bytes] | Deleted | HexData


def parse_right(text: str) -> Right:
    """What stands behind the equals sign, blanks around it taken off: (kind, bytes), a deletion, or hex data.

    :raises DroppedError: regedit would drop the line
    """
    if text.startswith('"'):
        content, rest = quoted(text[1:])
        _only_a_comment(rest)
        return REG_SZ, (content + "\0").encode("utf-16-le", "surrogatepass")
    if text.startswith("dword:"):
        return REG_DWORD, _dword(text[len("dword:") :])
    if text.startswith("hex:"):
        return _hex(REG_BINARY, text[len("hex:") :])
    match = _HEX_KIND.match(text)
    if match is not None:
        return _hex(_kind(match.group(1)), text[match.end() :])
    if _DELETED.match(text):
        return Deleted()
    raise DroppedError("there is no quoted text, dword:, hex:, hex(n): or - behind the equals sign")


def quoted(text: str) -> tuple[str, str]:
    """The text up to the closing quotation mark, escapes resolved, and what is behind it.

    :raises DroppedError: it has no end, or an escape that regedit does not take
    """
    taken: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char == '"':
            return "".join(taken), text[position + 1 :]
        if char == "\\":
            position += 1
            if position == len(text):
                break
            if text[position] == "0":
                raise DroppedError("a text with the escape \\0 in it is dropped")
            char = _ESCAPES.get(text[position], text[position])
        taken.append(char)
        position += 1
    raise DroppedError("the closing quotation mark is missing")


def finish(kind: int, data: bytes, ansi: bool) -> bytes:
    """The bytes of hex data as they reach the registry. ``ansi``: texts are single bytes (REGEDIT4)."""
    if kind not in _TEXT_KINDS or not data:
        return data
    if ansi:
        data = data.decode("cp1252", "replace").encode("utf-16-le")
    whole = len(data) // 2 * 2
    return data if data[whole - 2 : whole] == b"\0\0" else data + b"\0\0"


def _only_a_comment(text: str) -> None:
    rest = text.lstrip(_BLANKS)
    if rest and not rest.startswith(";"):
        raise DroppedError("something other than a comment follows the closing quotation mark")


def _dword(text: str) -> bytes:
    match = _DWORD.match(text)
    if match is None:
        raise DroppedError("dword: takes 1 to 8 hexadecimal digits and nothing else")
    return int(match.group(1), 16).to_bytes(4, "little")


def _kind(digits: str) -> int:
    kind = int(digits, 16) if digits else 0
    if kind > 0xFFFFFFFF:
        raise DroppedError("the kind in hex(n) is larger than 32 bits")
    return kind


def _hex(kind: int, text: str) -> HexData:
    data = HexData(kind, bytearray())
    data.feed(text)
    return data
