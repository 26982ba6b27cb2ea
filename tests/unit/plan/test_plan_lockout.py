# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is written that would leave an enabled version, or the certificate of the server, without a suite."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tools.planned_host import PlannedHost, entry, unreadable
from tools.sample_host import LOCAL_LISTS, POLICY_LISTS, protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Act,
    Plan,
    Reason,
    check_plan,
    gates,
    make_plan,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.lockout import Need, parts_of

pytestmark = pytest.mark.proves("no_lockout")

SUITES = "cipher_suites.group_policy"
RSA_ONLY = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_CBC_SHA"]
ECDSA_ONLY = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"]


def plan_for(
    wanted: dict[str, t.Any],
    system: str = "ws2016",
    registry: t.Any = None,
    observed: t.Sequence[t.Any] = (),
    **more: t.Any,
) -> Plan:
    """The plan for single settings."""
    state = sample_state(system, None, registry, **more)
    baseline = direct(wanted, load())
    plan = make_plan(state, baseline, "prepare", members={}, observed=observed)
    assert check_plan(state, baseline, plan) == ()
    assert unreadable(plan) == []
    return plan


def refused(plan: Plan) -> str:
    """The reason why nothing was planned."""
    (gate,) = plan.gates
    assert gate.kind == "lockout"
    assert plan.operations == ()
    assert {one.reason for one in plan.entries if one.act is Act.REFUSED} == {Reason.WOULD_LOCK_OUT}
    return gate.reason


def test_a_list_that_leaves_tls_1_0_without_a_suite_is_refused() -> None:
    reason = refused(
        plan_for({SUITES: ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]})
    )
    assert "TLS 1.0 (server side) would be enabled without any suite for RSA certificates" in reason


def test_the_same_list_is_fine_where_tls_1_0_and_1_1_are_off() -> None:
    off = {**protocol("TLS 1.0", 0, 1), **protocol("TLS 1.1", 0, 1)}
    plan = plan_for(
        {SUITES: ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]}, registry=off
    )
    assert plan.gates == ()
    assert len(plan.operations) == 1


def test_versions_and_suites_that_change_together_are_looked_at_together() -> None:
    wanted = {
        f"protocols.{version}.{side}": "disabled" for version in ("tls_1_0", "tls_1_1") for side in ("client", "server")
    }
    suites = {SUITES: ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]}
    assert plan_for({**suites, **wanted}).gates == ()
    reason = refused(plan_for({**suites, **{name: want for name, want in wanted.items() if "server" not in name}}))
    assert "TLS 1.0 (server side) would be enabled without any suite for ECDSA certificates, " in reason
    reason = refused(plan_for({**suites, **{name: want for name, want in wanted.items() if "client" not in name}}))
    assert reason.endswith("TLS 1.1 (client side) would be enabled without any suite.")
    assert refused(plan_for({**suites, **{name: want for name, want in wanted.items() if "client" not in name}}))


