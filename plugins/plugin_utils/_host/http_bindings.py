# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions that a binding of http.sys leaves out: ``DefaultFlags`` of ``SslBindingInfo\\<address>:<port>``.

A port that differs from the registry of Schannel may be this (guidance 10a). The flags are those of http.h, the place
of the value is known from third parties (guidance 9.3).
"""

from __future__ import annotations

import types
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import REG_DWORD

from .names import fold
from .observation import Observation

BINDINGS = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo"

#: HTTP_SERVICE_CONFIG_SSL_FLAG_DISABLE_TLS13, _DISABLE_LEGACY_TLS, _DISABLE_TLS12
_FLAGS: t.Mapping[int, frozenset[str]] = {
    0x0040: frozenset({"tls_1_3"}),
    0x0400: frozenset({"ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"}),
    0x1000: frozenset({"tls_1_2"}),
}
_LAST_PORT = 65535
_LOOPBACK = ("127.", "[::1]")


def forbidden_by_bindings(observation: Observation) -> t.Mapping[int, frozenset[str]]:
    """Port -> versions that all its bindings forbid; ports without such a version are left out."""
    found = {port: frozenset.intersection(*rows) for port, rows in _bindings(observation).items()}
    return types.MappingProxyType({port: versions for port, versions in found.items() if versions})


def disputed_by_bindings(observation: Observation) -> t.Mapping[int, frozenset[str]]:
    """Port -> versions that some of its bindings forbid and others do not: what answers depends on the address."""
    found = {
        port: frozenset[str]().union(*rows) - frozenset.intersection(*rows)
        for port, rows in _bindings(observation).items()
    }
    return types.MappingProxyType({port: versions for port, versions in found.items() if versions})


def _bindings(observation: Observation) -> t.Mapping[int, list[frozenset[str]]]:
    """Port -> what each of its bindings leaves out. Loopback does not count: nobody outside gets there."""
    found: dict[int, list[frozenset[str]]] = {}
    bindings = observation.key(BINDINGS)
    for key in bindings.keys if bindings is not None else ():
        address, port = _place(key.path)
        if port is None or address.startswith(_LOOPBACK):
            continue
        flags = next((value for value in key.values if fold(value.name) == "DEFAULTFLAGS"), None)
        number = flags.data if flags is not None and flags.kind == REG_DWORD and isinstance(flags.data, int) else 0
        found.setdefault(port, []).append(
            frozenset[str]().union(*(versions for flag, versions in _FLAGS.items() if number & flag))
        )
    return found


def _place(path: str) -> tuple[str, int | None]:
    """Address and port of ``...\\0.0.0.0:443`` or ``...\\[::]:443``."""
    address, _colon, text = path.rpartition("\\")[2].rpartition(":")
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_PORT))):
        return address, None
    return address, int(text) if 0 < int(text) <= _LAST_PORT else None
