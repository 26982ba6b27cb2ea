# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry data: bytes as the registry stores them, and the typed form of an observation.

The rule of canonical bytes is that of the host reader: typed only when the bytes can be written again from the typed
form without loss.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
)

from .registry_value import Data, RegistryValue

_WIDTH: t.Mapping[int, int] = {REG_DWORD: 4, REG_QWORD: 8}


def to_bytes(value: RegistryValue) -> bytes:
    """The bytes that the registry holds for a value."""
    data = value.data
    if isinstance(data, bytes):
        return data
    if isinstance(data, int):
        return data.to_bytes(_WIDTH.get(value.kind, 8), "little")
    if isinstance(data, str):
        return (data + "\0").encode("utf-16-le", "surrogatepass")
    return ("".join(text + "\0" for text in data) + "\0").encode("utf-16-le", "surrogatepass")


def from_bytes(name: str, kind: int, data: bytes) -> RegistryValue:
    """A value from its bytes; ``raw`` when they are not canonical for the kind or the kind has no typed form."""
    typed = _typed(kind, data)
    if typed is None or to_bytes(RegistryValue(name, kind, typed)) != data:
        return RegistryValue(name, kind, data, True)
    return RegistryValue(name, kind, typed)


def _typed(kind: int, data: bytes) -> Data | None:
    if kind in _WIDTH:
        return int.from_bytes(data, "little") if len(data) == _WIDTH[kind] else None
    if kind not in (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ):
        return None
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    if kind == REG_MULTI_SZ:
        return _elements(text)
    return text[:-1] if text.endswith("\0") and "\0" not in text[:-1] else None


def _elements(text: str) -> tuple[str, ...] | None:
    if text == "\0":
        return ()
    if not text.endswith("\0\0"):
        return None
    elements = tuple(text[:-2].split("\0"))
    return elements if all(elements) else None
