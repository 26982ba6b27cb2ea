# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Descriptions of other programs' hellos: how they are read, and which bytes they become."""

from __future__ import annotations

import asyncio
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_servers.model import Model, Wire, read_hello

from ansible_collections.msexchange.tls.plugins.module_utils._wire import (
    CallerError,
    Question,
    endpoint,
    probe_all,
    replay,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire import probe as probe_many
from ansible_collections.msexchange.tls.plugins.module_utils._wire._hello import pull_client_hello
from ansible_collections.msexchange.tls.plugins.module_utils._wire._replay import replay_hello

RANDOM = bytes(range(64))
GOOD: dict[str, t.Any] = {
    "id": "mta",
    "versions": ["tls_1_0", "tls_1_2", "tls_1_1"],
    "suites": [0xC02F, 0x002F],
    "groups": [0x0017, 0x0018],
    "schemes": [0x0401, 0x0201],
    "extensions": ["server_name", "session_ticket"],
    "renegotiation": "extension",
}


def test_a_hello_says_what_was_described_and_no_more() -> None:
    data = replay_hello(replay(GOOD), "mail.example", RANDOM)
    hello = pull_client_hello(data[9:])
    assert (hello.version, hello.suites, hello.session_id) == (0x0303, (0xC02F, 0x002F), b"")
    extensions = dict(hello.extensions or ())
    assert sorted(extensions) == [0, 10, 11, 13, 35, 0xFF01]
    assert extensions[10] == bytes.fromhex("000400170018")
    assert extensions[13] == bytes.fromhex("000404010201")
    assert b"mail.example" in extensions[0]


def test_without_extensions_there_is_no_block_of_them() -> None:
    old = {"id": "old", "versions": ["ssl_3_0", "tls_1_0"], "suites": [5, 0x0700C0]}
    hello = pull_client_hello(replay_hello(replay(old), "mail.example", RANDOM)[9:])
    assert (hello.version, hello.suites, hello.extensions) == (0x0301, (5, 0xFF), None)


def test_tls_1_3_names_its_versions_and_has_shares_only_of_groups_it_names() -> None:
    modern = {**GOOD, "versions": ["tls_1_3", "tls_1_2"], "suites": [0x1301, 0xC02F], "groups": [0x0018, 0x0017]}
    data = replay_hello(replay(modern), None, RANDOM)
    read = read_hello(data)
    assert (read.version, read.offered_versions, read.has_shares) == (0x0303, (0x0304, 0x0303), True)
    shares = dict(pull_client_hello(data[9:]).extensions or ())[51]
    assert shares[2:4] == b"\x00\x17"
    without = replay_hello(replay({**modern, "groups": [0x0018]}), None, RANDOM)
    assert not read_hello(without).has_shares


def test_the_framing_of_ssl_2_0_carries_suites_kinds_and_the_signal() -> None:
    old = {"id": "old", "framing": "ssl2", "versions": ["ssl_2_0", "tls_1_0"], "suites": [0x002F, 0x0700C0]}
    data = replay_hello(replay(old), "mail.example", RANDOM)
    assert data[0] & 0x80
    assert data[2:5] == b"\x01\x03\x01"
    assert data[11:20] == bytes.fromhex("00002f 0700c0 0000ff")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": ""}, "needs an id"),
        ({"versions": []}, "versions"),
        ({"versions": ["tls_1_4"]}, "versions"),
        ({"suites": []}, "suites"),
        ({"suites": ["RSA"]}, "suites"),
        ({"suites": [True]}, "suites"),
        ({"groups": [0x10000]}, "groups"),
        ({"schemes": 5}, "schemes"),
        ({"framing": "ssl3"}, "framing"),
        ({"renegotiation": "yes"}, "renegotiation"),
        ({"extensions": ["alpn"]}, "extensions"),
        ({"suites": [5] * 2000}, "suites"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused_in_a_sentence(change: dict[str, t.Any], words: str) -> None:
    with pytest.raises(CallerError, match=words) as caught:
        replay({**GOOD, **change})
    assert str(caught.value).endswith(".")


@given(st.dictionaries(st.sampled_from(tuple(GOOD)), st.none() | st.booleans() | st.integers() | st.lists(st.text())))
def test_a_broken_description_never_raises_anything_else(changes: dict[str, t.Any]) -> None:
    try:
        one = replay({**GOOD, **changes})
    except CallerError:
        return
    assert replay_hello(one, "mail.example", RANDOM)


async def run(wire: Wire, *hellos: dict[str, t.Any]) -> dict[str, t.Any]:
    question = Question(endpoint("127.0.0.1", 443), replays=tuple(replay(one) for one in hellos))
    return (await probe_many([question], converse=wire.converse))[0]


def test_each_replay_costs_one_connection_and_teaches_the_inventory_nothing() -> None:
    model = Model({0x0303: (0x002F, 0x0035), 0x0302: (0x002F,)}, kinds=(0x0700C0,))
    plain = asyncio.run(run(Wire(model)))
    old = {"id": "old", "versions": ["tls_1_0"], "suites": [0x002F], "extensions": []}
    kinds = {"id": "kinds", "framing": "ssl2", "versions": ["ssl_2_0", "ssl_3_0"], "suites": [5, 0x0700C0]}
    answer = asyncio.run(run(Wire(model), GOOD, old, kinds))
    assert answer["connections"] == plain["connections"] + 3
    assert "replays" not in plain
    found = {row["id"]: (row["answer"], row["version"], row["suite"], row["alert"]) for row in answer["replays"]}
    assert found == {
        "mta": ("chosen", "tls_1_2", "TLS_RSA_WITH_AES_128_CBC_SHA", None),
        "old": ("refused", None, None, 70),
        "kinds": ("chosen", "ssl_2_0", "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", None),
    }
    for name in ("versions", "facts", "chains"):
        assert answer[name] == plain[name]


def test_an_endpoint_that_does_not_answer_is_not_asked_again_for_every_client() -> None:
    question = Question(endpoint("127.0.0.1", 1), replays=(replay(GOOD),))
    (answer,) = probe_all([question])
    assert answer["status"] == "unreachable"
    assert answer["replays"] == []
