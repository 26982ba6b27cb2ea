# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What endpoints do besides versions and suites, against servers whose set-up is known."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from wire_servers.jsse import jsse
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.processes import program
from wire_servers.programs import openssl
from wire_servers.splice import splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import DETAILS, Limits, Question, endpoint, probe_all

pytestmark = [
    pytest.mark.proves("wire_exact"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return rsa(folder), ecdsa(folder)


def ask(port: int, *details: str) -> dict[str, t.Any]:
    question = Question(endpoint("127.0.0.1", port, "https", "tls"), details=details)
    return probe_all([question], "inventory", Limits(timeout=20))[0]


def test_openssl_shows_what_it_was_started_with(tmp_path: pathlib.Path, identities: tuple[Identity, Identity]) -> None:
    run = run_openssl(tmp_path, identities, "-groups", "P-384:X25519:ffdhe2048", "-alpn", "http/1.1")
    assert run["facts"] == {
        "secure_renegotiation": True,
        "extended_master_secret": True,
        "session_tickets": True,
        "session_ids": False,
        "dh_bits": None,
        "export_rsa_bits": None,
        "groups": {"tls_1_3": ["secp384r1", "x25519", "ffdhe2048"], "tls_1_2": ["secp384r1", "x25519"]},
        "groups_complete": ["tls_1_3", "tls_1_2"],
        "fallback_scsv": True,
        "unified_hello": True,
        "alpn": ["http/1.1"],
    }


@pytest.mark.parametrize(("version", "name"), [("-tls1", "tls_1_0"), ("-tls1_1", "tls_1_1")])
def test_the_groups_of_a_server_without_tls_1_2_are_those_of_what_it_has(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity], version: str, name: str
) -> None:
    options = (version, "-serverpref", "-cipher", "ECDHE-RSA-AES128-SHA:AES128-SHA:@SECLEVEL=0", "-groups", "P-384")
    with openssl(tmp_path, *identities, *options) as port:
        facts = ask(port, "groups")["facts"]
    assert (facts["groups"], facts["groups_complete"]) == ({name: ["secp384r1"]}, [name])


def run_openssl(folder: pathlib.Path, identities: tuple[Identity, Identity], *more: str) -> dict[str, t.Any]:
    suites = "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"
    with openssl(folder, *identities, "-serverpref", "-cipher", suites, *more) as port:
        return ask(port, *DETAILS)


def test_an_openssl_without_tickets_and_protocols_shows_that(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    facts = run_openssl(tmp_path, identities, "-no_ticket", "-no_tls1_3", "-no_tls1_1", "-no_tls1")["facts"]
    assert (facts["session_tickets"], facts["session_ids"], facts["alpn"]) == (False, True, [])
    # There is no lower version to fall back to.
    assert facts["fallback_scsv"] is None


def test_each_detail_costs_what_it_says_and_none_costs_nothing(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    suites = "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"
    with openssl(tmp_path, *identities, "-serverpref", "-cipher", suites, "-groups", "P-384:X25519") as port:
        costs = {}
        for details in ((), ("groups",), ("fallback_scsv",), ("unified_hello",), ("alpn",)):
            with splice(port) as between:
                observation = ask(between.port, *details)
            assert between.connections == observation["connections"]
            costs[details] = between.connections
    plain = costs.pop(())
    assert {details[0]: cost - plain for details, cost in costs.items()} == {
        "groups": 3 + 3,
        "fallback_scsv": 1,
        "unified_hello": 1,
        "alpn": 1,
    }


@pytest.mark.skipif(program("java") is None, reason="needs the program java (a JDK)")
def test_jsse_shows_dh_bits_export_keys_and_whether_it_takes_the_unified_hello(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    suites = ["TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_WITH_AES_128_CBC_SHA"]
    with jsse(tmp_path, identities[0]) as running:
        without = ask(running.serve(("ssl_3_0", "tls_1_0"), suites), "unified_hello", "fallback_scsv")["facts"]
        with_it = ask(running.serve(("unified", "tls_1_0"), suites), "unified_hello")["facts"]
    assert (without["unified_hello"], with_it["unified_hello"]) == (False, True)
    # JSSE knows no RFC 7507.
    assert without["fallback_scsv"] is False
    assert (without["dh_bits"], without["export_rsa_bits"]) == (2048, 512)
    assert without["session_ids"] is True
