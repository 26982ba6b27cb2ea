# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real sockets on loopback: limits, pauses, silence, resets; counted where the connections arrive."""

from __future__ import annotations

import asyncio
import contextlib
import typing as t

import pytest
from wire_servers.model import TLS_1_3, Model
from wire_servers.preambles import PREAMBLES
from wire_servers.splice import Preamble

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, endpoint, probe
from ansible_collections.msexchange.tls.plugins.module_utils._wire._connection import Address, converse

pytestmark = pytest.mark.proves("wire_gentle")

MODEL = Model({0x0303: (0xC030, 0xC02F, 0xC014), 0x0301: (0xC014,), TLS_1_3: (0x1302, 0x1301)})
COST = 6 + 3 + 2
QUICK = (0.001,) * 6


Behaviour = t.Callable[["Place", asyncio.StreamReader, asyncio.StreamWriter], t.Awaitable[None]]


class Place:
    """A server on loopback. connections: accepted. open: now. behaviour: what a connection sees."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.connections = self.open = 0
        # Counted at our end of the wire: the other end hears of a close a moment later.
        self.ours = self.peak = 0

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self.behaviour(self, reader, writer)
        self.open -= 1
        writer.close()

    async def converse(self, address: Address, conversation: t.Any, timeout: float) -> t.Any:
        self.ours += 1
        self.peak = max(self.peak, self.ours)
        try:
            return await converse(address, conversation, timeout)
        finally:
            self.ours -= 1


async def talk_tls(place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    hello = await reader.read(4096)
    writer.write(MODEL.answer(hello))
    await writer.drain()
    await reader.read(1)


def limited(number: int, farewell: bytes, preamble: Preamble) -> Behaviour:
    async def behave(place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if place.open > number:
            writer.write(farewell)
            await writer.drain()
            return
        await preamble(reader, writer)
        await talk_tls(place, reader, writer)

    return behave


async def silent(place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(4096)
    await reader.read(4096)


async def nothing(place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


def observe(
    behaviour: t.Any, transport: str = "tls", copies: int = 1, **limits: t.Any
) -> tuple[list[dict[str, t.Any]], Place]:
    place = Place(behaviour)

    async def work() -> list[dict[str, t.Any]]:
        server = await asyncio.start_server(place.client, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        where = [Question(endpoint("127.0.0.1", port, f"copy{n}", transport)) for n in range(copies)]
        patience = Limits(**{"timeout": 5.0, "pauses": QUICK, **limits})
        try:
            return await probe(where, "inventory", patience, converse=place.converse)
        finally:
            server.close()

    return asyncio.run(work()), place


def test_the_connections_reported_are_those_that_arrived() -> None:
    (observation,), place = observe(talk_tls, parallel=1)
    assert observation["status"] == "answered"
    assert observation["connections"] == place.connections == COST


@pytest.mark.parametrize("parallel", [1, 2, 4])
def test_no_more_connections_than_allowed_are_open_at_once(parallel: int) -> None:
    _observations, place = observe(talk_tls, parallel=parallel)
    assert place.peak <= parallel


def test_endpoints_that_share_an_address_and_port_share_the_limit() -> None:
    observations, place = observe(talk_tls, copies=3, parallel=2)
    assert [observation["status"] for observation in observations] == ["answered"] * 3
    assert place.peak <= 2
    assert place.connections == 3 * COST


@pytest.mark.parametrize(
    ("transport", "farewell"),
    [
        ("smtp", b"421 4.3.2 too many\r\n"),
        ("imap", b"* BYE too many\r\n"),
        ("pop3", b"-ERR too many\r\n"),
        ("smtp", b""),
    ],
)
def test_a_limit_of_connections_costs_patience_and_no_finding(transport: str, farewell: bytes) -> None:
    (observation,), place = observe(limited(1, farewell, PREAMBLES[transport]), transport, parallel=4)
    (undisturbed,), _place = observe(limited(9, farewell, PREAMBLES[transport]), transport, parallel=4)
    assert observation["status"] == "answered"
    assert observation["versions"] == undisturbed["versions"]
    assert observation["connections"] == place.connections


def test_who_is_turned_away_again_and_again_is_throttled_and_nothing_is_refused() -> None:
    (observation,), place = observe(limited(0, b"421 go away\r\n", PREAMBLES["smtp"]), "smtp")
    assert observation["status"] == "throttled"
    assert "421 go away" in observation["detail"]
    assert place.connections == len(QUICK) + 1
    assert {record["state"] for record in observation["versions"].values()} == {"unknown"}


def test_a_connection_that_ends_before_the_hello_could_be_sent_is_throttling() -> None:
    (observation,), _place = observe(nothing, "smtp")
    assert observation["status"] == "throttled"


def test_silence_after_the_hello_is_a_timeout_after_a_second_and_smaller_try() -> None:
    (observation,), place = observe(silent, timeout=0.2)
    assert observation["status"] == "timeout"
    assert place.connections == 2
    assert {record["state"] for record in observation["versions"].values()} == {"unknown"}


def test_silence_before_tls_is_a_timeout_after_one_try() -> None:
    (observation,), place = observe(silent, "smtp", timeout=0.2)
    assert observation["status"] == "timeout"
    assert place.connections == 1


def test_a_closed_port_is_unreachable_and_no_connection() -> None:
    async def work() -> list[dict[str, t.Any]]:
        server = await asyncio.start_server(lambda *dummy: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return await probe([Question(endpoint("127.0.0.1", port, "x", "tls"))])

    (observation,) = asyncio.run(work())
    assert (observation["status"], observation["connections"]) == ("unreachable", 0)


def test_a_name_without_an_address_is_unreachable_and_said_so() -> None:
    (observation,) = asyncio.run(probe([Question(endpoint("no-such-host.invalid"))]))
    assert observation["status"] == "unreachable"
    assert "no-such-host.invalid" in observation["detail"]
    assert observation["address"] is None


def test_many_endpoints_are_asked_in_one_loop_and_answered_in_order() -> None:
    observations, place = observe(talk_tls, copies=40, parallel=4)
    assert [observation["service"] for observation in observations] == [f"copy{n}" for n in range(40)]
    assert {observation["status"] for observation in observations} == {"answered"}
    assert place.connections == 40 * COST


def test_twenty_runs_give_the_same_result() -> None:
    results = [observe(talk_tls, parallel=4)[0][0] for _again in range(20)]
    for result in results:
        del result["port"]
    assert all(result == results[0] for result in results)
