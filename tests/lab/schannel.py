# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small model of Schannel's server half: which versions and suites a registry makes it offer, and what it answers
to a ClientHello.

Written from Microsoft's pages alone and kept apart from the product's own reading of the registry: where the two
disagree, one of them is wrong.
"""

from __future__ import annotations

import dataclasses
import re
import struct
import typing as t

from . import winvalue
from .persona import table
from .registry import Registry
from .tls_tables import ORDER, SUITES, VERSIONS, Suite

_CONTROL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control"
_SCHANNEL = f"{_CONTROL}\\SecurityProviders\\SCHANNEL"
_LOCAL = f"{_CONTROL}\\Cryptography\\Configuration\\Local\\SSL\\00010002"
_POLICY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
_KEYS = {
    "ssl_2_0": "SSL 2.0",
    "ssl_3_0": "SSL 3.0",
    "tls_1_0": "TLS 1.0",
    "tls_1_1": "TLS 1.1",
    "tls_1_2": "TLS 1.2",
    "tls_1_3": "TLS 1.3",
}
_EXCHANGES = {"rsa": "PKCS", "dhe": "Diffie-Hellman", "ecdhe": "ECDH"}
_CURVE = re.compile(r"_P(256|384|521)$")

_ALL = frozenset({"tls_1_0", "tls_1_1", "tls_1_2"})
#: Server side: what an absent key means ("Protocols in TLS/SSL (Schannel SSP)"); a version in neither set does not
#: exist there.
_ON: t.Mapping[str, frozenset[str]] = {
    "ws2008r2": frozenset({"ssl_2_0", "ssl_3_0", "tls_1_0"}),
    "win7": frozenset({"ssl_3_0", "tls_1_0"}),
    **dict.fromkeys(("ws2012", "ws2012r2", "win8", "win8_1"), _ALL | {"ssl_3_0"}),
    **dict.fromkeys(("ws2016", "ws2019", "win10"), _ALL),
    **dict.fromkeys(("ws2022", "ws2025", "win11"), _ALL | {"tls_1_3"}),
}
_OFF: t.Mapping[str, frozenset[str]] = {
    "ws2008r2": frozenset({"tls_1_1", "tls_1_2"}),
    "win7": frozenset({"ssl_2_0", "tls_1_1", "tls_1_2"}),
    **dict.fromkeys(("ws2012", "ws2012r2", "win8", "win8_1"), frozenset({"ssl_2_0"})),
    **dict.fromkeys(("ws2016", "ws2019", "win10", "ws2022", "ws2025", "win11"), frozenset({"ssl_3_0"})),
}

HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70


@dataclasses.dataclass(frozen=True)
class State:
    """What a server works with: enabled versions, suites in order of preference."""

    versions: frozenset[str]
    suites: tuple[Suite, ...]

    def offer(self, version: str, certificate: str = "rsa") -> list[Suite]:
        """Suites of a version that this kind of certificate can serve, in order."""
        return [
            suite for suite in self.suites if version in suite.versions and suite.certificate in (certificate, "any")
        ]


@dataclasses.dataclass(frozen=True)
class Accept:
    """The server goes on with this version and suite."""

    version: str
    suite: Suite


@dataclasses.dataclass(frozen=True)
class Refuse:
    """The server ends it with this alert."""

    alert: int


def read(registry: Registry, system: str) -> State:
    """The state that a registry stands for on this system."""
    names = [name for name in _suite_names(registry) if name not in table("suites")["on_request"]]
    suites = tuple(dict.fromkeys(SUITES[name] for name in names if name in SUITES))
    return State(
        frozenset(version for version in ORDER if _enabled(registry, system, version)),
        tuple(suite for suite in suites if _usable(registry, suite)),
    )


def _number(registry: Registry, path: str, name: str) -> int | None:
    """A REG_DWORD; None where it is absent or of another type (which Schannel does not read)."""
    value = registry.value(path, name, as_system=True)
    if value is None or value.kind != winvalue.REG_DWORD or len(value.content) != 4:
        return None
    return int(struct.unpack("<I", value.content)[0])


def _enabled(registry: Registry, system: str, version: str) -> bool:
    on = version in _ON[system]
    if not on and version not in _OFF[system]:
        return False
    path = f"{_SCHANNEL}\\Protocols\\{_KEYS[version]}\\Server"
    enabled, off_by_default = _number(registry, path, "Enabled"), _number(registry, path, "DisabledByDefault")
    if enabled == 0:
        return False
    if off_by_default is not None:
        return off_by_default == 0
    return on


def _usable(registry: Registry, suite: Suite) -> bool:
    if _number(registry, f"{_SCHANNEL}\\Ciphers\\{suite.cipher}", "Enabled") == 0:
        return False
    if (
        suite.exchange in _EXCHANGES
        and _number(registry, f"{_SCHANNEL}\\KeyExchangeAlgorithms\\{_EXCHANGES[suite.exchange]}", "Enabled") == 0
    ):
        return False
    return _number(registry, f"{_SCHANNEL}\\Hashes\\{suite.mac.upper()}", "Enabled") != 0


def _suite_names(registry: Registry) -> list[str]:
    """Names in order, curve suffixes taken off: Group Policy's list if there is one of the right type (even an empty
    one), else the local one.
    """
    value = registry.value(_POLICY, "Functions", as_system=True)
    if value is not None and value.kind == winvalue.REG_SZ:
        text = value.content.decode("utf-16-le", "replace").split("\0")[0]
        return [_CURVE.sub("", name) for name in text.split(",")]
    value = registry.value(_LOCAL, "Functions", as_system=True)
    form = winvalue.decode(value.kind, value.content) if value else None
    return [_CURVE.sub("", name) for name in form.data] if form and isinstance(form.data, list) else []


def choose(
    state: State,
    versions: t.Collection[int],
    suites: t.Collection[int],
    certificate: str = "rsa",
    only: t.Collection[str] = (),
) -> Accept | Refuse:
    """The answer to a client that offers these versions and suites (code points). ``only``: versions that the program
    itself allows.

    The version is settled first: a TLS 1.3 client without a common 1.3 suite gets no connection, even where 1.2 would
    do (pywinrm issue 363).
    """
    common = [
        name for name in ORDER if VERSIONS[name] in versions and name in state.versions and (not only or name in only)
    ]
    if not common:
        return Refuse(PROTOCOL_VERSION)
    for suite in state.offer(common[-1], certificate):
        if suite.number in suites:
            return Accept(common[-1], suite)
    return Refuse(HANDSHAKE_FAILURE)
