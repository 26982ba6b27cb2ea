# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bytes of a ``.reg`` file as lines of text, and its header."""

from __future__ import annotations

import codecs
import dataclasses
import enum
import re
import typing as t

#: Byte order marks; regedit itself takes the first only (and text without one in the ANSI code page of the system).
_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF16_LE, "utf-16-le", ""),
    (codecs.BOM_UTF16_BE, "utf-16-be", "big-endian UTF-16"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
)
#: A line ends with CR LF, LF or CR, with nothing else that Unicode knows as a line end.
_LINE_END = re.compile("\r\n|\n|\r")
_BLANKS = " \t"


class Version(enum.Enum):
    """What the header says.

    WINDOWS_31: "REGEDIT" with anything but a 4 behind it; such a file cannot hold what we ask for.
    """

    REGEDIT_5 = "Windows Registry Editor Version 5.00"
    REGEDIT_4 = "REGEDIT4"
    WINDOWS_31 = "REGEDIT"


@dataclasses.dataclass(frozen=True)
class Source:
    """``lines`` without their ends.

    ``wide``: the file is UTF-16. ``remark``: why regedit would refuse the whole file, else empty.
    """

    lines: tuple[str, ...]
    wide: bool
    remark: str


def decode(data: bytes) -> Source:
    """Any bytes as lines; never raises.

    UTF-16 of both orders, UTF-8, else the Windows code page 1252; with or without byte order mark.
    """
    text, wide, form = _decoded(data)
    remark = f"regedit itself refuses {form}; the file was read all the same" if form else ""
    return Source(tuple(_LINE_END.split(text)), wide, remark)


def version(line: str) -> Version | None:
    """The format by the first line; None: no registry script. Case counts, leading blanks do not."""
    header = line.lstrip(_BLANKS)
    for exact in (Version.REGEDIT_5, Version.REGEDIT_4):
        if header == exact.value:
            return exact
    return Version.WINDOWS_31 if header.startswith(Version.WINDOWS_31.value) else None


def _decoded(data: bytes) -> tuple[str, bool, str]:
    for mark, encoding, form in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding != "utf-8", form
    encoding = _utf_16_without_mark(data)
    if encoding:
        return data.decode(encoding, "replace"), True, "UTF-16 without a byte order mark"
    try:
        return data.decode("utf-8"), False, ""
    except UnicodeDecodeError:
        return "".join(_CP1252[byte] for byte in data), False, ""


def _utf_16_without_mark(data: bytes) -> str:
    """ASCII text in UTF-16 has a zero in every other byte; the header, which both forms begin with, is ASCII."""
    head = data[:16]
    if len(head) >= 4:
        if not any(head[1::2]) and all(head[0::2]):
            return "utf-16-le"
        if not any(head[0::2]) and all(head[1::2]):
            return "utf-16-be"
    return ""


def _cp1252() -> t.Iterator[str]:
    for byte in range(256):
        try:
            yield bytes([byte]).decode("cp1252")
        except UnicodeDecodeError:
            # Windows maps the five unassigned bytes to the control characters of the same number.
            yield chr(byte)


_CP1252 = tuple(_cp1252())
