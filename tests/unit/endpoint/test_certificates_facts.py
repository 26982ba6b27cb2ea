# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read from a certificate is what the openssl program says of it."""

from __future__ import annotations

import re
import typing as t

import pytest
from wire_servers import certificates as made
from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import audit_certificates, certificates_to_data

pytestmark = [
    pytest.mark.proves("certificates"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

CERTIFICATES: t.Mapping[str, t.Callable[[], made.Made]] = {
    "server": made.server,
    "many names": lambda: made.server(names="DNS:a.example.org,DNS:*.b.example.org,IP:192.0.2.7,IP:2001:db8::7"),
    "root": made.root,
    "intermediate": made.intermediate,
    "sha1": lambda: made.server(digest="sha1"),
    "md5": lambda: made.server(digest="md5"),
    "sha384": lambda: made.server(digest="sha384"),
    "rsa 1024": lambda: made.server(algorithm="rsa1024"),
    "p-256": lambda: made.server(algorithm="p256"),
    "p-224": lambda: made.server(algorithm="p224"),
    "ecdsa sha1": lambda: made.make("/CN=ec", algorithm="p256", digest="sha1"),
    "ed25519": lambda: made.make("/CN=ed", algorithm="ed25519"),
    "pss": lambda: made.server(pss=True, digest="sha256"),
    "pss sha1": lambda: made.server(pss=True, digest="sha1"),
    "umlauts": lambda: made.make("/O=Müller, Söhne & Co/CN=a=b"),
}
#: What openssl calls the algorithms of signatures.
SIGNATURES = {
    "sha1WithRSAEncryption": ("rsa", "sha1"),
    "md5WithRSAEncryption": ("rsa", "md5"),
    "sha256WithRSAEncryption": ("rsa", "sha256"),
    "sha384WithRSAEncryption": ("rsa", "sha384"),
    "ecdsa-with-SHA1": ("ecdsa", "sha1"),
    "ecdsa-with-SHA256": ("ecdsa", "sha256"),
    "ED25519": ("ed25519", None),
}


def facts(*ders: made.Made | bytes, **more: t.Any) -> list[dict[str, t.Any]]:
    audit = audit_certificates(made.answer(ders, **more), names=[], today=made.today())
    rows: list[dict[str, t.Any]] = certificates_to_data(audit)["chains"][0]["certificates"]
    return rows


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_is_seen_as_openssl_sees_it(name: str) -> None:
    one = CERTIFICATES[name]()
    found = facts(one)[0]
    text = one.seen_by_openssl("-text")
    said = dict(line.split("=", 1) for line in one.seen_by_openssl("-serial", "-fingerprint", "-sha256").splitlines())
    assert found["sha256"] == said["sha256 Fingerprint"].replace(":", "").lower()
    assert int(found["serial"], 16) == int(said["serial"], 16)
    dates = one.seen_by_openssl("-dates", "-dateopt", "iso_8601").replace(" ", "T")
    assert dates.splitlines() == [f"notBefore={found['not_before']}", f"notAfter={found['not_after']}"]
    for line, part in (("-subject", "subject"), ("-issuer", "issuer")):
        known = one.seen_by_openssl(line, "-nameopt", "RFC2253,-esc_msb,utf8").rstrip("\n").removeprefix(f"{part}=")
        assert found[part] == known
    algorithm = re.search(r"Signature Algorithm: (\S+)", text)
    assert algorithm is not None
    if algorithm[1] == "rsassaPss":
        used = re.search(r"Hash Algorithm: (\S+)", text)
        expected = ("rsa_pss", "sha1" if used is None or "1" in used[1][:5] else "sha256")
    else:
        expected = SIGNATURES[algorithm[1]]
    assert (found["signature"], found["signature_hash"]) == expected
    bits = re.search(r"Public-Key: \((\d+) bit\)", text)
    assert found["bits"] == (int(bits[1]) if bits else 256)
    curve = re.search(r"ASN1 OID: (\S+)", text)
    names = {"prime256v1": "secp256r1", "secp224r1": "secp224r1"}
    assert found["curve"] == (names[curve[1]] if curve else None)
    assert found["key"] == ("ed25519" if "ED25519" in text else "ecdsa" if curve else "rsa")
    assert found["ca"] == ("CA:TRUE" in text)
    hosts, addresses = re.findall(r"DNS:([^,\s]+)", text), re.findall(r"IP Address:([^,\s]+)", text)
    assert found["names"][: len(hosts)] == hosts
    assert len(found["names"]) == len(hosts) + len(addresses)
    assert found["problems"] == []


@pytest.mark.parametrize(("last", "name"), [(2, "md2"), (3, "md4")])
def test_hashes_without_a_name_in_any_library_are_known_by_number(last: int, name: str) -> None:
    assert facts(made.other_hash(made.server(digest="md5").der, last))[0]["signature_hash"] == name


def test_a_certificate_that_signed_itself_is_told_from_one_of_an_authority_of_its_name() -> None:
    again = made.make("/O=Example/CN=Root", *made.CA, issuer=made.root(), number=3)
    assert [row["self_signed"] for row in facts(again, made.root())] == [False, True]


def test_the_same_answer_gives_the_same_data_twice() -> None:
    answer = made.answer([made.server(), made.intermediate()], [made.server(algorithm="p256")])
    first, second = (audit_certificates(answer, names=["a"], today=made.today()) for dummy in range(2))
    assert certificates_to_data(first) == certificates_to_data(second)
    assert first.findings == second.findings
