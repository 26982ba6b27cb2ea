# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hellos that we send, read by an independent reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_servers.model import read_hello

from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Version
from ansible_collections.msexchange.tls.plugins.module_utils._wire._errors import CallerError
from ansible_collections.msexchange.tls.plugins.module_utils._wire._groups import LEGACY_GROUPS, group
from ansible_collections.msexchange.tls.plugins.module_utils._wire._hello import (
    ClientHello,
    Offer,
    client_hello,
    pull_client_hello,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire._ssl2 import ssl2_client_hello
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites import offered

pytestmark = pytest.mark.proves("wire_exact")

RANDOM = bytes(range(64))
MODERN = [version for version in Version if version is not Version.SSL_2_0]


def built(offer: Offer) -> ClientHello:
    return pull_client_hello(client_hello(offer, RANDOM)[9:])


def extension(hello: ClientHello, number: int) -> bytes | None:
    return dict(hello.extensions or ()).get(number)


@given(
    st.sampled_from(MODERN),
    st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=400),
    st.none() | st.from_regex(r"[a-z]{1,60}\.example", fullmatch=True),
    st.booleans(),
)
def test_the_offer_arrives_as_it_was_made(version: Version, suites: list[int], name: str | None, compact: bool) -> None:
    wire = client_hello(Offer((version,), tuple(suites), name, compact=compact), RANDOM)
    seen = read_hello(wire)
    assert seen.version == min(version, 0x0303)
    assert list(seen.suites[: len(suites)]) == suites
    assert seen.offered_versions == ((version,) if version is Version.TLS_1_3 else ())
    assert int.from_bytes(wire[3:5], "big") == len(wire) - 5
    assert int.from_bytes(wire[6:9], "big") == len(wire) - 9


@given(st.sampled_from(MODERN), st.integers(1, 400))
def test_no_hello_with_extensions_has_a_size_that_some_load_balancers_drop(version: Version, count: int) -> None:
    wire = client_hello(Offer((version,), tuple(range(count)), "ex01.example"), RANDOM)
    if version is not Version.SSL_3_0:
        assert not 256 <= len(wire) - 5 <= 511


@pytest.mark.parametrize("version", MODERN)
def test_every_hello_shows_that_it_knows_secure_renegotiation(version: Version) -> None:
    hello = built(Offer((version,), (0x0035,)))
    assert (extension(hello, 0xFF01) == b"\x00") != (0x00FF in hello.suites)


def test_ssl_3_0_is_asked_without_extensions() -> None:
    assert built(Offer((Version.SSL_3_0,), (0x0035,), "ex01.example")).extensions is None


def test_the_server_name_is_sent_exactly_when_it_is_given() -> None:
    assert extension(built(Offer((Version.TLS_1_2,), (0x0035,))), 0) is None
    name = extension(built(Offer((Version.TLS_1_2,), (0x0035,), "ex01.example")), 0)
    assert name == b"\x00\x0f\x00\x00\x0cex01.example"


@pytest.mark.parametrize("version", [Version.TLS_1_0, Version.TLS_1_1, Version.TLS_1_2])
def test_up_to_tls_1_2_no_finite_field_group_is_named_that_would_hide_dhe_suites(version: Version) -> None:
    groups = extension(built(Offer((version,), (0x0035,))), 10)
    assert groups is not None
    named = [int.from_bytes(groups[at : at + 2], "big") for at in range(2, len(groups), 2)]
    assert named == list(LEGACY_GROUPS)
    assert {group(number).kind for number in named} == {"ec"}
    assert {0x0017, 0x0018, 0x0019, 0x001D} <= set(named)


def test_tls_1_3_is_asked_with_an_empty_list_of_shares_and_with_points_that_are_on_their_curves() -> None:
    assert extension(built(Offer((Version.TLS_1_3,), (0x1301,))), 51) == b"\x00\x00"
    shares = extension(built(Offer((Version.TLS_1_3,), (0x1301,), key_shares=True)), 51)
    assert shares is not None
    point = shares[2 + 36 + 4 :]
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:65], "big")
    assert (point[0], len(point)) == (4, 65)
    assert (y * y - (x**3 - 3 * x + b)) % prime == 0


def test_the_compact_hello_stays_below_256_bytes() -> None:
    for version in MODERN:
        suites = offered(version)[:40]
        assert Offer((version,), suites, "mail.example", compact=True).size <= 255


@given(st.integers(0, 1500))
def test_a_hello_is_at_least_as_long_as_it_shall_be(size: int) -> None:
    offer = Offer((Version.TLS_1_2,), (0x0035,), pad_to=size)
    assert offer.size >= size
    assert read_hello(client_hello(offer, RANDOM)).suites == (0x0035,)


def test_ssl_2_0_is_asked_in_its_own_framing() -> None:
    wire = ssl2_client_hello(Version.SSL_2_0, offered(Version.SSL_2_0), bytes(16))
    assert int.from_bytes(wire[:2], "big") == 0x8000 | len(wire) - 2
    assert wire[2:5] == b"\x01\x00\x02"
    assert int.from_bytes(wire[5:7], "big") == 3 * len(offered(Version.SSL_2_0))


def test_an_offer_of_nothing_is_the_callers_mistake() -> None:
    with pytest.raises(CallerError):
        client_hello(Offer((Version.TLS_1_2,), ()), RANDOM)
