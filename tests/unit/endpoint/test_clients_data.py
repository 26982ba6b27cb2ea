# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clients that ship: who is there, where the facts come from, and that captured ones say what was captured."""

from __future__ import annotations

import collections
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.msexchange.tls.plugins.module_utils._wire import (
    SCHEME_NAMES,
    Version,
    group_by_name,
    replay,
    suite_by_name,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.clients import (
    Client,
    Kind,
    clients_of,
    hello_of,
    load_clients,
)

HELLOS = pathlib.Path(__file__).parent / "hellos"
CLIENTS = {client.id: client for client in load_clients()}

#: Extensions whose mere presence is what a client says with them.
BARE = {0: "server_name", 22: "encrypt_then_mac", 23: "extended_master_secret", 35: "session_ticket"}
SIGNAL = 0x00FF


def test_there_are_far_more_than_forty_and_no_id_is_given_twice() -> None:
    ids = [client.id for client in load_clients()]
    assert len(ids) >= 80
    assert [name for name, count in collections.Counter(ids).items() if count > 1] == []


@pytest.mark.parametrize(
    "name",
    "outlook_windows_7 outlook_windows_7_kb3140245 exchange_2010_smtp exchange_2013_cu8_smtp exchange_2019_cu15_proxy "
    "exchange_se_smtp exchange_online_smtp android_2_3 android_10 ios_4 ios_13 java_6 java_7 java_8 java_11 jdk_17 "
    "java_21 openssl_0_9_8 openssl_1_0_1 openssl_1_0_2 openssl_1_1_1 openssl_3 postfix_2_3 postfix_3_7 gnutls_3_7 "
    "printer_2008 bigip_11_4_monitor netscaler_backend haproxy_2_6 kemp_best_practices openldap_2_5 "
    "windows_xp_sp2".split(),
)
def test_the_clients_that_matter_to_exchange_are_there(name: str) -> None:
    assert name in CLIENTS


def test_every_client_names_sources_that_the_catalogue_knows() -> None:
    known = load().sources
    assert {source for client in CLIENTS.values() for source in client.sources} <= set(known)
    assert [client.id for client in CLIENTS.values() if not client.sources or client.kind is Kind.SITE] == []


def test_a_template_never_looks_like_a_fact() -> None:
    for client in CLIENTS.values():
        assert (client.kind is Kind.TEMPLATE) == (client.sources == ("template",)) == ("(template)" in client.name)


def test_what_windows_lacks_without_its_update_is_missing_and_what_the_update_alone_gives_is_nothing() -> None:
    plain, alone, whole = (CLIENTS[f"outlook_windows_7{tail}"] for tail in ("", "_kb3140245_alone", "_kb3140245"))
    assert plain.highest is alone.highest is Version.TLS_1_0
    assert (whole.lowest, whole.highest) == (Version.TLS_1_0, Version.TLS_1_2)
    assert plain.suites == alone.suites == whole.suites
    assert "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" not in whole.suites
    assert whole.groups == ("secp256r1", "secp384r1")


def test_exchange_never_speaks_tls_1_3_over_smtp() -> None:
    smtp = [client for client in CLIENTS.values() if client.family == "exchange" and client.services == ("smtp",)]
    assert len(smtp) >= 7
    assert all(client.highest <= Version.TLS_1_2 for client in smtp)


def test_every_hello_can_be_sent() -> None:
    for client in CLIENTS.values():
        one = replay(hello_of(client))
        assert one.id == client.id
        assert len(one.suites) == len(client.suites)
        assert len(one.groups) == len(client.groups)
        assert one.versions[0] is client.highest


class Captured(t.NamedTuple):
    """A hello read with a few lines of its own, so that an error of ours is not hidden by the same error here."""

    version: int
    suites: list[int]
    extensions: dict[int, bytes]


def captured(name: str) -> Captured:
    document = yaml.safe_load((HELLOS / f"{name}.yml").read_text(encoding="utf-8"))
    data = bytes.fromhex("".join(document["hello"].split()))
    assert (data[0], data[5], len(data)) == (22, 1, 5 + int.from_bytes(data[3:5], "big"))
    body = data[9:]
    at = 35 + body[34]
    size = int.from_bytes(body[at : at + 2], "big")
    suites = pairs(body[at + 2 : at + 2 + size])
    at += 2 + size
    at += 1 + body[at] + 2
    extensions = {}
    while at < len(body):
        kind, size = pairs(body[at : at + 4])
        extensions[kind] = body[at + 4 : at + 4 + size]
        at += 4 + size
    return Captured(int.from_bytes(body[:2], "big"), suites, extensions)


def pairs(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def numbers(names: t.Iterable[str], find: t.Callable[[str], t.Any]) -> list[int]:
    return [find(name).number for name in names]


@pytest.mark.parametrize("name", sorted(path.stem for path in HELLOS.glob("*.yml")))
def test_a_captured_client_offers_what_its_program_sent(name: str) -> None:
    client, hello = CLIENTS[name], captured(name)
    assert client.kind is Kind.CAPTURED
    assert numbers(client.suites, suite_by_name) == [number for number in hello.suites if number != SIGNAL]
    assert numbers(client.groups, group_by_name) == pairs(hello.extensions[10][2:])
    assert [SCHEME_NAMES[scheme] for scheme in client.signatures] == pairs(hello.extensions[13][2:])
    assert set(client.extensions) == {word for kind, word in BARE.items() if kind in hello.extensions}
    shown = "extension" if 0xFF01 in hello.extensions else "scsv" if SIGNAL in hello.suites else "none"
    assert client.renegotiation == shown
    versions = pairs(hello.extensions[43][1:]) if 43 in hello.extensions else [hello.version]
    assert int(client.highest) == max(versions)
    assert 43 not in hello.extensions or int(client.lowest) == min(versions)


def test_every_captured_client_has_its_hello() -> None:
    kept = {path.stem for path in HELLOS.glob("*.yml")}
    assert {client.id for client in CLIENTS.values() if client.kind is Kind.CAPTURED} == kept


@pytest.mark.parametrize(
    ("answer", "service"),
    [
        ({"transport": "smtp", "service": "smtp_hub"}, "smtp"),
        ({"transport": "tls", "service": "https_backend"}, "https"),
        ({"transport": "tls", "service": "imaps"}, "imap"),
        ({"transport": "rdp", "service": "rdp"}, "rdp"),
        ({"transport": "tls", "service": "ldaps"}, "ldap"),
    ],
)
def test_an_endpoint_meets_the_clients_of_its_service(answer: dict[str, str], service: str) -> None:
    found = clients_of(answer, load_clients())
    assert found
    assert all(service in client.services for client in found)
    assert {client.id for client in found} == {one.id for one in CLIENTS.values() if service in one.services}


def test_an_endpoint_of_an_unknown_service_meets_everyone() -> None:
    assert clients_of({"transport": "tls", "service": "own"}, load_clients()) == load_clients()


def test_names_and_notes_are_sentences_for_a_person() -> None:
    for client in CLIENTS.values():
        assert re.fullmatch(r"(?:[A-Z.]|iOS|curl)[ -~]{2,110}", client.name), client.name
        assert not client.note or client.note.endswith("."), client.id


def by_family(family: str) -> list[Client]:
    return [client for client in CLIENTS.values() if client.family == family]


def test_load_balancers_are_there_as_monitors_and_as_re_encrypting_ones() -> None:
    names = " ".join(client.name for client in by_family("load_balancer"))
    assert "health monitor" in names
    assert "re-encryption" in names
