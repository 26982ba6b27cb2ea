# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mail exchangers: the bytes of RFC 1035, a name server that was not written here, and answers that lie."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import struct
import subprocess
import time
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.module_utils._wire._dns import (
    DnsError,
    Exchanger,
    NoSuchDomainError,
    TruncatedError,
    mx_query,
    read_mx,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire._exchangers import (
    askable,
    find_exchangers,
    name_servers,
)

pytestmark = pytest.mark.proves("wire_partners")

QUERY = mx_query("contoso.example", 0x1234)
#: A response with one answer whose names point back at the question, as RFC 1035 4.1.4 draws them.
ANSWER = (
    bytes.fromhex("123481800001000100000000")
    + QUERY[12:]
    + bytes.fromhex("c00c000f000100000e10")
    + struct.pack("!H", 2 + 4 + 2)
    + b"\x00\x0a\x03mx1\xc0\x0c"
)


def changed(place: int, value: int) -> bytes:
    return ANSWER[:place] + bytes([value]) + ANSWER[place + 1 :]


def test_the_question_is_the_one_of_rfc_1035() -> None:
    assert QUERY.hex() == "1234010000010000000000000763" + b"ontoso\x07example\x00".hex() + "000f0001"


def test_a_name_with_letters_of_other_scripts_is_asked_for_in_its_ascii_form() -> None:
    assert b"\x0fxn--mnchen-3ya" not in mx_query("münchen.example", 1)
    assert b"\x0exn--mnchen-3ya\x07example" in mx_query("münchen.example", 1)


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64 + ".example", ".".join(["label"] * 50)])
def test_what_is_no_domain_name_is_not_asked_for(name: str) -> None:
    with pytest.raises(DnsError):
        mx_query(name, 1)


def test_an_exchanger_is_read_through_the_pointers_of_its_name() -> None:
    assert read_mx(ANSWER, QUERY) == (Exchanger(10, "mx1.contoso.example"),)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (changed(0, 0x99), DnsError),  # another number
        (changed(2, 0x01), DnsError),  # a question
        (changed(13, ord("x")), DnsError),  # another name
        (changed(2, 0x83), TruncatedError),
        (changed(3, 0x83), NoSuchDomainError),
        (changed(3, 0x82), DnsError),  # the server failed
        (changed(len(ANSWER) - 1, len(ANSWER) - 2), DnsError),  # a pointer at itself
        (changed(len(ANSWER) - 2, 0xFF), DnsError),  # a pointer past the end
        (changed(len(ANSWER) - 5, ord("\n")), DnsError),  # no host name
        (ANSWER[:-3], DnsError),
        (b"", DnsError),
    ],
)
def test_an_answer_that_is_none_is_refused(data: bytes, error: type[DnsError]) -> None:
    with pytest.raises(error):
        read_mx(data, QUERY)


@given(st.binary(max_size=60), st.integers(0, len(ANSWER)), st.integers(0, len(ANSWER)))
def test_whatever_a_server_sends_ends_in_exchangers_or_in_a_sentence(junk: bytes, start: int, end: int) -> None:
    for data in (junk, ANSWER[:start] + junk + ANSWER[end:]):
        with contextlib.suppress(DnsError):
            assert all(one.host == one.host.lower() for one in read_mx(data, QUERY))


def test_name_servers_are_read_as_the_resolver_reads_them() -> None:
    text = "# nameserver 192.0.2.9\nnameserver 192.0.2.1\nsearch example.org\nnameserver fe80::1%eth0\nnameserver x\n"
    assert name_servers(text) == (("192.0.2.1", 53), ("fe80::1%eth0", 53))


@pytest.fixture(scope="module")
def server() -> t.Iterator[tuple[str, int]]:
    """dnsmasq with a few domains; one has so many exchangers that they need TCP."""
    found = program("dnsmasq")
    if found is None:
        pytest.skip("needs the program dnsmasq (Debian: dnsmasq-base)")
    many = [f"--mx-host=many.example,exchanger-number-{number:02}.many.example,{number}" for number in range(40)]
    hosts = ["--mx-host=two.example,mx2.two.example,20", "--mx-host=two.example,mx1.two.example,10"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--no-daemon", "--no-resolv", "--no-hosts", "--bind-interfaces", "--listen-address=127.0.0.1", "--user="]
    local = ["--local=/none.example/", "--host-record=plain.example,192.0.2.5", "--local=/example/"]
    configuration = ["--conf-file=/dev/null", "--pid-file=", f"--port={port}"]
    process = subprocess.Popen(
        [str(found), *words, *configuration, *many, *hosts, *local], stderr=subprocess.DEVNULL, cwd=pathlib.Path("/")
    )
    try:
        for _try in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait()


def test_exchangers_come_in_the_order_of_their_preference(server: tuple[str, int]) -> None:
    assert [one.host for one in find_exchangers("two.example", servers=[server])] == [
        "mx1.two.example",
        "mx2.two.example",
    ]


def test_more_exchangers_than_fit_into_a_datagram_are_all_found(server: tuple[str, int]) -> None:
    assert len(find_exchangers("many.example", servers=[server])) == 40


def test_a_domain_without_exchangers_takes_its_mail_itself(server: tuple[str, int]) -> None:
    assert find_exchangers("plain.example", servers=[server]) == (Exchanger(0, "plain.example"),)


def test_a_domain_that_does_not_exist_is_said_to_be_unknown(server: tuple[str, int]) -> None:
    with pytest.raises(DnsError, match=r"missing\.example are not known\. There is no such domain"):
        find_exchangers("missing.example", servers=[server])


def test_a_name_server_that_is_silent_is_followed_by_the_next(server: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        found = find_exchangers("two.example", 0.2, [silent.getsockname(), server])
    assert len(found) == 2


def test_without_any_answer_the_remedy_is_named() -> None:
    with pytest.raises(DnsError, match="does not answer"):
        find_exchangers("two.example", 0.2, [("127.0.0.1", 9)])


def test_an_exchanger_whose_name_is_none_of_a_host_is_left_out_and_the_others_are_asked() -> None:
    hosts, detail = askable([Exchanger(10, "mx1.contoso.example"), Exchanger(20, "-x.contoso.example")])
    assert hosts == ["mx1.contoso.example"]
    assert detail.startswith("1 of the 2 mail exchangers")


def test_an_answer_with_thousands_of_exchangers_makes_a_hundred_connections_at_most() -> None:
    hosts, detail = askable([Exchanger(number, f"mx{number}.contoso.example") for number in range(3000)])
    assert hosts == [f"mx{number}.contoso.example" for number in range(100)]
    assert detail.startswith("2900 of the 3000 mail exchangers")


def test_exchangers_that_can_be_asked_all_are_asked_without_a_word() -> None:
    assert askable([Exchanger(10, "mx1.contoso.example")]) == (["mx1.contoso.example"], "")
