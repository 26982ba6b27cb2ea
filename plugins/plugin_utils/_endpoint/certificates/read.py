# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From DER to facts. What a peer sent may be broken in every place: each part is read for itself."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import typing as t
import warnings

from .algorithms import PUBLIC_CERTIFICATE_TYPES, RSA_PSS, SIGNATURES
from .model import Certificate

# ansible-core needs it, so it is there; but a plugin must be importable without (ansible-test sanity --test import).
with contextlib.suppress(ImportError):
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_T = t.TypeVar("_T")
# What cryptography says to something that it cannot read differs by release: ValueError mostly, KeyError for a string
# of an odd type before 42, and exceptions of its own. Nothing but its code runs under this.
_REFUSALS = Exception
#: anyExtendedKeyUsage (RFC 5280 4.2.1.12)
_ANY_PURPOSE = "2.5.29.37.0"
_USAGES = ("digital_signature", "key_encipherment", "key_agreement", "key_cert_sign", "crl_sign")


@dataclasses.dataclass(frozen=True, eq=False)
class Parsed:
    """A certificate with what is needed to see who issued whom; ``raw`` is None when it cannot be read."""

    certificate: Certificate
    raw: x509.Certificate | None = None
    subject: x509.Name | None = None
    issuer: x509.Name | None = None
    key_id: bytes | None = None
    issuer_key_id: bytes | None = None


def read_certificate(sent: bytes | str, position: int) -> Parsed:
    """``sent``: DER, or the reason why there is none. Never raises."""
    if isinstance(sent, str):
        return Parsed(Certificate(position, "", problems=(sent,)))
    fingerprint = hashlib.sha256(sent).hexdigest()
    # cryptography warns of odd serial numbers and the like; a certificate of somebody else is not ours to mend.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            raw = x509.load_der_x509_certificate(sent)
        except _REFUSALS:
            return Parsed(Certificate(position, fingerprint, problems=("it is no certificate in DER",)))
        return _Reader(raw).parsed(position, fingerprint)


class _Reader:
    def __init__(self, raw: x509.Certificate) -> None:
        self._raw = raw
        self._problems: list[str] = []

    def parsed(self, position: int, fingerprint: str) -> Parsed:
        raw = self._raw
        subject = self._part(lambda: raw.subject, "its subject cannot be read")
        issuer = self._part(lambda: raw.issuer, "its issuer cannot be read")
        extensions = self._part(lambda: raw.extensions, "its extensions cannot be read")
        signature, signature_hash = self._signature()
        certificate = Certificate(
            position=position,
            sha256=fingerprint,
            readable=True,
            # As RFC 4514 writes them, the most specific part first.
            subject=None if subject is None else subject.rfc4514_string(),
            issuer=None if issuer is None else issuer.rfc4514_string(),
            common_name=None if subject is None else _common_name(subject),
            serial=self._part(lambda: f"{raw.serial_number:x}", "its serial number cannot be read"),
            not_before=self._part(lambda: _moment(raw, "not_valid_before"), "its first day cannot be read"),
            not_after=self._part(lambda: _moment(raw, "not_valid_after"), "its last day cannot be read"),
            signature=signature,
            signature_hash=signature_hash,
            public=extensions is not None and _is_public(extensions),
            **self._key(),
            **_extended(extensions),
        )
        read = Parsed(
            certificate,
            raw,
            subject,
            issuer,
            _key_id(extensions),
            None if extensions is None else _issuer_id(extensions),
        )
        known = dataclasses.replace(certificate, self_signed=_self_signed(read), problems=tuple(self._problems))
        return dataclasses.replace(read, certificate=known)

    def _part(self, read: t.Callable[[], _T], problem: str = "") -> _T | None:
        try:
            return read()
        except _REFUSALS:
            if problem:
                self._problems.append(problem)
            return None

    def _signature(self) -> tuple[str | None, str | None]:
        identifier = self._raw.signature_algorithm_oid.dotted_string
        if identifier in SIGNATURES:
            return SIGNATURES[identifier]
        found = self._part(lambda: self._raw.signature_hash_algorithm)
        return "rsa_pss" if identifier == RSA_PSS else identifier, None if found is None else found.name

    def _key(self) -> dict[str, t.Any]:
        key = self._part(self._raw.public_key, "its key cannot be read")
        if isinstance(key, rsa.RSAPublicKey):
            return {"key": "rsa", "bits": key.key_size, "exponent": key.public_numbers().e}
        if isinstance(key, ec.EllipticCurvePublicKey):
            return {"key": "ecdsa", "bits": key.curve.key_size, "curve": key.curve.name}
        if isinstance(key, dsa.DSAPublicKey):
            return {"key": "dsa", "bits": key.key_size}
        if isinstance(key, ed25519.Ed25519PublicKey):
            return {"key": "ed25519", "bits": 256}
        if isinstance(key, ed448.Ed448PublicKey):
            return {"key": "ed448", "bits": 456}
        identifier = getattr(self._raw, "public_key_algorithm_oid", None)
        return {"key": None if identifier is None else identifier.dotted_string}


