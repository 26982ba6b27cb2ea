# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry values, paths and versions in words.

Everything that a host said goes through here before a person reads it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import KIND_NAMES, REG_DWORD, Meaning, Setting
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue, printable

_LONG_ROOT = "HKEY_LOCAL_MACHINE\\"
VERSION_NAMES: t.Mapping[str, str] = {
    "ssl_2_0": "SSL 2.0",
    "ssl_3_0": "SSL 3.0",
    "tls_1_0": "TLS 1.0",
    "tls_1_1": "TLS 1.1",
    "tls_1_2": "TLS 1.2",
    "tls_1_3": "TLS 1.3",
    "dtls_1_0": "DTLS 1.0",
    "dtls_1_2": "DTLS 1.2",
}
#: SP_PROT bits of the WinHTTP and WinINet masks (guidance 5.1).
MASK_BITS: t.Mapping[int, str] = {
    0x8: "SSL 2.0",
    0x20: "SSL 3.0",
    0x80: "TLS 1.0",
    0x200: "TLS 1.1",
    0x800: "TLS 1.2",
    0x2000: "TLS 1.3",
}


def path(text: str) -> str:
    """A key path with the hive in short."""
    return printable("HKLM\\" + text[len(_LONG_ROOT) :] if text.startswith(_LONG_ROOT) else text, 300)


def kind(number: int) -> str:
    """``REG_DWORD``, or the number of a kind that has no name."""
    return KIND_NAMES.get(number, f"kind {number}")


def value(found: RegistryValue | None) -> str:
    """``REG_DWORD 1``, ``REG_SZ 'abc'``, ``REG_BINARY 01 02``, ``absent``."""
    if found is None:
        return "absent"
    return f"{kind(found.kind)} {_data(found)}"


def _data(found: RegistryValue) -> str:
    data = found.data
    if isinstance(data, bytes):
        return (
            f"of {len(data)} bytes ({data[:12].hex(' ')}{' ...' if len(data) > 12 else ''})" if data else "without data"
        )
    if isinstance(data, int):
        return str(data) if data < 10 or found.kind != REG_DWORD else f"0x{data:x}"
    if isinstance(data, str):
        return f"'{printable(data, 80)}'"
    return (
        "["
        + ", ".join(f"'{printable(element, 60)}'" for element in data[:4])
        + (", ..." if len(data) > 4 else "")
        + "]"
    )


def meaning(found: Meaning | None) -> str:
    """A meaning of a switch or a version as a word."""
    return str(found).replace("_", " ")


def listing(names: t.Sequence[str], limit: int = 5) -> str:
    """Names in a row; the rest is counted."""
    shown = ", ".join(printable(name, 80) for name in names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown


def mask(bits: int) -> str:
    """``0xaa0 (SSL 3.0, TLS 1.0 ...)``"""
    names = [name for bit, name in MASK_BITS.items() if bits & bit]
    return f"0x{bits:x} ({', '.join(names)})" if names else f"0x{bits:x}"


def version_of(setting: Setting | str) -> str:
    """``TLS 1.0`` of ``protocols.tls_1_0.server``"""
    identifier = setting if isinstance(setting, str) else setting.id
    word = identifier.split(".")[1]
    return VERSION_NAMES.get(word, word.replace("_", " "))


def side_of(setting: Setting) -> str:
    """``client`` or ``server`` of a protocol setting."""
    return setting.id.rpartition(".")[2]


def nearest_hint(near: str | None) -> str:
    """The sentence that names the nearest right name, or nothing."""
    return f" Did you mean '{near}'?" if near else ""
