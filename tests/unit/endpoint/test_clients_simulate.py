# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of single clients at endpoints that are written down by hand."""

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

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version, suite_by_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.clients import (
    Client,
    Kind,
    Outcome,
    Result,
    load_clients,
    simulate,
)

CLIENTS = {client.id: client for client in load_clients()}
Answer = dict[str, t.Any]

ECDHE_GCM, ECDHE_CBC = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
ECDSA, DHE = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"
RSA, DES, RC4 = "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA"
MODERN = "TLS_AES_256_GCM_SHA384"


def answer(order: str = "server", complete: bool = True, **versions: t.Sequence[str] | None) -> Answer:
    """An endpoint that accepts these suites; versions that are not named are refused, None is unknown."""
    rows: dict[str, Answer] = {v.id: {"state": "refused", "suites": [], "complete": False} for v in Version}
    for version, suites in versions.items():
        names = [{"name": suite.name, "id": suite.number} for suite in map(suite_by_name, suites or ()) if suite]
        state = "unknown" if suites is None else "accepted"
        rows[version] = {"state": state, "suites": names, "order": order, "complete": complete}
    facts = {
        "groups": {"tls_1_2": ["secp256r1"], "tls_1_3": ["secp256r1"]},
        "groups_complete": ["tls_1_2", "tls_1_3"],
        "unified_hello": True,
        "secure_renegotiation": True,
        "dh_bits": 2048,
    }
    return {"status": "answered", "versions": rows, "facts": facts, "certificates": [], "chains": []}


def client(lowest: str = "tls_1_0", highest: str = "tls_1_2", *suites: str, **more: t.Any) -> Client:
    versions = {version.id: version for version in Version}
    known = {"groups": ("secp256r1",), **more}
    return Client(
        "one", "One", "site", Kind.SITE, ("https",), versions[lowest], versions[highest], suites or (RSA, RC4), **known
    )


def outcome(where: Answer, who: Client) -> Outcome:
    return simulate(where, [who])[0]


def said(where: Answer, who: Client) -> tuple[str, str | None, str | None]:
    found = outcome(where, who)
    return found.result.value, found.version.id if found.version else None, found.suite


def test_the_highest_common_version_and_the_first_suite_of_the_server_are_used() -> None:
    where = answer(tls_1_0=[RC4, RSA], tls_1_2=[ECDHE_GCM, RSA, RC4])
    assert said(where, client("tls_1_0", "tls_1_2", RC4, RSA)) == ("connects", "tls_1_2", RSA)
    assert said(where, client("tls_1_0", "tls_1_1", RC4, RSA)) == ("connects", "tls_1_0", RC4)
    assert outcome(where, client()).detail == f"Connects with TLS 1.2, {RSA}."


def test_the_first_suite_of_the_client_is_used_where_the_server_follows() -> None:
    assert said(answer("client", tls_1_2=[RSA, RC4]), client("tls_1_2", "tls_1_2", RC4, RSA))[2] == RC4


def test_where_the_order_is_not_known_the_suite_is_not_either() -> None:
    where = answer("unknown", tls_1_2=[RSA, RC4])
    assert said(where, client("tls_1_2", "tls_1_2", RC4, RSA)) == ("connects", "tls_1_2", None)
    assert said(where, client("tls_1_2", "tls_1_2", RC4, DES)) == ("connects", "tls_1_2", RC4)


@pytest.mark.parametrize(
    ("where", "who", "result", "words"),
    [
        (answer(tls_1_2=[RSA]), client("ssl_3_0", "tls_1_0"), Result.NO_COMMON_VERSION, "SSL 3.0 to TLS 1.0"),
        (answer(tls_1_0=[RSA]), client("tls_1_2", "tls_1_2"), Result.NO_COMMON_VERSION, "accepts TLS 1.0"),
        (answer(tls_1_2=[ECDHE_GCM]), client(), Result.NO_COMMON_SUITE, "none of its 2 suites"),
        (
            answer(tls_1_2=[ECDHE_GCM]),
            client("tls_1_2", "tls_1_2", ECDHE_GCM, groups=("secp384r1",)),
            Result.NO_COMMON_GROUP,
            "need a group",
        ),
        (answer(tls_1_2=[RSA], tls_1_3=None), client("tls_1_2", "tls_1_3", MODERN, RSA), Result.UNKNOWN, "TLS 1.3"),
        (answer(complete=False, tls_1_2=[RSA]), client(), Result.UNKNOWN, "ask for an inventory"),
        ({**answer(), "status": "throttled"}, client(), Result.UNKNOWN, "throttled"),
    ],
)
def test_the_reason_is_told_in_words(where: Answer, who: Client, result: Result, words: str) -> None:
    found = outcome(where, who)
    assert found.result is result
    assert words in found.detail
    assert found.verified is None


