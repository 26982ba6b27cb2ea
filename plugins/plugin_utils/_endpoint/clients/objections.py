# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a client give up after the endpoint has chosen: a server without RFC 5746, a DHE size, a certificate."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite, Version

from ..certificates.model import Certificate
from .model import Client, Result
from .seen import Seen, SeenChain


@dataclasses.dataclass(frozen=True)
class Objection:
    """Why the client gives up; ``result`` unknown: it may give up, for want of knowledge about the endpoint."""

    result: Result
    sentence: str


def objection(seen: Seen, client: Client, version: Version, suite: Suite) -> Objection | None:
    """The first reason for which this client would leave, None when it has none."""
    found = [one for check in _CHECKS for one in [check(seen, client, version, suite)] if one is not None]
    certain = [one for one in found if one.result is not Result.UNKNOWN]
    return next(iter(certain or found), None)


def _renegotiation(seen: Seen, client: Client, version: Version, _suite: Suite) -> Objection | None:
    if not client.needs_secure_renegotiation or version >= Version.TLS_1_3 or seen.secure_renegotiation:
        return None
    if seen.secure_renegotiation is None:
        return Objection(Result.UNKNOWN, "It demands secure renegotiation; whether the endpoint has it is not known.")
    words = "It demands secure renegotiation (RFC 5746), which the endpoint does not show."
    return Objection(Result.NO_SECURE_RENEGOTIATION, words)


def _signature(_seen: Seen, client: Client, version: Version, suite: Suite) -> Objection | None:
    """Before TLS 1.2 a signed key exchange is always signed with SHA-1, RSA with MD5 as well (RFC 4346 7.4.3)."""
    signed = suite.key_exchange in ("ECDHE", "DHE") and suite.authentication != "anon"
    if not client.refuses_sha1_handshakes or version >= Version.TLS_1_2 or not signed:
        return None
    words = f"In {version.label} the key exchange is signed with SHA-1, which it does not accept."
    return Objection(Result.NO_COMMON_SUITE, words)


def _size_of_dhe(seen: Seen, client: Client, _version: Version, suite: Suite) -> Objection | None:
    limited = client.dh_min_bits is not None or client.dh_max_bits is not None
    if suite.key_exchange != "DHE" or not limited:
        return None
    if seen.dh_bits is None:
        return Objection(Result.UNKNOWN, "It takes DHE of certain sizes only; the size of the endpoint is not known.")
    words = _out_of_range(seen.dh_bits, client.dh_min_bits, client.dh_max_bits)
    return Objection(Result.NO_COMMON_GROUP, f"The DHE prime has {words}.") if words else None


def _certificate(seen: Seen, client: Client, _version: Version, suite: Suite) -> Objection | None:
    limits = (client.hashes, client.rsa_min_bits, client.rsa_max_bits)
    if suite.authentication == "anon" or all(limit is None for limit in limits):
        return None
    chains = _chains_for(seen, suite)
    verdicts = [_chain(client, chain) for chain in chains]
    if not verdicts:
        return Objection(Result.UNKNOWN, "The certificate that the endpoint would show was not seen.")
    good = [verdict for verdict in verdicts if verdict is None]
    bad = [verdict for verdict in verdicts if verdict is not None]
    if good and bad:
        return Objection(Result.UNKNOWN, "The endpoint has several certificates, and it does not accept all of them.")
    return bad[0] if bad else None


def _chains_for(seen: Seen, suite: Suite) -> tuple[SeenChain, ...]:
    """Those that the endpoint may show with this suite; TLS 1.3 negotiates certificates apart."""
    if suite.authentication == "any":
        return seen.chains
    own = tuple(chain for chain in seen.chains if chain.authentication == suite.authentication)
    return own or tuple(chain for chain in seen.chains if chain.authentication == "any")


def _chain(client: Client, chain: SeenChain) -> Objection | None:
    found = [one for cert in chain.certificates for one in _certificate_objections(client, cert)]
    certain = [one for one in found if one.result is not Result.UNKNOWN]
    return next(iter(certain or found), None)


def _certificate_objections(client: Client, cert: Certificate) -> t.Iterator[Objection]:
    if not cert.readable:
        yield Objection(Result.UNKNOWN, "A certificate of the chain cannot be read.")
        return
    # The signature of a self-signed certificate proves nothing and is not checked.
    if client.hashes is not None and cert.self_signed is not True and cert.signature_hash not in client.hashes:
        if cert.signature_hash is None:
            yield Objection(Result.UNKNOWN, "The signature hash of a certificate is not known.")
        else:
            words = f"It does not accept {_hash_name(cert.signature_hash)} as the signature hash of a certificate."
            yield Objection(Result.CERTIFICATE, words)
    if cert.key == "rsa" and cert.bits is not None:
        words = _out_of_range(cert.bits, client.rsa_min_bits, client.rsa_max_bits)
        if words:
            yield Objection(Result.CERTIFICATE, f"An RSA key of the chain has {words}.")


def _hash_name(name: str) -> str:
    return f"SHA-{name[3:]}" if name.startswith("sha") else name.upper()


def _out_of_range(bits: int, least: int | None, most: int | None) -> str:
    if least is not None and bits < least:
        return f"{bits} bits, it demands {least}"
    if most is not None and bits > most:
        return f"{bits} bits, it takes {most} at most"
    return ""


_CHECKS = (_renegotiation, _signature, _size_of_dhe, _certificate)
