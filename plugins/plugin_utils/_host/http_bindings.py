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


def forbidden_by_bindings(observation: Observation) -> t.Mapping[int, frozenset[str]]:
    """Port -> versions that at least one of its bindings forbids; ports without such a binding are left out."""
    found: dict[int, frozenset[str]] = {}
    bindings = observation.key(BINDINGS)
    for key in bindings.keys if bindings is not None else ():
        port = _port(key.path)
        flags = next((value for value in key.values if fold(value.name) == "DEFAULTFLAGS"), None)
        if port is None or flags is None or flags.kind != REG_DWORD or not isinstance(flags.data, int):
            continue
        forbidden = frozenset().union(*(versions for flag, versions in _FLAGS.items() if flags.data & flag))
        if forbidden:
            found[port] = found.get(port, frozenset()) | forbidden
    return types.MappingProxyType(found)


def _port(path: str) -> int | None:
    """The port of ``...\\0.0.0.0:443`` or ``...\\[::]:443``."""
    text = path.rpartition(":")[2]
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_PORT))):
        return None
    return int(text) if 0 < int(text) <= _LAST_PORT else None
