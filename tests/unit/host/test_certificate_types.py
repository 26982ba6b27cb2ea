# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kinds of certificate a host presents, by bindings and store."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from tools.registry import on_host

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ReadError,
    RegistryKey,
    identify,
    key_type,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host.certificate_types import blob_certificate

pytestmark = pytest.mark.proves("no_lockout")


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ex01.example.org")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + datetime.timedelta(days=30))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(Encoding.DER)


RSA = certificate(rsa.generate_private_key(65537, 2048))
ECDSA = certificate(ec.generate_private_key(ec.SECP384R1()))
EDWARDS = certificate(ed25519.Ed25519PrivateKey.generate())


def element(identifier: int, data: bytes) -> bytes:
    return struct.pack("<III", identifier, 1, len(data)) + data


def blob(der: bytes) -> bytes:
    return element(3, hashlib.sha1(der).digest()) + element(11, b"n\0a\0\0\0") + element(32, der)


def hexadecimal(data: bytes) -> str:
    return "hex:" + ",".join(f"{byte:02x}" for byte in data)


def binding(port: int, thumbprint: bytes) -> str:
    place = rf"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo\0.0.0.0:{port}"
    return f'[{place}]\n"SslCertHash"={hexadecimal(thumbprint)}\n'


def stored(thumbprint: bytes, content: bytes) -> str:
    place = rf"HKLM\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\{thumbprint.hex().upper()}"
    return f'[{place}]\n"Blob"={hexadecimal(content)}\n'


def types(*parts: str) -> frozenset[str]:
    return identify(on_host("".join(parts)), load()).certificate_types


def both(port: int, der: bytes) -> str:
    thumbprint = hashlib.sha1(der).digest()
    return binding(port, thumbprint) + stored(thumbprint, blob(der))


def test_the_key_of_a_certificate_names_its_type() -> None:
    assert (key_type(RSA), key_type(ECDSA), key_type(EDWARDS)) == ("rsa", "ecdsa", None)


def test_all_bound_certificates_count() -> None:
    assert types(both(443, RSA)) == {"rsa"}
    assert types(both(443, RSA), both(444, ECDSA)) == {"rsa", "ecdsa"}


def test_without_bindings_nothing_is_known() -> None:
    assert types() == frozenset()


def test_a_bound_certificate_that_is_not_in_the_store_makes_the_whole_unknown() -> None:
    assert types(both(443, RSA), binding(444, b"\1" * 20)) == frozenset()


def test_a_binding_that_could_not_be_read_makes_the_whole_unknown() -> None:
    path = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo"
    observation = on_host(both(443, RSA), errors=(ReadError(rf"{path}\0.0.0.0:444", 5, "Access is denied."),))
    (root,) = [key for key in observation.keys if key.path == path]
    denied = dataclasses.replace(root, keys=(*root.keys, RegistryKey(rf"{path}\0.0.0.0:444", None)))
    keys = tuple(denied if key is root else key for key in observation.keys)
    assert identify(dataclasses.replace(observation, keys=keys), load()).certificate_types == frozenset()


def test_a_certificate_under_a_foreign_thumbprint_is_not_believed() -> None:
    assert types(binding(443, b"\2" * 20), stored(b"\2" * 20, blob(RSA))) == frozenset()


@pytest.mark.parametrize(
    "content", [b"", b"\x20", element(32, RSA)[:-1], element(3, b"x"), struct.pack("<III", 32, 1, 2**32 - 1)]
)
def test_a_broken_blob_holds_no_certificate(content: bytes) -> None:
    assert blob_certificate(content) is None


@given(st.binary(max_size=64))
def test_any_bytes_are_a_type_or_none(data: bytes) -> None:
    assert key_type(data) in (None, "rsa", "ecdsa")
    assert blob_certificate(data) is None or len(data) >= 12


@pytest.mark.parametrize("length", [0, 1, 2, 5, 40, 100, 200])
def test_a_cut_certificate_has_no_type(length: int) -> None:
    assert key_type(RSA[:length]) is None