def _common_name(name: x509.Name) -> str | None:
    found = [str(one.value) for one in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return found[-1] if found else None


def _moment(raw: x509.Certificate, which: str) -> datetime.datetime:
    aware = getattr(raw, f"{which}_utc", None)
    if isinstance(aware, datetime.datetime):
        return aware
    # Before cryptography 42 there is only the form without a zone; it is UTC as well.
    naive: datetime.datetime = getattr(raw, which)
    return naive.replace(tzinfo=datetime.timezone.utc)


def _extended(extensions: x509.Extensions | None) -> dict[str, t.Any]:
    if extensions is None:
        return {}
    basic = _find(extensions, x509.BasicConstraints)
    usage = _find(extensions, x509.KeyUsage)
    purposes = _find(extensions, x509.ExtendedKeyUsage)
    server = {ExtendedKeyUsageOID.SERVER_AUTH.dotted_string, _ANY_PURPOSE}
    return {
        # Version 1 has no extensions; those certificates are no authorities (RFC 5280 6.1.4 k).
        "ca": basic is not None and basic.ca,
        "names": _names(_find(extensions, x509.SubjectAlternativeName)),
        "key_usage": None if usage is None else frozenset(name for name in _USAGES if getattr(usage, name)),
        "server_auth": None if purposes is None else any(one.dotted_string in server for one in purposes),
    }


def _find(extensions: x509.Extensions, kind: type[_T]) -> _T | None:
    return next((one.value for one in extensions if isinstance(one.value, kind)), None)


def _names(alternatives: x509.SubjectAlternativeName | None) -> tuple[str, ...]:
    if alternatives is None:
        return ()
    hosts = alternatives.get_values_for_type(x509.DNSName)
    addresses = alternatives.get_values_for_type(x509.IPAddress)
    return (*hosts, *(str(address) for address in addresses))


def _is_public(extensions: x509.Extensions) -> bool:
    policies = _find(extensions, x509.CertificatePolicies)
    types = () if policies is None else (policy.policy_identifier.dotted_string for policy in policies)
    logged = _find(extensions, x509.PrecertificateSignedCertificateTimestamps)
    return logged is not None or not PUBLIC_CERTIFICATE_TYPES.isdisjoint(types)


def _key_id(extensions: x509.Extensions | None) -> bytes | None:
    found = None if extensions is None else _find(extensions, x509.SubjectKeyIdentifier)
    return None if found is None else found.digest


def _issuer_id(extensions: x509.Extensions) -> bytes | None:
    found = _find(extensions, x509.AuthorityKeyIdentifier)
    return None if found is None else found.key_identifier


def _self_signed(read: Parsed) -> bool | None:
    if read.subject is None or read.issuer is None:
        return None
    # An authority with a new key may sign itself with the old one, under the same name.
    return named_by(read, read) and signed_by(read, read)


def named_by(child: Parsed, issuer: Parsed) -> bool:
    """Whether ``child`` gives the name of ``issuer`` as that of its issuer."""
    return child.issuer is not None and child.issuer == issuer.subject


def signed_by(child: Parsed, issuer: Parsed) -> bool:
    """Whether ``issuer``, which has the right name, signed ``child``; by key identifier if that cannot be checked."""
    verdict = _checked(child, issuer)
    if verdict is not None:
        return verdict
    if child.issuer_key_id is None or issuer.key_id is None:
        return True
    return child.issuer_key_id == issuer.key_id


def _checked(child: Parsed, issuer: Parsed) -> bool | None:
    """Whether the key of ``issuer`` made the signature of ``child``.

    None when that cannot be told: hashes and keys that ``cryptography`` does not take (MD5, MD2), releases before 40.
    """
    if child.raw is None or issuer.raw is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            child.raw.verify_directly_issued_by(issuer.raw)
    except InvalidSignature:
        return False
    except _REFUSALS:
        return None
    return True
