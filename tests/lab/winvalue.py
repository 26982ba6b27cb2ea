# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry data: the bytes of a hive and the typed form in which host_read and host_write speak of them (contract R).

A form is canonical when the .NET ``SetValue`` call of that kind would write exactly these bytes; everything else
travels as base64.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import typing as t

REG_NONE, REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_QWORD = 0, 1, 2, 3, 4, 7, 11

Typed = t.Union[int, str, "list[str]"]


class ValueForm(t.NamedTuple):
    """Typed data and whether they are base64 of the raw bytes."""

    data: Typed
    raw: bool


def decode(kind: int, content: bytes) -> ValueForm:
    """Bytes of a value as contract R shows them."""
    typed = _canonical(kind, content)
    if typed is None:
        return ValueForm(base64.b64encode(content).decode("ascii"), True)
    return ValueForm(typed, False)


def _canonical(kind: int, content: bytes) -> Typed | None:
    if kind == REG_DWORD and len(content) == 4:
        return int(struct.unpack("<I", content)[0])
    if kind == REG_QWORD and len(content) == 8:
        return str(struct.unpack("<Q", content)[0])
    if kind in (REG_SZ, REG_EXPAND_SZ):
        return _canonical_text(content)
    if kind == REG_MULTI_SZ:
        return _canonical_list(content)
    return None


def _canonical_text(content: bytes) -> str | None:
    if len(content) < 2 or len(content) % 2 or content[-2:] != b"\0\0":
        return None
    text = _utf16(content[:-2])
    return None if text is None or "\0" in text else text


def _canonical_list(content: bytes) -> list[str] | None:
    if content == b"\0\0":  # what SetValue writes for an empty array
        return []
    if len(content) < 6 or len(content) % 2 or content[-4:] != b"\0\0\0\0":
        return None
    text = _utf16(content[:-4])
    if text is None:
        return None
    items = text.split("\0")
    return None if "" in items else items


def _utf16(content: bytes) -> str | None:
    try:
        return content.decode("utf-16-le")
    except UnicodeDecodeError:  # a lone surrogate
        return None


def encode(kind: int, data: t.Any, raw: bool = False) -> bytes:
    """Typed data as the bytes of the value.

    Raises ValueError with half a sentence ("must be ...") when the data do not fit the kind.
    """
    if raw:
        return _from_base64(data)
    encoder = _ENCODERS.get(kind)
    if encoder is None:
        raise ValueError("of this kind must be base64, with raw: true")
    return encoder(data)


def _from_base64(data: t.Any) -> bytes:
    try:
        if not isinstance(data, str):
            raise ValueError
        return base64.b64decode(data.translate(_BLANKS), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64") from error


def _dword(data: t.Any) -> bytes:
    if isinstance(data, bool) or not isinstance(data, int) or not 0 <= data < 1 << 32:
        raise ValueError("must be a number from 0 to 4294967295")
    return struct.pack("<I", data)


def _qword(data: t.Any) -> bytes:
    if not isinstance(data, str) or not _DECIMAL.fullmatch(data) or int(data) >= 1 << 64:
        raise ValueError("must be a number from 0 to 18446744073709551615 in a string")
    return struct.pack("<Q", int(data))


def _text(data: t.Any) -> bytes:
    if not _is_plain(data):
        raise ValueError("must be a string without NUL")
    return _to_utf16(data) + b"\0\0"


def _texts(data: t.Any) -> bytes:
    if not isinstance(data, list):
        raise ValueError("must be a list of strings")
    if not all(_is_plain(item) and item for item in data):
        raise ValueError("must be a list of strings, none of them empty or with NUL")
    return b"".join(_to_utf16(item) + b"\0\0" for item in data) + b"\0\0"


def _is_plain(text: t.Any) -> bool:
    return isinstance(text, str) and "\0" not in text


def _to_utf16(text: str) -> bytes:
    try:
        return text.encode("utf-16-le")
    except UnicodeEncodeError as error:
        raise ValueError("must be of whole characters, without half a surrogate pair") from error


_BLANKS = dict.fromkeys(map(ord, " \t\r\n"))  #: .NET skips them in base64
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_ENCODERS: dict[int, t.Callable[[t.Any], bytes]] = {
    REG_SZ: _text,
    REG_EXPAND_SZ: _text,
    REG_DWORD: _dword,
    REG_MULTI_SZ: _texts,
    REG_QWORD: _qword,
}
