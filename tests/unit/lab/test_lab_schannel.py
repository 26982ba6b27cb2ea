# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's own model of Schannel, held to single statements of Microsoft's pages."""

from __future__ import annotations

import typing as t

import pytest
from lab import hive_data, schannel
from lab.build import suite_defaults
from lab.clock import Clock
from lab.persona import table
from lab.registry import Registry
from lab.schannel import Accept, Refuse
from lab.tls_tables import SUITES, VERSIONS

pytestmark = pytest.mark.proves("lab_model")

SCHANNEL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
LOCAL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002"
ORDERED = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"


def state(system: str, content: t.Mapping[str, t.Any] | None = None) -> schannel.State:
    registry = Registry(Clock())
    hive_data.load(registry, {LOCAL: suite_defaults(system), **(content or {})})
    return schannel.read(registry, system)


def server(version: str, **values: t.Any) -> dict[str, t.Any]:
    return {f"{SCHANNEL}\\Protocols\\{version}\\Server": values}


@pytest.mark.parametrize(
    ("system", "versions"),
    [
        ("ws2008r2", "ssl_2_0 ssl_3_0 tls_1_0"),
        ("ws2012r2", "ssl_3_0 tls_1_0 tls_1_1 tls_1_2"),
        ("ws2016", "tls_1_0 tls_1_1 tls_1_2"),
        ("ws2019", "tls_1_0 tls_1_1 tls_1_2"),
        ("ws2022", "tls_1_0 tls_1_1 tls_1_2 tls_1_3"),
        ("ws2025", "tls_1_0 tls_1_1 tls_1_2 tls_1_3"),
    ],
)
def test_absent_keys_mean_the_default_of_that_very_system(system: str, versions: str) -> None:
    assert state(system).versions == set(versions.split())


@pytest.mark.parametrize(
    ("system", "version", "values", "on"),
    [
        ("ws2016", "TLS 1.0", {"Enabled": 0}, False),
        ("ws2016", "TLS 1.0", {"Enabled": 0, "DisabledByDefault": 0}, False),
        ("ws2016", "TLS 1.0", {"Enabled": 0xFFFFFFFF, "DisabledByDefault": 0}, True),
        ("ws2016", "TLS 1.0", {"Enabled": 1, "DisabledByDefault": 1}, False),
        ("ws2016", "TLS 1.0", {"Enabled": "0"}, True),  # a string is not read
        ("ws2016", "SSL 3.0", {"Enabled": 1, "DisabledByDefault": 0}, True),
        ("ws2016", "TLS 1.3", {"Enabled": 1, "DisabledByDefault": 0}, False),  # does not exist there
        ("ws2008r2", "TLS 1.2", {"Enabled": 1}, False),  # absent DisabledByDefault counts as 1 there
        ("ws2008r2", "TLS 1.2", {"DisabledByDefault": 0}, True),
        ("ws2012r2", "TLS1.2", {"Enabled": 0}, True),  # a misspelt key is not read
    ],
)
def test_a_protocol_is_on_or_off_as_its_two_values_say(
    system: str, version: str, values: dict[str, t.Any], on: bool
) -> None:
    name = {"TLS1.2": "tls_1_2"}.get(version, version.lower().replace(" ", "_").replace(".", "_"))
    assert (name in state(system, server(version, **values)).versions) is on


def names(found: schannel.State, version: str, certificate: str = "rsa") -> list[str]:
    return [suite.name for suite in found.offer(version, certificate)]


def test_the_order_is_the_default_of_the_system_without_what_needs_another_certificate() -> None:
    assert names(state("ws2016"), "tls_1_2")[:2] == [GCM, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    assert names(state("ws2016"), "tls_1_2", "ecdsa")[0] == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    assert names(state("ws2012r2"), "tls_1_2")[0] == "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    assert names(state("ws2022"), "tls_1_3") == ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"]


def test_a_suite_without_encryption_is_never_offered() -> None:
    for system in ("ws2012r2", "ws2016", "ws2025"):
        assert not [suite.name for suite in state(system).suites if "NULL" in suite.name]


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        ("Ciphers\\RC4 128/128", "RC4"),
        ("Ciphers\\Triple DES 168", "3DES"),
        ("Hashes\\MD5", "MD5"),
        ("KeyExchangeAlgorithms\\PKCS", "TLS_RSA"),
        ("KeyExchangeAlgorithms\\Diffie-Hellman", "TLS_DHE"),
    ],
)
def test_a_cipher_hash_or_key_exchange_that_is_off_takes_its_suites_away(key: str, gone: str) -> None:
    before, after = state("ws2012r2"), state("ws2012r2", {f"{SCHANNEL}\\{key}": {"Enabled": 0}})
    assert [suite for suite in before.suites if gone in suite.name]
    assert {suite.name for suite in before.suites} - {suite.name for suite in after.suites} == {
        suite.name for suite in before.suites if gone in suite.name
    }


def test_a_list_of_group_policy_wins_unless_it_has_the_wrong_type() -> None:
    assert names(state("ws2016", {ORDERED: {"Functions": f"{CBC},{GCM}"}}), "tls_1_2") == [CBC, GCM]
    assert len(names(state("ws2016", {ORDERED: {"Functions": [CBC]}}), "tls_1_2")) > 2


def test_an_empty_list_of_group_policy_leaves_nothing() -> None:
    assert state("ws2016", {ORDERED: {"Functions": ""}}).suites == ()


def test_a_client_gets_the_highest_common_version_and_the_suite_that_the_server_prefers() -> None:
    numbers = [SUITES[CBC].number, SUITES[GCM].number]
    answer = schannel.choose(state("ws2016"), [VERSIONS["tls_1_0"], VERSIONS["tls_1_2"], VERSIONS["tls_1_3"]], numbers)
    assert answer == Accept("tls_1_2", SUITES[GCM])


def test_without_a_common_version_the_answer_is_protocol_version() -> None:
    assert schannel.choose(state("ws2016"), [VERSIONS["tls_1_3"]], [0x1302]) == Refuse(70)


def test_without_a_common_suite_the_answer_is_handshake_failure() -> None:
    assert schannel.choose(state("ws2016"), [VERSIONS["tls_1_2"]], [0x1302]) == Refuse(40)


def test_tls_1_3_without_its_suites_does_not_fall_back() -> None:
    found = state("ws2022", {ORDERED: {"Functions": GCM}})
    offered = [VERSIONS["tls_1_2"], VERSIONS["tls_1_3"]]
    assert schannel.choose(found, offered, [0x1302, SUITES[GCM].number]) == Refuse(40)


def test_a_program_may_allow_less_than_its_system() -> None:
    answer = schannel.choose(
        state("ws2012r2"), [VERSIONS["tls_1_0"], VERSIONS["tls_1_2"]], [SUITES[CBC].number], only=["tls_1_0"]
    )
    assert answer == Accept("tls_1_0", SUITES[CBC])


@pytest.mark.parametrize("system", sorted(table("suites")["suites"]))
def test_every_suite_of_the_lists_has_a_code_point(system: str) -> None:
    lost = [
        name
        for name in table("suites")["suites"][system]
        if not name.startswith("SSL_CK") and name.split("_P")[0] not in SUITES
    ]
    assert lost == []
