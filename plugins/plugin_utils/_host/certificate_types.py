# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of key of the certificates that http.sys presents.

Which suites of the list can be used at all depends on them.

Bindings: ``...\\Services\\HTTP\\Parameters\\SslBindingInfo\\<address>:<port>``, value SslCertHash; certificates:
``...\\SystemCertificates\\MY\\ Certificates\\<thumbprint>``, value Blob (guidance 9.2, 9.3).
"""

from __future__ import annotations

import hashlib
import typing as t

from .http_bindings import BINDINGS
from .names import fold
from .observation import Observation

_STORE = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates"
#: Property of the blob that holds the certificate itself (S14).
_CERTIFICATE = 32
_SEQUENCE, _INTEGER, _OID, _VERSION = 0x30, 0x02, 0x06, 0xA0
#: rsaEncryption, id-RSASSA-PSS (RFC 4055), id-ecPublicKey (RFC 5480)
_KEY_TYPES: t.Mapping[bytes, str] = {
    bytes.fromhex("2a864886f70d010101"): "rsa",
    bytes.fromhex("2a864886f70d01010a"): "rsa",
    bytes.fromhex("2a8648ce3d0201"): "ecdsa",
}


def certificate_types(observation: Observation) -> frozenset[str]:
    """``rsa``, ``ecdsa`` of the certificates that the bindings name.

    Empty when bindings or one of their certificates are not known.
    """
    bindings = observation.key(BINDINGS)
    if bindings is None or any(key.exists is None for key in bindings.keys):
        return frozenset()
    hashes = {value.data for key in bindings.keys for value in key.values if fold(value.name) == "SSLCERTHASH"}
    types = {_type_of(observation, thumbprint) if isinstance(thumbprint, bytes) else None for thumbprint in hashes}
    return frozenset() if None in types else frozenset(kind for kind in types if kind)


def _type_of(observation: Observation, thumbprint: bytes) -> str | None:
    blob = observation.value(rf"{_STORE}\{thumbprint.hex().upper()}", "Blob")
    if blob is None or not isinstance(blob.data, bytes):
        return None
    certificate = blob_certificate(blob.data)
    # The thumbprint is a name, not a proof of security: SHA-1 is what Windows calls the key.
    if certificate is None or hashlib.sha1(certificate, usedforsecurity=False).digest() != thumbprint:
        return None
    return key_type(certificate)


def blob_certificate(blob: bytes) -> bytes | None:
    """The DER of the certificate in a registry blob.

    Elements of identifier, reserved, length (4 bytes each, little-endian), data.
    """
    position = 0
    while position + 12 <= len(blob):
        identifier = int.from_bytes(blob[position : position + 4], "little")
        length = int.from_bytes(blob[position + 8 : position + 12], "little")
        position += 12
        if length > len(blob) - position:
            return None
        if identifier == _CERTIFICATE:
            return blob[position : position + length]
        position += length
    return None


def key_type(der: bytes) -> str | None:
    """``rsa`` or ``ecdsa`` of an X.509 certificate; None for any other key and for what is no certificate."""
    try:
        tbs = _Der(_Der(der).take(_SEQUENCE)).take(_SEQUENCE)
        fields = _Der(tbs)
        if fields.peek() == _VERSION:
            fields.take(_VERSION)
        fields.take(_INTEGER)
        for _field in ("signature", "issuer", "validity", "subject"):
            fields.take(_SEQUENCE)
        algorithm = _Der(_Der(fields.take(_SEQUENCE)).take(_SEQUENCE)).take(_OID)
    except ValueError:
        return None
    return _KEY_TYPES.get(algorithm)


class _Der:
    """A bounded reader of DER elements with one-byte tags."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def peek(self) -> int:
        if not self._data:
            raise ValueError("no element left")
        return self._data[0]

    def take(self, tag: int) -> bytes:
        if self.peek() != tag or len(self._data) < 2:
            raise ValueError("another element is expected")
        length, start = self._data[1], 2
        if length & 0x80:
            size = length & 0x7F
            start += size
            if not 1 <= size <= 4 or len(self._data) < start:
                raise ValueError("broken length")
            length = int.from_bytes(self._data[2:start], "big")
        if len(self._data) < start + length:
            raise ValueError("longer than its parent")
        body, self._data = self._data[start : start + length], self._data[start + length :]
        return body
