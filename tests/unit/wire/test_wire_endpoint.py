# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which endpoints make sense, and the sentence for those that do not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.msexchange.tls.plugins.module_utils._wire import CallerError, Transport, endpoint, wanted
from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Version

pytestmark = pytest.mark.proves("arguments")


@pytest.mark.parametrize(
    ("service", "port", "transport"),
    [
        ("https", 443, Transport.TLS),
        ("smtp", 25, Transport.SMTP),
        ("imap", 143, Transport.IMAP),
        ("imaps", 993, Transport.TLS),
        ("ldap", 389, Transport.LDAP),
        ("rdp", 3389, Transport.RDP),
        ("winrm", 5986, Transport.TLS),
    ],
)
def test_a_known_service_has_its_usual_port_and_transport(service: str, port: int, transport: Transport) -> None:
    made = endpoint("ex01.example", service=service)
    assert (made.port, made.transport) == (port, transport)


def test_any_port_takes_any_transport_by_declaration() -> None:
    made = endpoint("ex01.example", 2525, "hub", "smtp")
    assert (made.port, made.transport) == (2525, Transport.SMTP)


def test_465_of_exchange_is_no_smtps_and_the_sentence_says_what_it_is() -> None:
    with pytest.raises(CallerError, match=r"465.*STARTTLS.*transport smtp"):
        endpoint("ex01.example", 465, "smtp", "tls")
    assert endpoint("ex01.example", 465, "smtp").transport is Transport.SMTP


@pytest.mark.parametrize(
    ("service", "transport"), [("https", None), ("smtps", None), ("submissions", "tls"), ("submission", "tls")]
)
def test_tls_on_465_is_spoken_to_nobody_who_did_not_ask_for_just_that(service: str, transport: str | None) -> None:
    with pytest.raises(CallerError, match="hub transport"):
        endpoint("ex01.example", 465, service, transport)
    assert endpoint("gateway.example", 465, "tls").transport is Transport.TLS
    assert endpoint("gateway.example", 465, "proxy", "tls").transport is Transport.TLS


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "ex01", "service": "something"},
        {"host": "ex01", "port": 0},
        {"host": "ex01", "port": 70000},
        {"host": ""},
        {"host": "a b"},
        {"host": "x" * 300},
        {"host": "ex01", "address": "ex02"},
        {"host": "ex01", "server_name": "192.0.2.1"},
        {"host": "ex01", "server_name": "bad name"},
        {"host": "ex01\r\nRSET"},
        {"host": "ex01\n"},
        {"host": "ex01", "server_name": "ex01\n"},
        {"host": "192.0.2.1%eth0"},
        {"host": "fe80::1%"},
        {"host": "fe80::1%\x1b[31m"},
        {"host": "fe80::1%eth0\n"},
        {"host": "fe80::1%" + "x" * 64},
        {"host": "ex01", "address": "fe80::1%\0"},
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(wrong: dict[str, t.Any]) -> None:
    with pytest.raises(CallerError) as caught:
        endpoint(**wrong)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "ex01", "ex01.example.", "ex_01.example"])
def test_names_and_addresses_of_both_kinds_are_hosts(host: str) -> None:
    assert endpoint(host).host == host


def test_wanted_suites_come_in_either_spelling_and_once() -> None:
    target = wanted(
        ["tls_1_2"],
        [
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P256",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA_P384",
            "TLS_AES_128_GCM_SHA256",
        ],
    )
    assert target.suites == (0xC014, 0x1301)
    assert target.of(Version.TLS_1_2) == (0xC014,)
    assert target.of(Version.TLS_1_3) == (0x1301,)


def test_an_unknown_suite_is_answered_with_the_nearest_known_one() -> None:
    with pytest.raises(CallerError, match="TLS_AES_128_GCM_SHA256"):
        wanted(["tls_1_2"], ["TLS_AES_128_GCM_SHA265"])


def test_an_unknown_version_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CallerError, match="tls_1_2"):
        wanted(["tls_1_4"])
