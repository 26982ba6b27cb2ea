# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificate is complained of, and when it is to be replaced; every one is made by the openssl program."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from wire_servers import certificates as made
from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    CertificateAudit,
    audit_certificates,
    certificates_to_data,
)

pytestmark = [
    pytest.mark.proves("certificates"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]


def audit(answer: dict[str, t.Any], days: int = 0, names: t.Sequence[str] = ()) -> CertificateAudit:
    """days: that have passed since the certificates were made."""
    return audit_certificates(answer, names=names, today=made.in_days(days))


def found(answer: dict[str, t.Any], days: int = 0, names: t.Sequence[str] = ()) -> set[str]:
    return {finding.id for finding in audit(answer, days, names).findings}


def messages(answer: dict[str, t.Any], identifier: str, days: int = 0) -> list[str]:
    return [finding.message for finding in audit(answer, days).findings if finding.id == identifier]


def renew(answer: dict[str, t.Any], days: int = 0) -> t.Any:
    return certificates_to_data(audit(answer, days))["chains"][0]["renew"]


def good() -> dict[str, t.Any]:
    return made.answer([made.server(), made.intermediate()])


def test_a_good_chain_without_its_root_has_no_finding() -> None:
    assert found(good(), names=[made.NAME]) == set()
    assert renew(good()) is None


def test_an_endpoint_that_did_not_answer_in_tls_is_not_judged() -> None:
    assert audit(good() | {"status": "throttled"}) == CertificateAudit((), ())


def test_an_endpoint_without_any_certificate_is_noted() -> None:
    assert found(good() | {"certificates": [], "chains": []}) == {"certificate.none"}


# Hashes


def test_sha1_with_more_than_twelve_months_left_is_replaced_now() -> None:
    answer = made.answer([made.server(digest="sha1", days=400), made.intermediate()])
    assert found(answer) == {"certificate.sha1_long"}
    assert renew(answer)["by"] == made.today().isoformat()
    assert "is signed with SHA-1 and will be replaced on" in messages(answer, "certificate.sha1_long")[0]


def test_sha1_near_its_end_waits_for_the_renewal() -> None:
    answer = made.answer([made.server(digest="sha1", days=400), made.intermediate()])
    assert found(answer, 40) == {"certificate.sha1"}
    assert renew(answer, 40) == {
        "by": made.in_days(400).isoformat(),
        "why": "It is signed with SHA-1; ask for SHA-256 at the renewal.",
    }


def test_the_twelve_months_end_on_the_same_day_of_the_next_year() -> None:
    answer = made.answer([made.server(digest="sha1", days=500), made.intermediate()])
    last = made.in_days(500)
    year = datetime.timedelta(days=(last - last.replace(year=last.year - 1, day=min(last.day, 28))).days)
    passed = 500 - year.days
    assert found(answer, passed - 4) == {"certificate.sha1_long"}
    assert found(answer, passed + 1) == {"certificate.sha1"}


def test_sha1_in_an_intermediate_goes_with_the_certificate_of_the_endpoint() -> None:
    above = made.intermediate(digest="sha1")
    assert found(made.answer([made.server(above, days=90), above])) == {"certificate.sha1"}
    long = made.answer([made.server(above, days=800), above])
    assert found(long) == {"certificate.sha1_long"}
    assert "certificate 2 of 2 (CN=Issuing CA,O=Example, RSA chain)" in messages(long, "certificate.sha1_long")[0]
    assert renew(long)["why"].startswith("Its chain is signed with SHA-1")


@pytest.mark.parametrize(("last", "name"), [(2, "MD2"), (3, "MD4"), (4, "MD5")])
def test_broken_hashes_are_errors_whenever_they_end(last: int, name: str) -> None:
    der = made.other_hash(made.server(digest="md5").der, last)
    answer = made.answer([der, made.intermediate()])
    assert found(answer) == {"certificate.broken_hash"}
    assert f"is signed with {name}." in messages(answer, "certificate.broken_hash")[0]
    assert renew(answer)["by"] == made.today().isoformat()


def test_an_md5_intermediate_is_found_behind_a_good_certificate() -> None:
    above = made.intermediate(digest="md5")
    assert found(made.answer([made.server(above), above])) == {"certificate.broken_hash"}


def test_the_signature_of_a_root_that_is_sent_does_not_matter() -> None:
    above = made.root(digest="sha1")
    between = made.intermediate(above)
    audited = audit(made.answer([made.server(between), between, above]))
    assert [(finding.id, finding.severity.value) for finding in audited.findings] == [
        ("certificate.self_signature", "note")
    ]
    assert audited.chains[0].complete is True


def test_rsassa_pss_is_judged_by_the_hash_in_its_parameters() -> None:
    assert found(made.answer([made.server(pss=True), made.intermediate()])) == set()
    weak = made.answer([made.server(pss=True, digest="sha1"), made.intermediate()])
    assert found(weak) == {"certificate.sha1"}


def test_a_signature_that_nobody_knows_is_said_to_be_unknown() -> None:
    der = made.server().der.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d01017f"), 2)
    assert found(made.answer([der, made.intermediate()])) == {"certificate.unknown_signature"}


# Keys


@pytest.mark.parametrize(("algorithm", "expected"), [
    ("rsa1024", {"certificate.small_key"}),
    ("rsa_e3", {"certificate.rsa_exponent"}),
    ("p224", {"certificate.small_key", "certificate.ecdsa"}),
    ("p256", {"certificate.ecdsa"}),
    ("ed25519", {"certificate.other_key"}),
])  # fmt: skip
def test_keys_are_judged(algorithm: str, expected: set[str]) -> None:
    assert found(made.answer([made.server(algorithm=algorithm), made.intermediate()])) == expected


def test_a_root_with_a_small_key_is_found_where_it_is_sent() -> None:
    above = made.make("/CN=Old Root", *made.CA, algorithm="rsa1024", number=1, days=3650)
    between = made.intermediate(above)
    answer = made.answer([made.server(between), between, above])
    assert found(answer) == {"certificate.small_key"}
    assert "certificate 3 of 3 (CN=Old Root" in messages(answer, "certificate.small_key")[0]
    # The endpoint's own certificate is a good one: no date for its replacement.
    assert renew(answer) is None


def test_ecdsa_is_no_matter_of_exchange_on_a_port_of_windows() -> None:
    chain = [made.server(algorithm="p256"), made.intermediate()]
    assert found(made.answer(chain, service="rdp", transport="rdp", port=3389)) == set()


def test_short_keys_made_for_a_connection_are_found() -> None:
    weak = good() | {"facts": {"dh_bits": 1024, "export_rsa_bits": 512}}
    assert found(weak) == {"endpoint.weak_dh", "endpoint.export_rsa"}
    assert found(good() | {"facts": {"dh_bits": 2048, "export_rsa_bits": None}}) == set()


# Days


@pytest.mark.parametrize(("left", "expected"), [
    (61, set()),
    (60, {"certificate.expires_soon"}),
    (31, {"certificate.expires_soon"}),
    (30, {"certificate.expires_very_soon"}),
    (0, {"certificate.expires_very_soon"}),
    (-1, {"certificate.expired"}),
])  # fmt: skip
def test_a_certificate_of_a_year_is_warned_of_60_and_30_days_before(left: int, expected: set[str]) -> None:
    assert found(made.answer([made.server(days=365), made.intermediate()]), 365 - left) == expected


@pytest.mark.parametrize(("left", "expected"), [
    (31, set()),
    (30, {"certificate.expires_soon"}),
    (16, {"certificate.expires_soon"}),
    (15, {"certificate.expires_very_soon"}),
])  # fmt: skip
def test_a_certificate_of_90_days_is_warned_of_in_its_last_third_and_sixth(left: int, expected: set[str]) -> None:
    assert found(made.answer([made.server(days=90), made.intermediate()]), 90 - left) == expected


def test_a_certificate_of_the_future_is_not_valid_yet() -> None:
    assert found(good(), -5) == {"certificate.not_yet_valid"}


def test_what_has_ended_is_to_be_replaced_today_and_what_ends_by_its_end() -> None:
    answer = made.answer([made.server(days=365), made.intermediate()])
    assert renew(answer, 330)["by"] == made.in_days(365).isoformat()
    assert renew(answer, 370)["by"] == made.in_days(370).isoformat()
    assert "5 days ago" in messages(answer, "certificate.expired", 370)[0]


PUBLIC = "certificatePolicies=2.23.140.1.2.1"


def public(days: int) -> made.Made:
    extensions = (*made.SERVER, f"subjectAltName=DNS:{made.NAME}", PUBLIC)
    return made.make(f"/CN={made.NAME}", *extensions, issuer=made.intermediate(), days=days)


def test_a_public_certificate_that_lasts_longer_than_its_successor_may_is_noted() -> None:
    # 200 days are allowed until March 2027, and whatever day it is, 398 are not any more when this one ends.
    answer = made.answer([public(398), made.intermediate()])
    assert found(answer) == {"certificate.shorter_renewal"}
    assert found(made.answer([public(45), made.intermediate()])) == set()
    assert found(made.answer([made.server(days=398), made.intermediate()])) == set()


# Use


def test_a_certificate_for_clients_or_without_signatures_is_found() -> None:
    def one(*extensions: str) -> dict[str, t.Any]:
        name = f"subjectAltName=DNS:{made.NAME}"
        return made.answer([made.make("/CN=x", name, *extensions, issuer=made.intermediate()), made.intermediate()])

    assert found(one("extendedKeyUsage=clientAuth")) == {"certificate.not_for_servers"}
    assert found(one("extendedKeyUsage=anyExtendedKeyUsage")) == set()
    assert found(one("keyUsage=keyEncipherment")) == {"certificate.key_usage"}
    assert found(one()) == set()


# Names


def test_every_name_has_to_be_held() -> None:
    chain = [made.server(names="DNS:mail.example.org,DNS:*.ex.example.org,IP:192.0.2.7"), made.intermediate()]
    names = ["mail.example.org", "MAIL.example.org.", "ex01.ex.example.org", "192.0.2.7"]
    assert found(made.answer(chain), names=names) == set()
    assert audit(made.answer(chain), names=names).chains[0].names_match is True
    missing = audit(made.answer(chain), names=["mail.example.org", "autodiscover.example.org"])
    assert [finding.id for finding in missing.findings] == ["certificate.name_missing"]
    assert "does not hold autodiscover.example.org; it has mail.example.org" in missing.findings[0].message
    assert missing.chains[0].names_match is False
    assert audit(made.answer(chain)).chains[0].names_match is None


def test_the_common_name_is_no_name_and_is_said_to_be_none() -> None:
    answer = made.answer([made.server(names=""), made.intermediate()])
    assert found(answer, names=[made.NAME]) == {"certificate.no_names", "certificate.name_missing"}
    assert "its common name is mail.example.org" in messages(answer, "certificate.no_names")[0]


# Self-signed


def default_certificate(**more: t.Any) -> made.Made:
    """Like the one that the set-up of Exchange makes."""
    return made.make("/CN=EX01", "subjectAltName=DNS:EX01,DNS:ex01.example.org", **{"days": 1825, **more})


@pytest.mark.parametrize(("where", "expected"), [
    ({"service": "smtp", "transport": "smtp", "port": 25}, "certificate.self_signed"),
    ({"service": "https_backend", "transport": "tls", "port": 444}, "certificate.self_signed"),
    ({"service": "https", "transport": "tls", "port": 444}, "certificate.self_signed"),
    ({"service": "rdp", "transport": "rdp", "port": 3389}, "certificate.self_signed"),
    ({"service": "https", "transport": "tls", "port": 443}, "certificate.self_signed_to_clients"),
    ({"service": "imaps", "transport": "tls", "port": 993}, "certificate.self_signed_to_clients"),
    ({"service": "submission", "transport": "smtp", "port": 587}, "certificate.self_signed_to_clients"),
])  # fmt: skip
def test_a_self_signed_certificate_is_normal_between_servers(where: dict[str, t.Any], expected: str) -> None:
    assert found(made.answer([default_certificate()], **where), names=["mail.example.org"]) == {expected}


def test_a_self_signed_certificate_is_judged_by_key_and_end_only() -> None:
    smtp = {"service": "smtp", "transport": "smtp", "port": 25}
    old = made.answer([default_certificate(digest="sha1")], **smtp)
    assert found(old) == {"certificate.self_signed", "certificate.self_signature"}
    assert renew(old) is None
    small = made.answer([default_certificate(algorithm="rsa1024", digest="md5")], **smtp)
    assert found(small, 1830) == {
        "certificate.self_signed",
        "certificate.self_signature",
        "certificate.small_key",
        "certificate.expired",
    }


def test_the_purpose_and_names_of_a_self_signed_certificate_are_not_judged() -> None:
    # Windows makes such a one for Remote Desktop: nothing but a common name.
    bare = made.make("/CN=ex01.example.org", "extendedKeyUsage=clientAuth", "keyUsage=keyEncipherment")
    assert found(made.answer([bare], service="rdp", transport="rdp", port=3389)) == {"certificate.self_signed"}


def test_a_remedy_names_the_cmdlets_of_exchange_on_its_own_ports_only() -> None:
    chain = [made.server(algorithm="rsa1024"), made.intermediate()]
    remedies = {
        service: audit(made.answer(chain, service=service, transport="tls")).findings[0].remedy
        for service in ("https", "winrm")
    }
    assert "New-ExchangeCertificate -GenerateRequest" in remedies["https"]
    assert remedies["winrm"] == "Replace the certificate that this service presents."
