# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded flights of other people's servers, fed whole, byte by byte, cut short and with more behind them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Alert, Version
from ansible_collections.msexchange.tls.plugins.module_utils._wire._flight import (
    NEED_DATA,
    Chosen,
    ChosenSsl2,
    Closed,
    Malformed,
    Probe,
    Refused,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire._records import NotTls
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites import suite_by_name

pytestmark = pytest.mark.proves("wire_hostile")

FLIGHTS = {path.stem: path.read_bytes() for path in pathlib.Path(__file__).with_name("flights").glob("*.bin")}

# File, version, suite, certificates, group of the key exchange, bits of it: known from how the server was started.
CHOSEN = [
    ("openssl3_tls12_ecdhe_ecdsa", "tls_1_2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 1, 0x001D, None),
    ("openssl3_tls12_dhe_rsa", "tls_1_2", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", 1, None, 1024),
    ("openssl3_tls12_rsa", "tls_1_2", "TLS_RSA_WITH_AES_128_CBC_SHA", 1, None, None),
    ("openssl3_tls12_anon", "tls_1_2", "TLS_ECDH_anon_WITH_AES_256_CBC_SHA", 0, 0x001D, None),
    ("jsse17_ssl3_rc4", "ssl_3_0", "TLS_RSA_WITH_RC4_128_MD5", 1, None, None),
    ("jsse17_tls10_3des", "tls_1_0", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", 1, None, None),
    ("jsse17_tls10_export", "tls_1_0", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", 1, None, 512),
    ("jsse17_tls10_unified_hello", "tls_1_0", "TLS_RSA_WITH_RC4_128_MD5", 1, None, None),
    ("openssl101r_ssl3", "ssl_3_0", "TLS_RSA_WITH_AES_256_CBC_SHA", 1, None, None),
    ("gnutls37_tls12", "tls_1_2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 1, 0x0017, None),
]


def answer(data: bytes, piece: int | None = None, end: bool = False) -> t.Any:
    probe = Probe(b"hello")
    for at in range(0, len(data), piece or max(len(data), 1)):
        probe.receive_data(data[at : at + (piece or len(data))])
    if end:
        probe.receive_end(reset=False)
    return probe.answer


@pytest.mark.parametrize(("name", "version", "suite", "certificates", "group", "bits"), CHOSEN)
def test_a_recorded_choice_is_read_as_the_server_meant_it(
    name: str, version: str, suite: str, certificates: int, group: int | None, bits: int | None
) -> None:
    found = answer(FLIGHTS[name])
    assert isinstance(found, Chosen)
    assert found.version.id == version
    assert found.suite == getattr(suite_by_name(suite), "number", None)
    assert len(found.chain) == certificates
    exchange = found.key_exchange
    assert (exchange and exchange.group, exchange and exchange.bits) == (group, bits)


@pytest.mark.parametrize("name", ["openssl3_tls13_retry", "openssl3_tls13_hello"])
def test_tls_1_3_is_recognised_with_and_without_a_retry(name: str) -> None:
    found = answer(FLIGHTS[name])
    assert (found.version, found.suite, found.hello.group) == (Version.TLS_1_3, 0x1302, 0x001D)
    assert found.hello.retry == name.endswith("retry")


@pytest.mark.parametrize(
    ("name", "alert"),
    [
        ("openssl3_alert_70", Alert.PROTOCOL_VERSION),
        ("openssl3_alert_40", Alert.HANDSHAKE_FAILURE),
        ("jsse17_alert_40", Alert.HANDSHAKE_FAILURE),
        ("gnutls37_alert", Alert.PROTOCOL_VERSION),
        ("jsse17_ssl2_error", None),
    ],
)
def test_a_recorded_refusal_keeps_its_code(name: str, alert: Alert | None) -> None:
    assert answer(FLIGHTS[name]) == Refused(alert)


def test_real_ssl_2_0_tells_its_whole_list() -> None:
    found = answer(FLIGHTS["openssl101r_ssl2"])
    assert isinstance(found, ChosenSsl2)
    assert set(found.hello.kinds) == {0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700C0}
    assert found.hello.certificate.startswith(b"\x30\x82")


@pytest.mark.parametrize("name", sorted(FLIGHTS))
@pytest.mark.parametrize("piece", [1, 3, 100])
def test_pieces_of_any_size_give_the_same_answer(name: str, piece: int) -> None:
    assert answer(FLIGHTS[name], piece) == answer(FLIGHTS[name])


@pytest.mark.parametrize("name", sorted(FLIGHTS))
def test_an_answer_does_not_change_with_what_comes_behind_it(name: str) -> None:
    assert answer(FLIGHTS[name] + b"\x15\x03\x03\x00\x02\x02\x28garbage") == answer(FLIGHTS[name])


@pytest.mark.parametrize("name", sorted(FLIGHTS))
def test_every_cut_is_either_need_of_more_or_after_the_end_a_close_or_the_choice_made(name: str) -> None:
    whole = answer(FLIGHTS[name])
    for size in range(len(FLIGHTS[name])):
        part = FLIGHTS[name][:size]
        if answer(part) is not NEED_DATA:
            assert answer(part) == whole
            continue
        ended = answer(part, end=True)
        if isinstance(ended, Chosen):
            assert (ended.version, ended.suite) == (whole.version, whole.suite)
        else:
            assert ended == Closed(reset=False, after_bytes=size)


def test_a_reset_is_told_from_an_orderly_end() -> None:
    probe = Probe(b"hello")
    probe.receive_end(reset=True)
    assert probe.answer == Closed(reset=True, after_bytes=0)


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"220 mail ESMTP\r\n",
        b"* OK ready\r\n",
        b"+OK\r\n",
        b"SSH-2.0-x\r\n",
        b"<html>",
    ],
)
def test_plain_text_is_not_tls_from_its_first_bytes_on(text: bytes) -> None:
    assert isinstance(answer(text), NotTls)
    assert isinstance(answer(text, 1), NotTls)


def test_a_warning_before_the_answer_is_no_refusal() -> None:
    warning = b"\x15\x03\x03\x00\x02\x01\x70"
    assert answer(warning) is NEED_DATA
    assert answer(warning + FLIGHTS["openssl3_tls12_rsa"]) == answer(FLIGHTS["openssl3_tls12_rsa"])


def test_close_notify_before_the_answer_is_a_close_whatever_its_level() -> None:
    for level in (b"\x01", b"\x02"):
        assert isinstance(answer(b"\x15\x03\x03\x00\x02" + level + b"\x00"), Closed)


def test_an_alert_after_the_choice_does_not_undo_it() -> None:
    chosen = FLIGHTS["openssl3_tls12_rsa"]
    hello = chosen[: 5 + int.from_bytes(chosen[3:5], "big")]
    found = answer(hello + b"\x15\x03\x03\x00\x02\x02\x50")
    assert (found.suite, found.chain) == (0x002F, ())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x16\x03\x03\xff\xff", "a record longer than any may be"),
        (b"\x16\x03\x03\x00\x00", "an empty handshake record"),
        (b"\x16\x03\x03\x00\x04\x02\xff\xff\xff", "a message of 16 MiB"),
        (b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00", "ServerHelloDone before ServerHello"),
        (b"\x16\x03\x03\x00\x05\x02\x00\x00\x01\x03", "a ServerHello of one byte"),
        (b"\x17\x03\x03\x00\x01x", "application data"),
        (b"\x15\x03\x03\x00\x01\x02", "half an alert"),
    ],
)
def test_lies_and_nonsense_are_malformed_and_never_a_refusal(data: bytes, why: str) -> None:
    assert isinstance(answer(data), Malformed), why


def test_a_flight_without_end_is_cut_off() -> None:
    warnings = b"\x15\x03\x03\x00\x02\x01\x70" * 40000
    assert isinstance(answer(warnings), Malformed)
