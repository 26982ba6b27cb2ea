# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings that need more than registry values: who owns a list, and which certificate is presented."""

from __future__ import annotations

import datetime
import hashlib
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tools.registry import change, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import FileFact
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find

pytestmark = pytest.mark.proves("findings")

GCM_RSA = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
GCM_ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
POLICY_KEY = r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"


def registry_pol(key: str, name: str, data: bytes) -> bytes:
    """A Registry.pol file with one REG_SZ."""
    texts = [part.encode("utf-16-le") + b"\0\0" for part in (key, name)]
    semicolon = ";".encode("utf-16-le")
    parts = [*texts, struct.pack("<I", 1), struct.pack("<I", len(data)), data]
    return struct.pack("<4sI", b"PReg", 1) + "[".encode("utf-16-le") + semicolon.join(parts) + "]".encode("utf-16-le")


def archive(content: bytes) -> FileFact:
    return FileFact(r"C:\ProgramData\ntuser.pol", True, None, content)


def certificate(kind: str) -> bytes:
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ex01.example.org")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day + datetime.timedelta(days=30))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def presented(der: bytes) -> str:
    """The binding of port 443 and the certificate in the machine's store."""
    thumbprint = hashlib.sha1(der).digest()
    blob = struct.pack("<III", 3, 1, 20) + thumbprint + struct.pack("<III", 32, 1, len(der)) + der

    def hexadecimal(data: bytes) -> str:
        return "hex:" + ",".join(f"{byte:02x}" for byte in data)

    return (
        "[HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo\\0.0.0.0:443]\n"
        f'"SslCertHash"={hexadecimal(thumbprint)}\n'
        f"[HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\{thumbprint.hex().upper()}]\n"
        f'"Blob"={hexadecimal(blob)}\n'
    )


@pytest.mark.parametrize(("kind", "only"), [("rsa", GCM_ECDSA), ("ecdsa", GCM_RSA)])
def test_a_list_without_a_suite_for_the_certificate_is_a_finding(kind: str, only: str) -> None:
    text = presented(certificate(kind)) + f'[POLICY_SSL]\n"Functions"="{only}"\n'
    found = [finding for finding in find(state_of(text)) if finding.id == "suites.certificate_without_suite"]
    assert [finding.subject for finding in found] == ["cipher_suites"]
    assert f"of type {kind.upper()}" in found[0].message


def test_a_suite_of_tls_1_3_does_not_help_the_older_versions_to_a_certificate() -> None:
    text = presented(certificate("rsa")) + f'[POLICY_SSL]\n"Functions"="TLS_AES_256_GCM_SHA384,{GCM_ECDSA}"\n'
    found = [finding for finding in find(state_of(text, "ws2022")) if finding.id == "suites.certificate_without_suite"]
    assert [finding.subject for finding in found] == ["cipher_suites"]


def test_a_suite_of_a_version_that_is_off_does_not_help_the_others_to_a_certificate() -> None:
    off = "".join(
        f'[SCHANNEL\\Protocols\\TLS 1.2\\{side}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
        for side in ("Client", "Server")
    )
    text = presented(certificate("rsa")) + off + f'[POLICY_SSL]\n"Functions"="{GCM_RSA}"\n'
    found = [finding for finding in find(state_of(text)) if finding.id == "suites.certificate_without_suite"]
    assert [finding.subject for finding in found] == ["cipher_suites"]


def test_a_list_with_suites_for_the_certificate_is_none() -> None:
    text = presented(certificate("rsa")) + f'[POLICY_SSL]\n"Functions"="{GCM_RSA}"\n'
    assert not [finding for finding in find(state_of(text)) if finding.id == "suites.certificate_without_suite"]


def test_a_list_that_group_policy_recorded_is_named_as_its_own() -> None:
    data = (GCM_RSA + "\0").encode("utf-16-le")
    state = state_of(
        f'[POLICY_SSL]\n"Functions"="{GCM_RSA}"\n', files=[archive(registry_pol(POLICY_KEY, "Functions", data))]
    )
    found = [finding for finding in find(state) if finding.id.startswith("changes.own")]
    assert [(finding.id, finding.subject) for finding in found] == [
        ("changes.owned_by_group_policy", "cipher_suites.group_policy")
    ]
    assert found[0].message.endswith("Functions was written by Group Policy, which writes it again at every refresh.")


def test_a_list_of_ours_needs_no_finding_about_its_owner() -> None:
    state = state_of(
        f'[POLICY_SSL]\n"Functions"="{GCM_RSA}"\n',
        journal=[change(values=[("POLICY_SSL", "Functions")], boot=1, started=2, closed=3)],
    )
    assert state.owners == {"cipher_suites.group_policy": "us"}
    assert not [finding for finding in find(state) if finding.id.startswith("changes.own")]
