# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is sent in the place of a certificate: something to say, never an exception, never a control character."""

from __future__ import annotations

import base64
import datetime
import functools
import json
import random
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    CertificateAudit,
    audit_certificates,
    certificates_to_data,
)

pytestmark = pytest.mark.proves("certificates")

TODAY = datetime.date(2026, 11, 26)
KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())


def certificate(common_name: str = "x", names: t.Sequence[str] = ("mail.example.org",)) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(KEY.public_key())
    builder = builder.serial_number(0x1122).not_valid_before(start).not_valid_after(start.replace(year=2028))
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    authority = x509.BasicConstraints(ca=False, path_length=None)
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
    for extension in (alternative, authority, usage):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


@functools.cache
def plain() -> bytes:
    return certificate()


def audit(*ders: bytes, **more: t.Any) -> CertificateAudit:
    answer = {
        "host": "ex01",
        "port": 443,
        "service": "https",
        "status": "answered",
        "certificates": [base64.b64encode(der).decode() for der in ders],
        "chains": [{"authentication": "ECDSA", "certificates": list(range(len(ders)))}],
    }
    return check(answer | more)


def check(answer: t.Any) -> CertificateAudit:
    audited = audit_certificates(answer, names=["mail.example.org", "192.0.2.7"], today=TODAY)
    data = certificates_to_data(audited)
    text = json.dumps(data, ensure_ascii=False) + "".join(f"{one.subject} {one.message}" for one in audited.findings)
    assert text.isprintable()
    assert all(len(one.message) < 1000 for one in audited.findings)
    return audited


def reasons(audited: CertificateAudit) -> str:
    return " ".join(one.message for one in audited.findings if one.id == "certificate.unreadable")


@given(st.binary(max_size=200))
def test_any_bytes_are_unreadable(content: bytes) -> None:
    assert "certificate.unreadable" in {finding.id for finding in audit(content).findings}


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4), st.booleans()
)
def test_a_certificate_with_changed_bytes_is_judged_or_unreadable(
    changes: list[tuple[float, int]], with_the_original: bool
) -> None:
    der = bytearray(plain())
    for where, byte in changes:
        der[int(where * len(der))] = byte
    audited = audit(bytes(der), *([plain()] if with_the_original else []))
    assert len(audited.chains) == 1
    assert audited.findings


@given(st.floats(0, 1), st.binary(min_size=1, max_size=8))
def test_a_certificate_cut_short_or_drawn_out_is_unreadable(share: float, tail: bytes) -> None:
    cut = plain()[: 1 + int(share * (len(plain()) - 2))]
    for broken in (cut, plain() + tail):
        assert "it is no certificate in DER" in reasons(audit(broken))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({
    "status": st.just("answered"), "certificates": JSON, "chains": JSON | st.lists(
        st.fixed_dictionaries({"authentication": JSON, "certificates": JSON | st.lists(st.integers(-2, 3), max_size=5)})
    ), "facts": JSON | st.fixed_dictionaries({"dh_bits": JSON, "export_rsa_bits": JSON}),
    "host": JSON, "port": JSON, "service": JSON, "transport": JSON,
}))  # fmt: skip
def test_any_answer_is_judged_without_an_exception(answer: dict[str, t.Any]) -> None:
    check(answer)
    check(answer | {"certificates": [base64.b64encode(plain()).decode(), "AAAA", answer["certificates"]]})


def test_a_negative_serial_number_is_read_and_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    der = plain()
    at = der.index(bytes.fromhex("02021122"))
    audited = audit(der[: at + 2] + b"\x91" + der[at + 3 :])
    assert certificates_to_data(audited)["chains"][0]["certificates"][0]["serial"].startswith("-")
    assert not recwarn.list


def test_broken_extensions_are_named_and_nothing_is_concluded_from_them() -> None:
    der = plain()
    at = der.index(b"mail.example.org")
    audited = audit(der[:at] + b"\xff" + der[at + 1 :])
    assert "its extensions cannot be read" in reasons(audited)
    assert audited.chains[0].names_match is None
    assert certificates_to_data(audited)["chains"][0]["certificates"][0]["names"] is None


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb\r", "\u202egro.elpmaxe", "\u200b", "a" * 60])
def test_control_and_invisible_characters_of_a_subject_become_visible(name: str) -> None:
    audited = audit(certificate(name))
    shown = certificates_to_data(audited)["chains"][0]["certificates"][0]["subject"]
    assert shown.isprintable()
    assert (shown == f"CN={name}") == name.isprintable()


def test_a_name_with_a_control_character_is_shown_as_what_it_is_and_holds_nothing() -> None:
    audited = audit(certificate(names=["mail\x1b[31m.example.org"]))
    assert certificates_to_data(audited)["chains"][0]["certificates"][0]["names"] == [r"mail\x1b[31m.example.org"]
    assert audited.chains[0].names_match is False


def test_thousands_of_names_are_all_read() -> None:
    names = [f"host{number}.example.org" for number in range(2500)]
    audited = audit(certificate(names=[*names, "mail.example.org"]))
    assert len(certificates_to_data(audited)["chains"][0]["certificates"][0]["names"]) == 2501


@pytest.mark.parametrize("size", [65 * 1024, 1 << 20, 8 << 20])
def test_what_is_longer_than_any_certificate_is_not_read(size: int) -> None:
    head = b"\x30\x84" + (size - 6).to_bytes(4, "big")
    assert "it is longer than 65536 bytes" in reasons(audit(head + bytes(size - 6)))


def test_a_chain_of_many_certificates_of_one_name_is_judged() -> None:
    audited = audit(*(certificate(names=[f"{number}.example.org"]) for number in range(64)))
    assert audited.chains[0].complete is True


def test_more_certificates_than_any_server_sends_are_left_out() -> None:
    audited = audit(*(random.Random(number).randbytes(20) for number in range(500)))
    assert len(audited.chains[0].certificates) == 32
    assert "468 certificates more than were read" in reasons(audited)
