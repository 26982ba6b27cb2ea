# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every message both ways, and every kind of feeding."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Alert, ContentType
from ansible_collections.msexchange.tls.plugins.module_utils._wire._errors import DecodeError
from ansible_collections.msexchange.tls.plugins.module_utils._wire._hello import (
    ClientHello,
    pull_client_hello,
    push_client_hello,
    record,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire._messages import (
    MAX_CERTIFICATES,
    AlertMessage,
    Certificates,
    KeyExchange,
    ServerHello,
    pull_alert,
    pull_certificates,
    pull_key_exchange,
    pull_server_hello,
    push_alert,
    push_certificates,
    push_key_exchange,
    push_server_hello,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire._records import HandshakeBuffer, Record, RecordBuffer
from ansible_collections.msexchange.tls.plugins.module_utils._wire._ssl2 import (
    Ssl2Error,
    Ssl2ServerHello,
    pull_ssl2,
    push_ssl2_error,
    push_ssl2_server_hello,
)

pytestmark = pytest.mark.proves("wire_hostile")

RANDOM = bytes(range(32))


def exchange_of(suite: int) -> t.Callable[[bytes], KeyExchange]:
    return lambda body: pull_key_exchange(body, suite)


# A message, its bytes written down from the RFCs, and the two directions.
CASES = [
    (AlertMessage(2, Alert.HANDSHAKE_FAILURE), bytes.fromhex("0228"), pull_alert, push_alert),
    (AlertMessage(1, Alert(200)), bytes.fromhex("01c8"), pull_alert, push_alert),
    (
        ServerHello(0x0301, RANDOM, b"", 0x0005, 0, None),
        bytes.fromhex("0301") + RANDOM + bytes.fromhex("00000500"),
        pull_server_hello,
        push_server_hello,
    ),
    (
        ServerHello(0x0303, RANDOM, b"abc", 0xFAFA, 0, ((0xFF01, b"\x00"), (0x0A0A, b""))),
        bytes.fromhex("0303") + RANDOM + bytes.fromhex("03616263fafa000009ff01000100") + bytes.fromhex("0a0a0000"),
        pull_server_hello,
        push_server_hello,
    ),
    (
        Certificates((b"leaf", b"root")),
        bytes.fromhex("00000e000004") + b"leaf" + bytes.fromhex("000004") + b"root",
        pull_certificates,
        push_certificates,
    ),
    (
        KeyExchange("ECDHE", 0x0017, None, bytes.fromhex("0300170204ff"), b"sig"),
        bytes.fromhex("0300170204ff") + b"sig",
        exchange_of(0xC013),
        push_key_exchange,
    ),
    (
        KeyExchange("DHE", None, 1024, b"\x00\x80\x80" + bytes(127) + bytes.fromhex("00010200010a"), b""),
        b"\x00\x80\x80" + bytes(127) + bytes.fromhex("00010200010a"),
        exchange_of(0x0033),
        push_key_exchange,
    ),
    (
        KeyExchange("RSA", None, 512, b"\x00\x40\xff" + bytes(63) + bytes.fromhex("0003010001"), b"signed"),
        b"\x00\x40\xff" + bytes(63) + bytes.fromhex("0003010001") + b"signed",
        exchange_of(0x0003),
        push_key_exchange,
    ),
    (
        ClientHello(0x0303, RANDOM, b"", (0xC02F, 0x00FF), b"\x00", ((10, b"\x00\x02\x00\x17"),)),
        bytes.fromhex("0303") + RANDOM + bytes.fromhex("000004c02f00ff01000008000a000400020017"),
        pull_client_hello,
        push_client_hello,
    ),
]


@pytest.mark.parametrize(("message", "wire", "pull", "push"), CASES)
def test_every_message_is_read_and_written_the_same(message: t.Any, wire: bytes, pull: t.Any, push: t.Any) -> None:
    assert push(message) == wire
    assert pull(wire) == message


# A signature is whatever follows the parameters, so a shortened one cannot be told from a short one.
@pytest.mark.parametrize(
    ("message", "wire", "pull", "push"), [case for case in CASES if not isinstance(case[0], KeyExchange)]
)
def test_every_cut_and_every_byte_too_many_is_noticed(message: t.Any, wire: bytes, pull: t.Any, push: t.Any) -> None:
    with pytest.raises(DecodeError):
        pull(wire + b"x")
    for size in range(len(wire)):
        # A hello that ends before its extensions is a whole one of the time before extensions.
        with_extensions = getattr(message, "extensions", None) is not None
        if with_extensions and size == len(push(message)) - len(extension_block(message)):
            continue
        with pytest.raises(DecodeError):
            pull(wire[:size])


def extension_block(message: t.Any) -> bytes:
    return b"xx" + b"".join(b"xxxx" + content for _number, content in message.extensions)


def test_ssl2_messages_are_read_as_they_are_written() -> None:
    hello = Ssl2ServerHello(2, b"certificate", (0x010080, 0x0700C0), bytes(16))
    assert pull_ssl2(push_ssl2_server_hello(hello)[2:]) == hello
    assert pull_ssl2(push_ssl2_error(Ssl2Error(1))[2:]) == Ssl2Error(1)
    assert push_ssl2_error(Ssl2Error(1)) == bytes.fromhex("8003000001")


def test_ssl2_cipher_kinds_that_are_no_triples_are_an_error() -> None:
    body = bytes.fromhex("0400010002000000040000") + b"abcd"
    with pytest.raises(DecodeError):
        pull_ssl2(body)


def test_a_chain_without_end_is_cut_off() -> None:
    wire = push_certificates(Certificates((b"x",) * (MAX_CERTIFICATES + 1)))
    with pytest.raises(DecodeError):
        pull_certificates(wire)


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1), st.data())
def test_records_come_out_whole_however_the_stream_is_cut(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(record(ContentType.HANDSHAKE, 0x0303, body) for body in bodies)
    buffer, found = RecordBuffer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        buffer.feed(stream[:size])
        stream = stream[size:]
        found += iter(buffer.next, None)
    assert found == [Record(ContentType.HANDSHAKE, body) for body in bodies]


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=50)), min_size=1), st.data())
def test_handshake_messages_come_out_whole_however_records_cut_them(
    messages: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(bytes([kind]) + len(body).to_bytes(3, "big") + body for kind, body in messages)
    buffer, found = HandshakeBuffer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        buffer.feed(stream[:size])
        stream = stream[size:]
        found += iter(buffer.next, None)
    assert found == messages
