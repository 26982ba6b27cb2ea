# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a client is, and what becomes of it at an endpoint."""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version

#: What a client may be used for; endpoints of these kinds are simulated with it.
SERVICES = ("https", "smtp", "imap", "pop3", "ldap", "rdp")

#: How a hello is wrapped; ``ssl2`` is the framing of SSL 2.0 around a later hello (RFC 5246 E.2).
FRAMINGS = ("tls", "ssl2")

#: How a hello shows secure renegotiation (RFC 5746 3.4).
RENEGOTIATION = ("extension", "scsv", "none")

#: Extensions without content of their own that a hello may carry.
EXTENSIONS = ("server_name", "session_ticket", "extended_master_secret", "encrypt_then_mac")

#: Hashes of certificate signatures, weakest first.
HASHES = ("md2", "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")


class Kind(str, enum.Enum):
    """Where the facts about a client come from.

    captured: the hello of the program itself, recorded. documented: its maker's pages or public source.
    template: what is typical for such devices, no maker's word. site: written by the site.
    """

    CAPTURED = "captured"
    DOCUMENTED = "documented"
    TEMPLATE = "template"
    SITE = "site"


class Result(str, enum.Enum):
    """What becomes of a client; every value but the first and the last is a reason why it cannot connect."""

    CONNECTS = "connects"
    NO_COMMON_VERSION = "no_common_version"
    NO_COMMON_SUITE = "no_common_suite"
    NO_COMMON_GROUP = "no_common_group"
    CERTIFICATE = "certificate"
    NO_SECURE_RENEGOTIATION = "no_secure_renegotiation"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Client:
    """A program as an endpoint sees it.

    ``lowest``, ``highest``: versions, those between included. ``suites``: IANA names and the names of SSL 2.0, of all
    versions, in the order in which it sends them. ``groups``: IANA names; without any, it names no groups.
    ``signatures``: IANA names of signature schemes. ``extensions``: words of EXTENSIONS.
    ``needs_secure_renegotiation``: it leaves a server that does not show RFC 5746. ``refuses_sha1_handshakes``: up to
    TLS 1.1 it takes only suites without a signed key exchange, which is signed with SHA-1 there.
    ``hashes``: the signature hashes that it accepts in a chain; None, any. The bits are limits of what it accepts, RSA
    keys of a chain and primes of DHE. ``sources``: tags of the catalogue.
    """

    id: str
    name: str
    family: str
    kind: Kind
    services: tuple[str, ...]
    lowest: Version
    highest: Version
    suites: tuple[str, ...]
    framing: str = "tls"
    groups: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    renegotiation: str = "scsv"
    needs_secure_renegotiation: bool = False
    refuses_sha1_handshakes: bool = False
    hashes: frozenset[str] | None = None
    rsa_min_bits: int | None = None
    rsa_max_bits: int | None = None
    dh_min_bits: int | None = None
    dh_max_bits: int | None = None
    sources: tuple[str, ...] = ()
    note: str = ""

    @functools.cached_property
    def versions(self) -> tuple[Version, ...]:
        """What it speaks, highest first."""
        return tuple(v for v in sorted(Version, reverse=True) if self.lowest <= v <= self.highest)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What becomes of one client at one endpoint.

    ``version``, ``suite``: as far as they are certain; also of a connection that the client then gives up.
    ``verified``: whether the endpoint answered a replay of its hello in this way; None, it was not replayed or the
    replay cannot tell.
    """

    id: str
    name: str
    family: str
    kind: Kind
    result: Result
    version: Version | None
    suite: str | None
    detail: str
    verified: bool | None = None

    def to_data(self) -> dict[str, t.Any]:
        """As it stands under ``clients`` of an answer."""
        return {
            "id": self.id,
            "name": self.name,
            "family": self.family,
            "kind": self.kind.value,
            "outcome": self.result.value,
            "version": None if self.version is None else self.version.id,
            "suite": self.suite,
            "detail": self.detail,
            "verified": self.verified,
        }