def test_ecdhe_is_passed_over_where_no_group_is_common() -> None:
    who = client("tls_1_2", "tls_1_2", ECDHE_GCM, RSA, groups=("secp384r1",))
    assert said(answer(tls_1_2=[ECDHE_GCM, RSA]), who) == ("connects", "tls_1_2", RSA)


def test_where_the_groups_were_not_all_asked_for_both_possibilities_are_kept_open() -> None:
    where = answer(tls_1_2=[ECDHE_GCM, RSA])
    where["facts"]["groups_complete"] = []
    who = client("tls_1_2", "tls_1_2", ECDHE_GCM, RSA, groups=("secp384r1",))
    assert said(where, who) == ("connects", "tls_1_2", None)
    alone = dataclasses.replace(who, suites=(ECDHE_GCM,))
    assert said(where, alone)[0] == "unknown"


def test_tls_1_3_needs_a_group_and_a_suite_of_its_own() -> None:
    where = answer(tls_1_2=[RSA], tls_1_3=[MODERN])
    assert said(where, client("tls_1_2", "tls_1_3", MODERN, RSA)) == ("connects", "tls_1_3", MODERN)
    assert said(where, client("tls_1_2", "tls_1_3", "TLS_AES_128_GCM_SHA256", RSA))[0] == "no_common_suite"
    assert said(where, client("tls_1_2", "tls_1_3", MODERN, RSA, groups=("x25519",)))[0] == "no_common_group"


@pytest.mark.parametrize(("reads", "result"), [(True, "connects"), (False, "no_common_version"), (None, "unknown")])
def test_a_hello_in_the_framing_of_ssl_2_0_needs_a_server_that_reads_it(reads: bool | None, result: str) -> None:
    where = answer(tls_1_0=[RSA])
    where["facts"]["unified_hello"] = reads
    assert said(where, client("ssl_3_0", "tls_1_0", framing="ssl2"))[0] == result


def test_in_ssl_2_0_the_client_chooses() -> None:
    kinds = ["SSL_CK_RC4_128_WITH_MD5", "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"]
    who = client("ssl_2_0", "tls_1_0", RSA, kinds[1], kinds[0], framing="ssl2")
    assert said(answer(ssl_2_0=kinds), who) == ("connects", "ssl_2_0", kinds[1])


@pytest.mark.parametrize(
    ("facts", "limits", "result"),
    [
        ({"dh_bits": 2048}, {"dh_max_bits": 1024}, "no_common_group"),
        ({"dh_bits": 1024}, {"dh_max_bits": 1024}, "connects"),
        ({"dh_bits": 1024}, {"dh_min_bits": 2048}, "no_common_group"),
        ({"dh_bits": None}, {"dh_min_bits": 2048}, "unknown"),
        ({"secure_renegotiation": False}, {"needs_secure_renegotiation": True}, "no_secure_renegotiation"),
        ({"secure_renegotiation": None}, {"needs_secure_renegotiation": True}, "unknown"),
        ({}, {"refuses_sha1_handshakes": True}, "no_common_suite"),
        ({}, {"renegotiation": "none"}, "unknown"),
        ({"failing_suites": [{"id": 0x33, "name": DHE}]}, {}, "unknown"),
    ],
)
def test_what_a_client_objects_to_after_the_choice(facts: Answer, limits: Answer, result: str) -> None:
    where = answer(tls_1_0=[DHE])
    where["facts"].update(facts)
    assert said(where, client("tls_1_0", "tls_1_0", DHE, **limits))[0] == result


def certified(where: Answer, hash_: hashes.HashAlgorithm, bits: int = 2048, own: bool = False) -> Answer:
    """The same endpoint with an RSA certificate, issued by another key unless it is its own."""
    key = rsa.generate_private_key(65537, bits)
    issuer = key if own else ec.generate_private_key(ec.SECP256R1())
    return with_chain(where, "RSA", key.public_key(), issuer, hash_, "a" if own else "b")


def with_chain(
    where: Answer, kind: str, key: t.Any, issuer: t.Any, hash_: hashes.HashAlgorithm, issuer_name: str
) -> Answer:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    other = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer_name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(other).public_key(key).serial_number(5)
    cert = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(90)).sign(issuer, hash_)
    text = base64.b64encode(cert.public_bytes(Encoding.DER)).decode()
    return {**where, "certificates": [text], "chains": [{"authentication": kind, "certificates": [0]}]}


