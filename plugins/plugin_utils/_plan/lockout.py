# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Would a change leave an enabled version, or the server's certificate, without a suite?

Versions, suites, ciphers, hashes and key exchange are looked at together, as they will be after the next boot: each of
them may be harmless alone. A server that is cut off cannot be repaired over TLS.
"""

from __future__ import annotations

import dataclasses
import operator
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import leaf_certificates
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    ENABLED,
    SIDES,
    VERSIONS,
    Suite,
    bare_suite,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import key_type
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import SettingState, State

#: Certificate types that servers have; DSS certificates died out before any Exchange of this collection.
CERTIFICATE_TYPES = frozenset({"rsa", "ecdsa"})

#: Suites that only programs get which ask for them by name.
BY_NAME_ONLY = frozenset({"null", "psk"})
#: Suites that keep nobody connected: those, and what every client that is left refuses.
NO_HELP = BY_NAME_ONLY | {"rc4", "rc2", "des", "export"}

#: The settings without which a suite cannot be used, by what the catalogue says of the suite.
CIPHER_SETTINGS: t.Mapping[str, str] = {
    "3des": "ciphers.triple_des_168",
    "des": "ciphers.des_56_56",
    "null": "ciphers.null",
}
KEY_EXCHANGE_SETTINGS: t.Mapping[str, str] = {
    "rsa": "key_exchange.pkcs",
    "dhe": "key_exchange.diffie_hellman",
    "ecdhe": "key_exchange.ecdh",
}
HASH_SETTINGS: t.Mapping[str, str] = {
    "_MD5": "hashes.md5",
    "_SHA": "hashes.sha",
    "_SHA256": "hashes.sha256",
    "_SHA384": "hashes.sha384",
}

VERSION_NAMES: t.Mapping[str, str] = {
    "ssl_2_0": "SSL 2.0",
    "ssl_3_0": "SSL 3.0",
    "tls_1_0": "TLS 1.0",
    "tls_1_1": "TLS 1.1",
    "tls_1_2": "TLS 1.2",
    "tls_1_3": "TLS 1.3",
}


@dataclasses.dataclass(frozen=True, order=True)
class Need:
    """Something that has to keep a suite: a version of a side, for a type of certificate (server side only).

    ``version`` empty: no version at all would be left on this side.
    """

    side: str
    version: str = ""
    certificate: str = ""

    def __str__(self) -> str:
        if not self.version:
            return f"no version at all would be enabled on the {self.side} side"
        kind = f" for {self.certificate.upper()} certificates" if self.certificate else ""
        return f"{VERSION_NAMES[self.version]} ({self.side} side) would be enabled without any suite{kind}"


def lost(before: State, then: State, types: frozenset[str]) -> frozenset[Need] | None:
    """The needs that were met and will not be any more; None when it is not known what will be left.

    Also lost is what RC4 or DES alone have met: two servers that have nothing else do speak to each other. Not so for
    the old SSL versions, which have hardly anything else.
    """
    found: frozenset[Need] = frozenset()
    for no_help, versions in ((NO_HELP, ""), (BY_NAME_ONLY, "tls_")):
        missing = unmet(then, types, no_help=no_help)
        if missing is None:
            return None
        was = unmet(before, types, no_help=no_help) or frozenset()
        found |= {need for need in missing - was if need.version.startswith(versions)}
    return found


def certificate_types(state: State, observed: t.Sequence[t.Mapping[str, t.Any]]) -> frozenset[str]:
    """The certificate types that must keep a suite: those seen in bindings and on sockets, both where none was seen.

    RSA is always among them: the certificates that Exchange, Remote Desktop and WinRM make for themselves are RSA.
    """
    seen = {key_type(certificate) for certificate in leaf_certificates(observed)} | state.identity.certificate_types
    known = frozenset(kind for kind in seen if kind)
    return known | {"rsa"} if known else CERTIFICATE_TYPES


def unmet(state: State, types: frozenset[str], *, no_help: frozenset[str] = NO_HELP) -> frozenset[Need] | None:
    """Every need that no suite will meet after the next boot; None when the suites in force are not known.

    ``no_help``: traits of suites that do not count.
    """
    if state.future_suites is None:
        return None
    usable = [suite for suite in map(_suite(state), state.future_suites) if suite and _possible(suite, state, no_help)]
    found: set[Need] = set()
    for side in SIDES:
        enabled = [version for version in VERSIONS if _enabled(state, version, side)]
        if not enabled:
            found.add(Need(side))
        for version in enabled:
            offered = [suite for suite in usable if version in suite.versions]
            if side == "client":
                found.update([] if offered else [Need(side, version)])
                continue
            found.update(
                Need(side, version, kind)
                for kind in types
                if not any(suite.authentication in (kind, "any") for suite in offered)
            )
    return frozenset(found)


def usable_suites(state: State, *, after_boot: bool) -> tuple[str, ...] | None:
    """The suites in force that can be used, by IANA name in their order; None when the list is not known.

    Those that programs ask for by name are left out.
    """
    names = state.future_suites if after_boot else state.suites
    if names is None:
        return None
    found = (suite for suite in map(_suite(state), names) if suite is not None)
    meaning = operator.attrgetter("future" if after_boot else "effective")
    usable = (
        suite.name
        for suite in found
        if not suite.traits & BY_NAME_ONLY and not any(_is(DISABLED, name, state, meaning) for name in parts_of(suite))
    )
    return tuple(dict.fromkeys(usable))


def _suite(state: State) -> t.Callable[[str], Suite | None]:
    return lambda name: state.catalogue.suites.get(bare_suite(name)[0])


def _enabled(state: State, version: str, side: str) -> bool:
    found = state.settings.get(f"protocols.{version}.{side}")
    return found is not None and found.future == ENABLED


def _possible(suite: Suite, state: State, no_help: frozenset[str]) -> bool:
    """Whether a suite of the list keeps anybody connected: none of its parts is off, and clients still take it."""
    return not suite.traits & no_help and not any(_off(name, state) for name in parts_of(suite))


def parts_of(suite: Suite) -> tuple[str, ...]:
    """The settings of ciphers, hashes and key exchange that a suite depends on."""
    parts = [CIPHER_SETTINGS[trait] for trait in sorted(suite.traits) if trait in CIPHER_SETTINGS]
    parts += [f"ciphers.{name}" for name in _rc_and_aes(suite)]
    if "tls_1_3" not in suite.versions:
        parts += [KEY_EXCHANGE_SETTINGS[word] for word in (suite.key_exchange,) if word in KEY_EXCHANGE_SETTINGS]
    parts += [setting for ending, setting in HASH_SETTINGS.items() if suite.name.endswith(ending)]
    return tuple(parts)


def _rc_and_aes(suite: Suite) -> tuple[str, ...]:
    cipher = suite.cipher
    if cipher.startswith("aes_"):
        return ("aes_256_256" if suite.bits == 256 else "aes_128_128",)
    if "rc4" in suite.traits:
        return (f"rc4_{suite.bits}_128",)
    return (f"rc2_{suite.bits}_128",) if "rc2" in suite.traits else ()


def _off(setting: str, state: State) -> bool:
    return _is(DISABLED, setting, state, operator.attrgetter("future"))


def _is(meaning: str, setting: str, state: State, when: t.Callable[[SettingState], t.Any]) -> bool:
    found = state.settings.get(setting)
    return found is not None and when(found) == meaning
