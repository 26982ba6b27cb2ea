# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prober against JSSE, which accepts exactly the versions and suites, in exactly the order, that it is told."""

from __future__ import annotations

import base64
import pathlib
import typing as t

import pytest
from wire_servers.jsse import Jsse, jsse
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.preambles import PREAMBLES
from wire_servers.processes import program
from wire_servers.splice import Faults, splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, endpoint, probe_all, wanted

pytestmark = [
    pytest.mark.proves("wire_exact"),
    pytest.mark.skipif(
        program("java") is None or program("openssl") is None, reason="needs the programs java (a JDK) and openssl"
    ),
]

# Windows Server 2012 R2 as delivered, with an RSA certificate; the order of its list.
WS2012R2 = (
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA "
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 "
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA TLS_DHE_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_AES_256_GCM_SHA384 "
    "TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_CBC_SHA256 TLS_RSA_WITH_AES_128_CBC_SHA256 "
    "TLS_RSA_WITH_AES_256_CBC_SHA TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_3DES_EDE_CBC_SHA "
    "TLS_RSA_WITH_RC4_128_SHA TLS_RSA_WITH_RC4_128_MD5"
).split()
HARDENED = (
    "TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 "
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
).split()
OLD = ("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2")
NEW = ("tls_1_2", "tls_1_3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("jsse")


@pytest.fixture(scope="module")
def certificate(folder: pathlib.Path) -> Identity:
    return rsa(folder)


@pytest.fixture(scope="module")
def java(folder: pathlib.Path, certificate: Identity) -> t.Iterator[Jsse]:
    with jsse(folder, certificate) as running:
        yield running


def ask(
    port: int, mode: str = "inventory", transport: str = "tls", parallel: int = 4, **more: t.Any
) -> dict[str, t.Any]:
    question = Question(endpoint("127.0.0.1", port, "x", transport), **more)
    return probe_all([question], mode, Limits(timeout=20, parallel=parallel, ehlo_name="probe.example"))[0]


def names(observation: dict[str, t.Any], version: str) -> list[str]:
    return [suite["name"] for suite in observation["versions"][version]["suites"]]


def accepted(observation: dict[str, t.Any]) -> set[str]:
    return {name for name, record in observation["versions"].items() if record["state"] == "accepted"}


def in_version(suites: t.Iterable[str], version: str) -> list[str]:
    """What of a list belongs to a version, by the hash that TLS 1.2 brought and the form of TLS 1.3's names."""
    modern = [name for name in suites if "_WITH_" not in name]
    if version == "tls_1_3":
        return modern
    new_hash = [name for name in suites if name.endswith(("SHA256", "SHA384"))]
    return [name for name in suites if name not in modern and (version == "tls_1_2" or name not in new_hash)]


@pytest.fixture(scope="module")
def exchange_2013(java: Jsse) -> int:
    return java.serve(OLD, WS2012R2)


def test_exchange_2013_on_2012_r2_is_found_whole_in_its_order_in_fifty_connections(
    exchange_2013: int, certificate: Identity
) -> None:
    with splice(exchange_2013) as between:
        observation = ask(between.port)
    assert accepted(observation) == set(OLD)
    for version in OLD:
        assert names(observation, version) == in_version(WS2012R2, version)
        assert (observation["versions"][version]["order"], observation["versions"][version]["complete"]) == (
            "server",
            True,
        )
    assert between.connections == observation["connections"] <= 50
    assert [base64.b64decode(item) for item in observation["certificates"]] == [certificate.der]


@pytest.mark.parametrize("transport", sorted(PREAMBLES))
def test_what_lies_behind_starttls_is_found_like_anything_else(exchange_2013: int, transport: str) -> None:
    with splice(exchange_2013, PREAMBLES[transport]) as between:
        observation = ask(between.port, "versions", transport)
    assert accepted(observation) == set(OLD)
    assert names(observation, "tls_1_2") == WS2012R2[:1]
    assert between.connections == observation["connections"] == 5


def test_rc4_in_ssl_3_0_behind_smtp_starttls_under_a_limit_of_three_connections_is_found_whole(
    exchange_2013: int,
) -> None:
    with splice(exchange_2013, PREAMBLES["smtp"], Faults(limit=3)) as between:
        observation = ask(between.port, transport="smtp", parallel=4)
    assert observation["status"] == "answered"
    for version in OLD:
        assert names(observation, version) == in_version(WS2012R2, version)
    assert between.connections == observation["connections"] == 49 + between.turned_away
    assert between.turned_away <= 3


HOLES = [
    ("tls_1_0", "tls_1_2"),
    ("tls_1_1", "tls_1_3"),
    ("ssl_3_0", "tls_1_2"),
    ("ssl_3_0",),
    ("tls_1_3",),
    ("tls_1_2",),
    ("tls_1_0", "tls_1_1"),
    ("unified", "ssl_3_0", "tls_1_0"),
]


@pytest.mark.parametrize("versions", HOLES)
def test_holes_between_versions_are_seen_as_they_are(java: Jsse, versions: tuple[str, ...]) -> None:
    suites = WS2012R2[-4:] + HARDENED[:2]
    observation = ask(java.serve(versions, suites))
    assert accepted(observation) == set(versions) - {"unified"}
    for version in accepted(observation):
        assert names(observation, version) == in_version(suites, version)
    assert {record["state"] for record in observation["versions"].values()} <= {"accepted", "refused"}
    assert len(observation["certificates"]) == 1


def test_a_server_without_an_order_of_its_own_is_recognised(java: Jsse) -> None:
    observation = ask(java.serve(("tls_1_0", "tls_1_2", "tls_1_3"), WS2012R2 + HARDENED[:2], "client"))
    for version in accepted(observation):
        assert observation["versions"][version]["order"] == "client"
        assert set(names(observation, version)) == set(in_version(WS2012R2 + HARDENED[:2], version))


# 6 suites. With resets instead of alerts one hello more finds out that no failing suite hides others.
@pytest.mark.parametrize(("faults", "connections"), [(Faults(), 10), (Faults(reset_instead_of_alert=True), 12)])
def test_a_hardened_server_is_found_at_the_floor(java: Jsse, faults: Faults, connections: int) -> None:
    with splice(java.serve(NEW, HARDENED), None, faults) as between:
        observation = ask(between.port)
    assert accepted(observation) == set(NEW)
    for version in NEW:
        assert names(observation, version) == in_version(HARDENED, version)
    assert between.connections == observation["connections"] == connections


def test_resets_instead_of_alerts_change_the_kind_of_refusal_and_nothing_else(exchange_2013: int) -> None:
    with splice(exchange_2013) as plain, splice(exchange_2013, None, Faults(reset_instead_of_alert=True)) as resetting:
        calm, reset = ask(plain.port), ask(resetting.port)
    for version in OLD:
        assert reset["versions"][version] == calm["versions"][version]
    assert reset["versions"]["ssl_2_0"]["state"] == "refused_by_close"
    assert resetting.connections == reset["connections"] <= 50


def test_answers_in_single_bytes_are_read_like_whole_ones(exchange_2013: int) -> None:
    with splice(exchange_2013, PREAMBLES["smtp"], Faults(one_byte=True)) as between:
        observation = ask(between.port, "versions", "smtp")
    assert accepted(observation) == set(OLD)


def test_a_device_that_drops_long_hellos_hides_nothing(exchange_2013: int) -> None:
    with splice(exchange_2013, None, Faults(drop_hellos_over=255)) as between:
        observation = ask(between.port)
    for version in OLD:
        assert names(observation, version) == in_version(WS2012R2, version)


def test_conformance_is_shown_in_six_connections(java: Jsse) -> None:
    with splice(java.serve(NEW, HARDENED)) as between:
        observation = ask(between.port, "conformance", wanted=wanted(NEW, HARDENED))
    assert observation["conformance"] == {"verdict": "in_force", "deviations": [], "open_questions": []}
    assert between.connections == observation["connections"] == 6
    assert observation["refused_hellos"] <= 4


def test_exchange_2013_as_delivered_deviates_in_every_way_from_todays_list(exchange_2013: int) -> None:
    observation = ask(exchange_2013, "conformance", wanted=wanted(NEW, HARDENED))
    found = {(item["kind"], item["version"]) for item in observation["conformance"]["deviations"]}
    assert found >= {("version_accepted", version) for version in ("tls_1_0", "tls_1_1")}
    assert {("version_refused", "tls_1_3"), ("suite_accepted", "tls_1_2")} <= found
    assert observation["connections"] <= 6
    assert observation["refused_hellos"] <= 4
    assert any("SSL 3.0" in question for question in observation["conformance"]["open_questions"])


def test_both_chains_of_a_server_with_two_certificates_are_read_on_the_way(
    folder: pathlib.Path, certificate: Identity
) -> None:
    other = ecdsa(folder)
    suites = ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"]
    with jsse(folder, certificate, other) as running, splice(running.serve(("tls_1_2",), suites)) as between:
        observation = ask(between.port)
    ders = [base64.b64decode(item) for item in observation["certificates"]]
    by_kind = {chain["authentication"]: [ders[n] for n in chain["certificates"]] for chain in observation["chains"]}
    assert by_kind == {"RSA": [certificate.der], "ECDSA": [other.der]}
    assert between.connections == 5


def test_twenty_inventories_are_equal(java: Jsse) -> None:
    port = java.serve(NEW, HARDENED)
    first = ask(port)
    assert all(ask(port) == first for _again in range(19))