def test_ciphers_and_suites_that_change_together_are_looked_at_together() -> None:
    triple_des = {SUITES: ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"], "ciphers.triple_des_168": "disabled"}
    assert "without any suite" in refused(plan_for(triple_des, observed=[rsa_endpoint()]))
    assert plan_for({SUITES: ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"]}, observed=[rsa_endpoint()]).gates == ()


@pytest.mark.parametrize(
    "off",
    [
        {"hashes.sha": "disabled", "hashes.sha256": "disabled", "hashes.sha384": "disabled"},
        {f"ciphers.{name}": "disabled" for name in ("aes_128_128", "aes_256_256", "triple_des_168")},
        {"key_exchange.pkcs": "disabled", "key_exchange.ecdh": "disabled", "key_exchange.diffie_hellman": "disabled"},
        {f"protocols.{version}.server": "disabled" for version in ("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2")},
    ],
)
def test_taking_away_everything_of_a_kind_is_refused(off: dict[str, t.Any]) -> None:
    assert refused(plan_for(off, observed=[rsa_endpoint()]))


def test_the_last_version_of_a_side_is_named_as_such() -> None:
    off = {f"protocols.{version}.client": "disabled" for version in ("tls_1_0", "tls_1_1", "tls_1_2")}
    assert "no version at all would be enabled on the client side" in refused(plan_for(off))


def test_the_remedy_for_a_side_without_a_version_is_a_version_and_single_settings_have_no_stage() -> None:
    registry = protocol("TLS 1.3", 1, 0)
    off = {f"protocols.{version}.server": "disabled" for version in ("tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")}
    (gate,) = plan_for(off, "ws2022", registry).gates
    assert gate.reason == "Somebody would be cut off: no version at all would be enabled on the server side."
    assert gate.remedy == "Leave a version on, or switch one on together with this."


def test_the_remedy_for_a_version_without_a_suite_is_a_suite() -> None:
    (gate,) = plan_for({"hashes.sha": "disabled"}, observed=[rsa_endpoint()]).gates
    assert gate.remedy.startswith("Put a suite for it into the wanted list")


def test_a_stage_that_is_refused_whole_says_so() -> None:
    gate = gates.lockout("suites", [Need("client")])
    assert gate.reason.startswith("Nothing of this stage is written: ")


def test_tls_1_3_is_not_enabled_without_its_suites() -> None:
    registry = {**protocol("TLS 1.3", 0, 1), POLICY_LISTS: {"Functions": ",".join(RSA_ONLY + ECDSA_ONLY)}}
    on = {"protocols.tls_1_3.server": "enabled"}
    assert "TLS 1.3 (server side)" in refused(plan_for(on, "ws2022", registry))


def test_the_suites_of_tls_1_3_serve_every_type_of_certificate() -> None:
    off = {
        name: found for version in ("TLS 1.0", "TLS 1.1", "TLS 1.2") for name, found in protocol(version, 0, 1).items()
    }
    plan = plan_for({SUITES: ["TLS_AES_256_GCM_SHA384"]}, "ws2022", off)
    assert plan.gates == ()
    assert plan.operations
    both = {SUITES: ["TLS_AES_256_GCM_SHA384", *RSA_ONLY, *ECDSA_ONLY], "protocols.tls_1_3.server": "enabled"}
    assert plan_for(both, "ws2022", protocol("TLS 1.3", 0, 1)).gates == ()


#: What has to be on for a suite, by the names of ciphers, hashes and key exchange below SCHANNEL (guidance 1.5, 2.1).
PARTS = {
    "TLS_AES_256_GCM_SHA384": "ciphers.aes_256_256 hashes.sha384",
    "TLS_CHACHA20_POLY1305_SHA256": "hashes.sha256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256": "ciphers.aes_128_128 key_exchange.ecdh hashes.sha256",
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA": "ciphers.aes_256_256 key_exchange.diffie_hellman hashes.sha",
    "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA": "ciphers.triple_des_168 key_exchange.diffie_hellman hashes.sha",
    "TLS_RSA_WITH_DES_CBC_SHA": "ciphers.des_56_56 key_exchange.pkcs hashes.sha",
    "TLS_RSA_WITH_RC4_128_SHA": "ciphers.rc4_128_128 key_exchange.pkcs hashes.sha",
    "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA": "ciphers.rc4_56_128 key_exchange.pkcs hashes.sha",
    "TLS_RSA_EXPORT_WITH_RC4_40_MD5": "ciphers.rc4_40_128 key_exchange.pkcs hashes.md5",
    "TLS_RSA_WITH_NULL_SHA256": "ciphers.null key_exchange.pkcs hashes.sha256",
    "TLS_PSK_WITH_AES_128_GCM_SHA256": "ciphers.aes_128_128 hashes.sha256",
}


@pytest.mark.parametrize("name", PARTS)
def test_a_suite_needs_its_cipher_its_hash_and_its_key_exchange(name: str) -> None:
    parts = parts_of(load().suites[name])
    assert sorted(parts) == sorted(PARTS[name].split())
    assert set(parts) <= set(load().settings)


def test_a_suite_with_rc2_needs_the_key_of_its_length() -> None:
    rc4 = load().suites["TLS_RSA_EXPORT_WITH_RC4_40_MD5"]
    rc2 = dataclasses.replace(rc4, cipher="rc2_40_cbc", traits=frozenset({"rc2"}))
    assert parts_of(rc2) == ("ciphers.rc2_40_128", "key_exchange.pkcs", "hashes.md5")


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """A certificate for a key, as base64 of its DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ex1.example.test")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=30))
    der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    return base64.b64encode(der).decode()


RSA = certificate(rsa.generate_private_key(65537, 2048))
ECDSA = certificate(ec.generate_private_key(ec.SECP256R1()))


def rsa_endpoint(*chain: str) -> dict[str, t.Any]:
    """An endpoint that presents an RSA certificate, or the given chain."""
    return {"status": "answered", "host": "ex1", "port": 443, "versions": {}, "certificates": list(chain) or [RSA]}


def test_a_certificate_type_nobody_has_seen_must_keep_its_suites() -> None:
    assert "for ECDSA certificates" in refused(plan_for({SUITES: RSA_ONLY}))
    assert "for RSA certificates" in refused(plan_for({SUITES: ECDSA_ONLY}))


def test_a_server_that_shows_rsa_certificates_only_needs_no_ecdsa_suite() -> None:
    assert plan_for({SUITES: RSA_ONLY}, observed=[rsa_endpoint()]).gates == ()


def test_the_leaf_decides_and_not_the_rest_of_the_chain() -> None:
    assert plan_for({SUITES: RSA_ONLY}, observed=[rsa_endpoint(RSA, ECDSA)]).gates == ()
    assert refused(plan_for({SUITES: RSA_ONLY}, observed=[rsa_endpoint(ECDSA, RSA)]))


def test_rsa_must_stay_even_beside_an_ecdsa_certificate() -> None:
    assert "for RSA certificates" in refused(plan_for({SUITES: ECDSA_ONLY}, observed=[rsa_endpoint(ECDSA)]))


@pytest.mark.parametrize(
    "broken", ["", "!", "AAAA", base64.b64encode(b"\x30\x84\xff\xff\xff\xff").decode(), "A" * 200_000]
)
def test_a_certificate_that_cannot_be_read_is_no_certificate(broken: str) -> None:
    assert refused(plan_for({SUITES: RSA_ONLY}, observed=[rsa_endpoint(broken)]))


def test_what_was_broken_before_does_not_block_a_repair() -> None:
    empty = {POLICY_LISTS: {"Functions": "TLS_NO_SUCH_SUITE"}}
    state = sample_state("ws2016", None, empty)
    baseline = direct({SUITES: RSA_ONLY + ECDSA_ONLY}, load())
    assert make_plan(state, baseline, "prepare", members={}, force=True).gates == ()


@pytest.mark.parametrize(
    "names",
    [["TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_NULL_SHA256"], ["TLS_RSA_WITH_RC4_128_SHA"], ["TLS_RSA_WITH_DES_CBC_SHA"]],
)
def test_suites_that_no_client_takes_any_more_do_not_count(names: list[str]) -> None:
    assert "TLS 1.0 (server side)" in refused(plan_for({SUITES: names}, observed=[rsa_endpoint()]))


def test_the_last_suites_are_kept_even_if_they_are_rc4() -> None:
    only = {LOCAL_LISTS: {"Functions": ["TLS_RSA_WITH_RC4_128_SHA"]}}
    assert "TLS 1.2 (client side)" in refused(plan_for({"ciphers.rc4_128_128": "disabled"}, registry=only))
    assert plan_for({"ciphers.rc4_128_128": "disabled", SUITES: RSA_ONLY + ECDSA_ONLY}, registry=only).operations
    assert plan_for({"protocols.tls_1_2.server": "disabled_by_default"}, registry=only).operations


def test_ssl_3_0_is_no_reason_to_keep_rc4() -> None:
    enabled = protocol("SSL 3.0", 1, 0)
    assert plan_for({"ciphers.rc4_128_128": "disabled"}, "ws2012r2", registry=enabled).operations


def test_taking_something_away_without_knowing_the_suites_is_refused_and_adding_is_not() -> None:
    broken = {LOCAL_LISTS: {"Functions": (7, b"\x01")}}
    plan = plan_for({"protocols.tls_1_0.server": "disabled"}, registry=broken)
    assert [gate.kind for gate in plan.gates] == ["unknown"]
    assert plan.operations == ()
    assert plan_for({"protocols.tls_1_2.server": "disabled_by_default"}, registry=broken).operations


def test_without_knowing_the_suites_only_what_can_take_one_away_is_refused() -> None:
    broken = {LOCAL_LISTS: {"Functions": (7, b"\x01")}}
    assert plan_for({"renegotiation.insecure_clients": "disabled"}, registry=broken).operations
    ours = {**broken, POLICY_LISTS: {"Functions": RSA_ONLY[0]}}
    plan = make_plan(sample_state("ws2016", None, ours), direct({SUITES: "absent"}, load()), "prepare", force=True)
    assert [gate.kind for gate in plan.gates] == ["unknown"]
    assert plan.operations == ()


def test_an_exception_that_keeps_tls_1_0_keeps_the_suite_list_from_being_written() -> None:
    overlay = "exceptions:\n  - {rule: tls_1_0, owner: Ann, reason: Old printers, ticket: C-1, until: 2027-01-01}\n"
    host = PlannedHost("ws2016", "15.1.2507.6", overlays=[overlay])
    plan = host.harden()[-1]
    assert "TLS 1.0 (server side)" in refused(plan)
    assert entry(plan, "triple_des").reason is Reason.WOULD_LOCK_OUT
    assert plan.next_stage == "suites"


def test_the_same_exception_is_no_obstacle_where_the_list_has_suites_for_it() -> None:
    overlay = "exceptions:\n  - {rule: tls_1_0, owner: Ann, reason: Old printers, ticket: C-1, until: 2027-01-01}\n"
    assert PlannedHost("ws2012r2", "15.0.1497.2", overlays=[overlay]).harden()[-1].complete


def test_a_name_that_this_windows_does_not_know_is_refused_with_the_nearest_one() -> None:
    plan = plan_for({SUITES: ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA348"]})
    (gate,) = plan.gates
    assert "Windows Server 2016 has no suite" in gate.reason
    assert "Did you mean 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'?" in gate.reason
    assert plan.operations == ()


def test_a_curve_that_this_windows_does_not_know_is_refused_with_the_nearest_one() -> None:
    plan = plan_for({"curves.group_policy": ["NistP348"]})
    (gate,) = plan.gates
    assert "Windows Server 2016 has no curve 'NistP348'. Did you mean 'NistP384'?" in gate.reason
    assert plan.operations == ()
    assert plan_for({"curves.group_policy": ["nistp384"]}).operations