OLD_HASHES = {"hashes": frozenset({"md5", "sha1"})}


@pytest.mark.parametrize(
    ("where", "limits", "result"),
    [
        (certified(answer(tls_1_2=[RSA]), hashes.SHA256()), OLD_HASHES, "certificate"),
        (certified(answer(tls_1_2=[RSA]), hashes.SHA256(), own=True), OLD_HASHES, "connects"),
        (certified(answer(tls_1_2=[RSA]), hashes.SHA256()), {"hashes": frozenset({"sha256"})}, "connects"),
        (certified(answer(tls_1_2=[RSA]), hashes.SHA256(), 3072), {"rsa_max_bits": 2048}, "certificate"),
        (certified(answer(tls_1_2=[RSA]), hashes.SHA256(), 1024), {"rsa_min_bits": 2048}, "certificate"),
        (answer(tls_1_2=[RSA]), {"rsa_min_bits": 2048}, "unknown"),
        ({**certified(answer(tls_1_2=[RSA]), hashes.SHA256()), "certificates": ["AAAA"]}, OLD_HASHES, "unknown"),
    ],
)
def test_a_certificate_that_a_client_cannot_check_ends_it(where: Answer, limits: Answer, result: str) -> None:
    found = outcome(where, client(**limits))
    assert (found.result.value, found.suite) == (result, RSA)


def test_an_ecdsa_certificate_on_a_curve_that_the_client_does_not_name_is_passed_over() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    where = with_chain(answer(tls_1_2=[ECDSA, RSA]), "ECDSA", key.public_key(), key, hashes.SHA256(), "a")
    assert said(where, client("tls_1_2", "tls_1_2", ECDSA, RSA)) == ("connects", "tls_1_2", RSA)
    both = client("tls_1_2", "tls_1_2", ECDSA, RSA, groups=("secp256r1", "secp384r1"))
    assert said(where, both)[2] == ECDSA


def replayed(where: Answer, **row: t.Any) -> Answer:
    return {**where, "replays": [{"id": "one", "version": None, "suite": None, **row}]}


@pytest.mark.parametrize(
    ("row", "who", "result", "verified"),
    [
        ({"answer": "chosen", "version": "tls_1_2", "suite": RSA}, client(), "connects", True),
        ({"answer": "chosen", "version": "tls_1_2", "suite": RC4}, client(), "connects", False),
        ({"answer": "refused", "alert": 40}, client(), "connects", False),
        ({"answer": "unknown"}, client(), "connects", None),
        ({"answer": "refused", "alert": 70}, client("ssl_3_0", "tls_1_0"), "no_common_version", True),
        (
            {"answer": "chosen", "version": "tls_1_0", "suite": RSA},
            client("ssl_3_0", "tls_1_0"),
            "no_common_version",
            False,
        ),
        ({"answer": "chosen", "version": "tls_1_2", "suite": RSA}, client(renegotiation="none"), "connects", True),
        ({"answer": "refused"}, client(renegotiation="none"), "no_common_suite", True),
    ],
)
def test_a_replay_stands_beside_the_prediction(row: Answer, who: Client, result: str, verified: bool | None) -> None:
    found = outcome(replayed(answer(tls_1_2=[RSA, RC4]), **row), who)
    assert (found.result.value, found.verified) == (result, verified)
    assert ("But to its hello" in found.detail) == (verified is False)


def test_the_result_is_plain_data() -> None:
    data = outcome(answer(tls_1_2=[RSA]), client()).to_data()
    assert data == {
        "id": "one",
        "name": "One",
        "family": "site",
        "kind": "site",
        "outcome": "connects",
        "version": "tls_1_2",
        "suite": RSA,
        "detail": f"Connects with TLS 1.2, {RSA}.",
        "verified": None,
    }


def test_retiring_tls_1_0_loses_the_clients_that_the_article_warns_of_and_keeps_the_others() -> None:
    suites = [ECDHE_GCM, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", ECDHE_CBC, RSA]
    before, after = answer(tls_1_0=[ECDHE_CBC, RSA], tls_1_2=suites), answer(tls_1_2=suites)
    lost = {
        name
        for name, one in CLIENTS.items()
        if outcome(before, one).result is Result.CONNECTS and outcome(after, one).result is not Result.CONNECTS
    }
    assert {"outlook_windows_7", "exchange_2013_proxy", "exchange_2010_smtp", "android_4_4", "java_7"} <= lost
    kept = {"outlook_windows_7_kb3140245", "exchange_2013_cu8_smtp", "android_5", "ios_5", "java_8", "postfix_3_7"}
    assert kept.isdisjoint(lost)
