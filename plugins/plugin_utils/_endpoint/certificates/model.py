# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a certificate and of a chain. Unknown is None, never a default."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding


@dataclasses.dataclass(frozen=True)
class Certificate:
    """The facts of one certificate as sent.

    ``position``: in the answer's ``certificates``. ``serial``: hexadecimal. ``key``: rsa, ecdsa, ed25519, ed448, dsa or
    the OID of its kind. ``signature``: the algorithm without its hash, or its OID; ``signature_hash``: md2 ... sha512,
    None where the algorithm has none or is not known. ``names``: of the subject alternative name, DNS and IP addresses;
    None when the extensions cannot be read. ``server_auth``: what the extended key usage says, None without one.
    ``public``: it carries marks that only public certification authorities set. ``problems``: what could not be read,
    in half sentences; ``readable``: whether anything could.
    """

    position: int
    sha256: str
    readable: bool = False
    subject: str | None = None
    issuer: str | None = None
    common_name: str | None = None
    serial: str | None = None
    not_before: datetime.datetime | None = None
    not_after: datetime.datetime | None = None
    key: str | None = None
    bits: int | None = None
    curve: str | None = None
    exponent: int | None = None
    signature: str | None = None
    signature_hash: str | None = None
    self_signed: bool | None = None
    ca: bool | None = None
    names: tuple[str, ...] | None = None
    key_usage: frozenset[str] | None = None
    server_auth: bool | None = None
    public: bool = False
    problems: tuple[str, ...] = ()

    @property
    def lifetime(self) -> datetime.timedelta | None:
        """From the first to the last second, both included (RFC 5280 4.1.2.5)."""
        if self.not_before is None or self.not_after is None:
            return None
        return self.not_after - self.not_before + datetime.timedelta(seconds=1)

    @property
    def last_day(self) -> datetime.date | None:
        """The day on which it ends, UTC."""
        return None if self.not_after is None else self.not_after.date()


class Order(str, enum.Enum):
    """Whether each certificate of a chain is followed by its issuer; unknown when one of them cannot be read."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Renewal:
    """By when the certificate of the endpoint is to be replaced; ``why``: one sentence."""

    by: datetime.date
    why: str


@dataclasses.dataclass(frozen=True)
class Chain:
    """One chain as sent, the certificate of the endpoint first.

    ``authentication``: RSA, ECDSA ...; any where only TLS 1.3 was spoken. ``complete``: it ends in a self-signed
    certificate; None when that cannot be known, as where a root is rightly left out. ``names_match``: None when no name
    was asked for or none could be read.
    """

    authentication: str
    certificates: tuple[Certificate, ...]
    order: Order
    complete: bool | None
    names_match: bool | None
    renew: Renewal | None


@dataclasses.dataclass(frozen=True)
class CertificateAudit:
    """All chains of one endpoint and the findings on them, the worst first."""

    chains: tuple[Chain, ...]
    findings: tuple[Finding, ...]
