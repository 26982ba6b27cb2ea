# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vocabulary of the catalogue: what a setting, an operating system, a suite and an Exchange build are.

Everything here is plain data; the tables are in ``data/*.yml`` and come in through :mod:`.load`.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing as t

REG_NONE = 0
REG_SZ = 1
REG_EXPAND_SZ = 2
REG_BINARY = 3
REG_DWORD = 4
REG_MULTI_SZ = 7
REG_QWORD = 11

KIND_NAMES: t.Mapping[int, str] = {
    REG_NONE: "REG_NONE",
    REG_SZ: "REG_SZ",
    REG_EXPAND_SZ: "REG_EXPAND_SZ",
    REG_BINARY: "REG_BINARY",
    REG_DWORD: "REG_DWORD",
    5: "REG_DWORD_BIG_ENDIAN",
    6: "REG_LINK",
    REG_MULTI_SZ: "REG_MULTI_SZ",
    8: "REG_RESOURCE_LIST",
    9: "REG_FULL_RESOURCE_DESCRIPTOR",
    10: "REG_RESOURCE_REQUIREMENTS_LIST",
    REG_QWORD: "REG_QWORD",
}

#: What can be said about a suite.
TRAITS: tuple[str, ...] = (
    "aead",
    "cbc",
    "rc4",
    "3des",
    "des",
    "null",
    "export",
    "md5",
    "sha1",
    "psk",
    "forward_secret",
)
#: What an Exchange build can bear; explained in data/exchange_releases.yml.
ABILITIES: tuple[str, ...] = (
    "tls_1_2",
    "smtp_follows_os",
    "pop_imap_follow_os",
    "disable_tls_1_0",
    "strict_renegotiation",
    "tls_1_3",
)
#: Versions of the protocol, oldest first; the order is the order of negotiation.
VERSIONS: tuple[str, ...] = ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")
SIDES: tuple[str, ...] = ("client", "server")


class SettingKind(str, enum.Enum):
    """How the registry values of a setting turn into a meaning, and back."""

    PROTOCOL = "protocol"  #: Enabled + DisabledByDefault -> enabled | disabled | disabled_by_default
    ALGORITHM = "algorithm"  #: Enabled under Ciphers, Hashes, KeyExchangeAlgorithms: 0xffffffff or 0 is written
    FLAG = "flag"  #: one REG_DWORD: non-zero is enabled; 1 or 0 is written
    NUMBER = "number"  #: one REG_DWORD read as a number (unit in the setting)
    MASK = "mask"  #: one REG_DWORD of SP_PROT style bits; the meaning is the number
    LIST = "list"  #: names in order (suites, curves)


@dataclasses.dataclass(frozen=True)
class Place:
    """One registry value: absolute key with the hive spelled out, value name, REG_* number that Windows expects."""

    key: str
    name: str
    kind: int


#: What a setting can mean: a word such as enabled or disabled for PROTOCOL, ALGORITHM and FLAG, int for NUMBER and
#: MASK, a tuple of names for LIST.
Meaning = str | int | tuple[str, ...]

ENABLED = "enabled"
DISABLED = "disabled"
DISABLED_BY_DEFAULT = "disabled_by_default"
UNSUPPORTED = "unsupported"  #: this OS has no such version or algorithm
UNKNOWN = "unknown"
MIXED = "mixed"  #: written after the boot: new processes obey, running services may not (design 15.1)


@dataclasses.dataclass(frozen=True)
class Setting:
    """One switch of the catalogue.

    ``places``: PROTOCOL has two (Enabled, DisabledByDefault), every other kind exactly one.
    ``per_user``: the key is relative to a user hive.
    ``os``: ids of systems that read it, empty = all; elsewhere it is inert.
    ``defaults``: OS id (or "*" for every other) -> meaning when the value is absent; a missing OS means unknown.
    ``no_default``: why there is no default at all (every setting has one of the two).
    ``unit``: milliseconds, bytes, bits or elements, for NUMBER.
    ``reboot``: counts only after a boot.
    ``note``: what a person has to know before touching it.
    """

    id: str
    title: str
    kind: SettingKind
    places: tuple[Place, ...]
    sources: tuple[str, ...]
    defaults: t.Mapping[str, Meaning] = dataclasses.field(default_factory=dict)
    os: tuple[str, ...] = ()
    per_user: bool = False
    reboot: bool = True
    no_default: str = ""
    unit: str = ""
    note: str = ""

    @property
    def group(self) -> str:
        """The first word of the id: protocols, ciphers, hashes, key_exchange, dotnet ..."""
        return self.id.split(".", 1)[0]


@dataclasses.dataclass(frozen=True)
class OperatingSystem:
    """A Windows generation.

    ``first_build``, ``last_build``: CurrentBuildNumber of its first and last (inclusive) release.
    ``suites_carry_curve``: before Windows 10 and Server 2016 the curve is part of the suite name.
    ``powershell``: the version that ships with it.
    ``strong_crypto_drops``: traits of the suites that a program loses which asks for SCH_USE_STRONG_CRYPTO.
    """

    id: str
    name: str
    client: bool
    first_build: int
    last_build: int
    suites_carry_curve: bool
    powershell: str
    strong_crypto_drops: frozenset[str]
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Suite:
    """A cipher suite as Schannel names it (without curve suffix).

    ``number``: IANA number; for SSL 2.0 the three bytes of the cipher kind.
    ``versions``: versions that can negotiate it, oldest first.
    ``key_exchange``: ecdhe, dhe, rsa, psk.
    ``authentication``: the certificate that the server needs: rsa, ecdsa, dss, any (TLS 1.3), none.
    ``bits``: strength of the key, 0 without encryption.
    ``traits``: words of TRAITS.
    """

    name: str
    number: int
    versions: tuple[str, ...]
    key_exchange: str
    authentication: str
    cipher: str
    bits: int
    traits: frozenset[str]
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class SuiteList:
    """Suites and curves of one OS, or of some of its builds.

    ``first_build``, ``last_build``: CurrentBuildNumber, inclusive.
    ``default``: in rank order.
    ``on_request``: those of default that are used only if the program asks for them by name.
    ``psk``: in the list too, but for programs that ask for pre-shared keys and nothing else.
    ``off``: supported, used only when a configured list names them.
    ``curves``, ``curves_off``: likewise; names differ in case between systems, compare without case.
    ``note``: what of this list is unconfirmed.
    """

    os: str
    first_build: int
    last_build: int
    default: tuple[str, ...]
    off: tuple[str, ...]
    on_request: frozenset[str]
    psk: tuple[str, ...]
    curves: tuple[str, ...]
    curves_off: tuple[str, ...]
    sources: tuple[str, ...]
    note: str = ""

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Every suite name that this Windows understands in a configured list."""
        return frozenset((*self.default, *self.off, *self.psk))


@dataclasses.dataclass(frozen=True)
class ExchangeRelease:
    """One release by its base build; a host belongs to the newest release whose build is not above its own.

    ``version``: ex2010 ex2013 ex2016 ex2019 exse.
    ``can``: abilities gained from this build on, words of ABILITIES.
    """

    id: str
    name: str
    version: str
    build: tuple[int, int, int, int]
    date: str
    can: frozenset[str]
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class ExchangeVersion:
    """A generation of Exchange.

    ``first``: its first product build. ``end``: the first build that is no longer part of it.
    ``end_of_support``: ISO date, empty = not seen in a source.
    ``systems``: OS id -> id of the first release that runs on it.
    """

    id: str
    name: str
    first: tuple[int, int, int, int]
    end: tuple[int, int, int, int]
    end_of_support: str
    systems: t.Mapping[str, str]
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class DotnetRelease:
    """A .NET Framework release: ``release`` is the smallest number in NDP\\v4\\Full that means this version."""

    release: int
    name: str
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Catalogue:
    """All tables, each keyed by id (suites by Schannel name).

    The same only as itself, so that what is made of it can be kept.
    """

    settings: t.Mapping[str, Setting]
    systems: t.Mapping[str, OperatingSystem]
    suites: t.Mapping[str, Suite]
    suite_lists: t.Mapping[str, SuiteList]  #: by OS id, its newest builds; see suites_of
    older_suite_lists: tuple[SuiteList, ...]  #: lists of earlier builds of the same OS
    releases: tuple[ExchangeRelease, ...]  #: ascending by build
    exchange: t.Mapping[str, ExchangeVersion]
    dotnet: tuple[DotnetRelease, ...]  #: ascending
    sources: t.Mapping[str, str]  #: tag -> title and place
    reading: t.Mapping[str, t.Any]  #: what host_read is asked for: keys, user_keys, files (contract R)

    @functools.cached_property
    def by_group(self) -> t.Mapping[str, tuple[Setting, ...]]:
        """Group -> its settings, in their order."""
        groups: dict[str, list[Setting]] = {}
        for setting in self.settings.values():
            groups.setdefault(setting.group, []).append(setting)
        return {group: tuple(settings) for group, settings in groups.items()}

    def system_of(self, build: int, client: bool) -> OperatingSystem | None:
        """The Windows generation of a CurrentBuildNumber, None when its defaults are not known."""
        for system in self.systems.values():
            if system.client == client and system.first_build <= build <= system.last_build:
                return system
        return None

    def suites_of(self, system: str, build: int | None = None) -> SuiteList | None:
        """The newest suite list of an OS id, or the one of that very build; None when there is none."""
        newest = self.suite_lists.get(system)
        if build is None:
            return newest
        lists = (newest, *self.older_suite_lists) if newest else self.older_suite_lists
        for row in lists:
            if row.os == system and row.first_build <= build <= row.last_build:
                return row
        return None
