# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry values and meanings in a saved plan."""

from __future__ import annotations

import base64
import binascii
import typing as t

from ..._catalogue import REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_QWORD, REG_SZ
from ..._host import Data, RegistryValue, from_bytes, to_bytes
from .fields import LONGEST, Record, is_number, shown

#: Members of a value as contract W2 has it.
VALUE = ("kind", "data")
RAW = ("raw",)
#: More names than any list of suites or curves has.
_MOST_NAMES = 1000
_LARGEST_QWORD = 2**64 - 1


def read_value(record: Record, name: str) -> RegistryValue:
    """The value of ``kind``, ``data`` and ``raw`` of the record; only what the registry can hold, in its one form."""
    kind = record.number("kind")
    if record.has("raw"):
        value = from_bytes(name, kind, _bytes(record))
        if not (record.flag("raw") and value.raw):
            raise record.error("raw", "these bytes have a form of their own, so raw must be left out")
        return value
    reader = _TYPED.get(kind)
    if reader is None:
        raise record.error("kind", f"registry kind {kind} has no typed form, so raw must be true")
    typed = RegistryValue(name, kind, reader(record))
    try:
        same = from_bytes(name, kind, to_bytes(typed)) == typed
    except UnicodeEncodeError:
        same = False
    if not same:
        raise record.error("data", "this is not what the registry can hold in typed form, so raw must be true")
    return typed


def read_meaning(record: Record, name: str) -> t.Any:
    """What a setting means: a word, a number, a list of names, or null."""
    value = record.get(name)
    if value is None or is_number(value):
        return value
    return _names(record, name) if isinstance(value, list) else record.text(name)


def _bytes(record: Record) -> bytes:
    try:
        return base64.b64decode(record.text("data"), validate=True)
    except (binascii.Error, ValueError):
        raise record.error("data", f"base64 is expected, found {shown(record.get('data'))}") from None


def _dword(record: Record) -> Data:
    return record.number("data")


def _qword(record: Record) -> Data:
    digits = record.text("data")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 20 or int(digits) > _LARGEST_QWORD:
        raise record.error("data", f"decimal digits are expected as text, found {shown(digits)}")
    return int(digits)


def _text(record: Record) -> Data:
    return record.text("data")


def _list(record: Record) -> Data:
    return tuple(_names(record, "data"))


def _names(record: Record, name: str) -> list[str]:
    value = record.get(name)
    names = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(names) != len(value) or len(names) > _MOST_NAMES:
        raise record.error(name, f"a list of at most {_MOST_NAMES} texts is expected, found {shown(value)}")
    if sum(map(len, names)) > LONGEST:
        raise record.error(name, f"the texts of the list have more than {LONGEST} characters together")
    return names


_TYPED: t.Mapping[int, t.Callable[[Record], Data]] = {
    REG_DWORD: _dword,
    REG_QWORD: _qword,
    REG_SZ: _text,
    REG_EXPAND_SZ: _text,
    REG_MULTI_SZ: _list,
}
