# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The talk before TLS: replies in pieces of any size, and every way of saying no kept apart."""

from __future__ import annotations

import typing as t

import pytest
from wire_servers.preambles import PREAMBLES

from ansible_collections.msexchange.tls.plugins.module_utils._wire._dialogue import MAX_REPLY, READY, Dialogue
from ansible_collections.msexchange.tls.plugins.module_utils._wire._endpoint import Transport, new_dialogue
from ansible_collections.msexchange.tls.plugins.module_utils._wire._flight import NEED_DATA
from ansible_collections.msexchange.tls.plugins.module_utils._wire._status import Failure, Status

pytestmark = pytest.mark.proves("wire_conclusions")

# Per transport what the server says and what we say; the integration tests have servers that check the latter.
SAYS = {
    "smtp": [b"220-ex01\r\n220 ready\r\n", b"250-ex01\r\n250-SIZE\r\n250-starttls\r\n250 CHUNKING\r\n", b"220 go\r\n"],
    "imap": [b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 STARTTLS\r\nA OK done\r\n", b"B OK begin\r\n"],
    "pop3": [b"+OK ready\r\n", b"+OK\r\nTOP\r\nSTLS\r\n.\r\n", b"+OK begin\r\n"],
    "ldap": [bytes.fromhex("300c02010178070a010004000400")],
    "rdp": [bytes.fromhex("030000130ed000001234000209080002000000")],
}
SENDS = {
    "smtp": [b"EHLO probe.example\r\n", b"STARTTLS\r\n"],
    "imap": [b"A CAPABILITY\r\n", b"B STARTTLS\r\n"],
    "pop3": [b"CAPA\r\n", b"STLS\r\n"],
    # RFC 4511 4.14.1 by hand: message 1, extended request, name of the operation.
    "ldap": [bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"],
    # MS-RDPBCGR 4.1.1 without the cookie, protocols TLS and CredSSP.
    "rdp": [bytes.fromhex("030000130ee000000000000100080003000000")],
}


def dialogue(transport: str, known: bool = False) -> Dialogue:
    return new_dialogue(Transport(transport), "probe.example", known)


def talk(
    transport: str, said: t.Sequence[bytes], piece: int = 1 << 20, known: bool = False
) -> tuple[list[bytes], t.Any]:
    """What we sent, and the last step."""
    talking = dialogue(transport, known)
    step: t.Any = talking.start()
    sent = [step] if isinstance(step, bytes) else []
    for text in said:
        for at in range(0, len(text), piece):
            step = talking.receive_data(text[at : at + piece])
            if isinstance(step, bytes):
                sent.append(step)
    return sent, step


@pytest.mark.parametrize("transport", sorted(SAYS))
@pytest.mark.parametrize("piece", [1, 2, 7, 1 << 20])
def test_the_dialogue_ends_in_readiness_however_its_replies_are_cut(transport: str, piece: int) -> None:
    assert talk(transport, SAYS[transport], piece) == (SENDS[transport], READY)


def test_every_transport_but_tls_has_a_dialogue_and_a_server_to_try_it_on() -> None:
    assert set(SAYS) == set(PREAMBLES) == {transport.value for transport in Transport} - {"tls"}
    assert dialogue("tls").start() is READY


@pytest.mark.parametrize("transport", sorted(SAYS))
def test_before_the_last_byte_more_is_needed(transport: str) -> None:
    *before, last = SAYS[transport]
    _sent, step = talk(transport, [*before, last[:-1]])
    assert step is NEED_DATA


@pytest.mark.parametrize("transport", ["imap", "pop3"])
def test_what_an_earlier_connection_showed_is_not_asked_again(transport: str) -> None:
    said = [SAYS[transport][0], SAYS[transport][2]]
    assert talk(transport, said, known=True) == ([SENDS[transport][1]], READY)


def test_imap_capabilities_in_the_greeting_save_a_question() -> None:
    said = [b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n", b"B OK go\r\n"]
    assert talk("imap", said) == ([b"B STARTTLS\r\n"], READY)


SMTP_GREETED = b"220 ready\r\n"
SMTP_OFFERED = b"250-x\r\n250 STARTTLS\r\n"
ENDINGS = [
    ("smtp", [b"421 4.3.2 Service not available\r\n"], Status.THROTTLED),
    ("smtp", [SMTP_GREETED, b"421 4.3.2 too many\r\n"], Status.THROTTLED),
    ("smtp", [SMTP_GREETED, SMTP_OFFERED, b"421 4.4.1 timed out\r\n"], Status.THROTTLED),
    ("smtp", [b"450 later\r\n"], Status.THROTTLED),
    ("smtp", [b"554 no\r\n"], Status.UNREACHABLE),
    ("smtp", [SMTP_GREETED, b"250-x\r\n250 SIZE\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("smtp", [SMTP_GREETED, b"250 XSTARTTLS\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("smtp", [SMTP_GREETED, b"502 what is EHLO\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("smtp", [SMTP_GREETED, b"500 unrecognized\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("smtp", [SMTP_GREETED, b"550 5.7.1 not you\r\n"], Status.UNREACHABLE),
    ("smtp", [SMTP_GREETED, b"504 5.5.2 need fully-qualified hostname\r\n"], Status.UNREACHABLE),
    ("smtp", [SMTP_GREETED, SMTP_OFFERED, b"454 4.3.3 TLS not available\r\n"], Status.STARTTLS_UNAVAILABLE),
    ("smtp", [SMTP_GREETED, SMTP_OFFERED, b"501 no\r\n"], Status.STARTTLS_UNAVAILABLE),
    ("smtp", [b"SSH-2.0-OpenSSH\r\n"], Status.NO_TLS),
    ("smtp", [b"\xff" * 5000], Status.NO_TLS),
    ("imap", [b"* BYE too many connections\r\n"], Status.THROTTLED),
    ("imap", [b"* PREAUTH welcome\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("imap", [b"* OK hi\r\n", b"* CAPABILITY IMAP4rev1\r\nA OK\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("imap", [b"* OK hi\r\n", b"* CAPABILITY STARTTLS\r\nA OK\r\n", b"B NO broken\r\n"], Status.STARTTLS_UNAVAILABLE),
    ("imap", [b"220 smtp\r\n"], Status.NO_TLS),
    ("pop3", [b"-ERR busy\r\n"], Status.THROTTLED),
    ("pop3", [b"+OK\r\n", b"+OK\r\nTOP\r\n.\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("pop3", [b"+OK\r\n", b"-ERR no CAPA\r\n", b"-ERR no STLS\r\n"], Status.STARTTLS_NOT_OFFERED),
    ("pop3", [b"+OK\r\n", b"+OK\r\nSTLS\r\n.\r\n", b"-ERR no key\r\n"], Status.STARTTLS_UNAVAILABLE),
    ("pop3", [b"* OK imap\r\n"], Status.NO_TLS),
    ("ldap", [bytes.fromhex("300c02010178070a010204000400")], Status.STARTTLS_NOT_OFFERED),
    ("ldap", [bytes.fromhex("300c02010178070a013404000400")], Status.STARTTLS_UNAVAILABLE),
    ("ldap", [bytes.fromhex("300c02010178070a013304000400")], Status.THROTTLED),
    ("ldap", [bytes.fromhex("300c02010078070a013404000400")], Status.THROTTLED),
    ("ldap", [b"HTTP/1.1 400\r\n"], Status.NO_TLS),
    ("ldap", [bytes.fromhex("300c02010177070a010004000400")], Status.NO_TLS),
    ("rdp", [bytes.fromhex("030000130ed000001234000209080000000000")], Status.NO_TLS),
    ("rdp", [bytes.fromhex("030000130ed000001234000300080002000000")], Status.NO_TLS),
    ("rdp", [bytes.fromhex("030000130ed000001234000300080003000000")], Status.STARTTLS_UNAVAILABLE),
    ("rdp", [bytes.fromhex("0300000b06d00000123400")], Status.NO_TLS),
    ("rdp", [b"\x03\x00\x00\x00"], Status.NO_TLS),
    ("rdp", [b"220 smtp\r\n"], Status.NO_TLS),
]


@pytest.mark.parametrize(("transport", "said", "status"), ENDINGS)
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_every_way_of_saying_no_has_its_own_status(
    transport: str, said: list[bytes], status: Status, piece: int
) -> None:
    talking = dialogue(transport)
    step: t.Any = talking.start()
    for text in said:
        for at in range(0, len(text), piece):
            step = talking.receive_data(text[at : at + piece])
            if isinstance(step, Failure):
                break
    assert isinstance(step, Failure)
    assert step.status is status
    assert step.detail.endswith(".")
    assert step.detail.isprintable()


@pytest.mark.parametrize("transport", sorted(SAYS))
def test_an_early_end_is_throttling_and_nothing_about_tls(transport: str) -> None:
    assert dialogue(transport).receive_end(reset=True).status is Status.THROTTLED


@pytest.mark.parametrize("transport", sorted(SAYS))
def test_an_endless_reply_ends_in_bounded_memory(transport: str) -> None:
    talking, fed = dialogue(transport), 0
    begin = {"ldap": b"\x30\x84\x7f\xff\xff\xff", "rdp": b"\x03\x00\xff\xff"}.get(transport, b"250-")
    step: t.Any = talking.receive_data(begin)
    while not isinstance(step, (Failure, bytes)) and fed < 4 * MAX_REPLY:
        step = talking.receive_data(b"250-abcdefgh\r\n" * 100)
        fed += 1400
    assert isinstance(step, Failure)


def test_bytes_behind_the_go_ahead_belong_to_tls() -> None:
    talking = dialogue("smtp")
    for text in SAYS["smtp"][:2]:
        talking.receive_data(text)
    assert talking.receive_data(b"220 go\r\n\x16\x03") is READY
    assert talking.rest() == b"\x16\x03"
