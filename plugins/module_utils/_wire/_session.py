# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All connections to one endpoint: how many at once, how often again, and the counts that are owed to its admin."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import typing as t

from ._attempt import Attempt, Outcome, Silent
from ._codes import Version
from ._connection import Address, Conversation, Converse, converse, resolve
from ._endpoint import Endpoint, new_dialogue
from ._flight import NEED_DATA, Answer, Closed, Refused
from ._hello import Offer, client_hello
from ._ssl2 import ssl2_client_hello
from ._status import Failure, Status

__all__ = ["Gate", "GaveUpError", "Limits", "Reply", "Session"]

#: What a hello can lead to; failures before the hello are raised as GaveUpError.
Reply = t.Union[Answer, Silent]


@dataclasses.dataclass(frozen=True)
class Limits:
    """How hard an endpoint may be asked.

    timeout: seconds for connecting and again for the answer. parallel: connections at once to one endpoint
    (Exchange's receive connectors allow 20 per source and share them with every other client there).
    pauses: seconds to wait before each new try when the server turns us away.
    """

    timeout: float = 10.0
    parallel: int = 2
    ehlo_name: str = "localhost"
    pauses: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


# What may pass on an endpoint that has let a hello through before. 454 too says "for a temporary reason" (RFC 3207 4).
_PASSING = (Status.THROTTLED, Status.TIMEOUT, Status.UNREACHABLE, Status.STARTTLS_UNAVAILABLE)


class GaveUpError(Exception):
    """No hello could be sent any more. failure: why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Gate:
    """Lets ``width`` connections in at once. crowd: grows with every entry, so a visitor can see if it was alone."""

    def __init__(self, width: int) -> None:
        self.crowd = 0
        self._width = width
        self._inside = 0
        self._changed = asyncio.Condition()

    @property
    def inside(self) -> int:
        return self._inside

    def narrow(self) -> None:
        """One at a time from now on."""
        self._width = 1

    async def __aenter__(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._inside < self._width)
            self._inside += 1
            self.crowd += 1

    async def __aexit__(self, *exc_info: object) -> None:
        async with self._changed:
            self._inside -= 1
            self._changed.notify_all()


class Session:
    """Asks one endpoint. connections and refused_hellos count what the endpoint saw of us."""

    def __init__(
        self, endpoint: Endpoint, limits: Limits, gate: Gate, overall: asyncio.Semaphore, converse: Converse = converse
    ) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self.connections = 0
        self.refused_hellos = 0
        self._gate = gate
        self._overall = overall
        self._converse = converse
        self._address: Address | None = None
        self._hello_reached = False
        self._over: Failure | None = None

    @property
    def address(self) -> str | None:
        """The address that is being asked, once known."""
        return None if self._address is None else str(self._address[1][0])

    def one_at_a_time(self) -> None:
        self._gate.narrow()

    async def ask(self, offer: Offer) -> Reply:
        """Send this offer and wait for the answer. Raises GaveUpError when the endpoint does not let us."""
        return await self._ask(client_hello(offer, os.urandom(64)))

    async def ask_ssl2(self, version: Version, suites: t.Sequence[int]) -> Reply:
        """The same in the framing of SSL 2.0. version: SSL 2.0 itself or a later one (RFC 5246 E.2)."""
        return await self._ask(ssl2_client_hello(version, suites, os.urandom(16)))

    async def ask_hello(self, hello_of: t.Callable[[bytes], bytes]) -> Reply:
        """Send a hello of somebody else's making. hello_of: makes it from 64 random bytes. Raises GaveUpError."""
        return await self._ask(hello_of(os.urandom(64)))

    async def _ask(self, hello: bytes) -> Reply:
        def attempt() -> Attempt:
            return Attempt(new_dialogue(self.endpoint.transport, self.limits.ehlo_name, self._hello_reached), hello)

        return t.cast(Reply, await self.carry(attempt))

    async def carry(self, conversation_of: t.Callable[[], Conversation]) -> t.Any:
        """Run a conversation, again after a pause when the server turns us away. Raises GaveUpError."""
        pauses = iter(self.limits.pauses)
        while True:
            async with self._overall, self._gate:
                if self._over is not None:
                    raise GaveUpError(self._over)
                crowd = self._gate.crowd
                company = self._gate.inside > 1
                outcome = await self._once(conversation_of())
                company = company or self._gate.crowd != crowd
                if isinstance(outcome, Failure):
                    await self._pause(outcome, pauses)
                    continue
            if isinstance(outcome, Closed) and company:
                # A limit of connections can close one after the hello too: only what happens to a single one counts.
                self.one_at_a_time()
                continue
            return outcome

    async def _pause(self, failure: Failure, pauses: t.Iterator[float]) -> None:
        """Wait at the gate, so that nobody else asks meanwhile; give up when there is no use or no patience left."""
        self.one_at_a_time()
        # Who answered a hello before and is silent or gone now may be overloaded; who never did, is what it seems.
        worth_it = failure.status is Status.THROTTLED if not self._hello_reached else failure.status in _PASSING
        pause = next(pauses, None) if worth_it else None
        if pause is None:
            self._over = failure
            raise GaveUpError(failure)
        await asyncio.sleep(pause)

    async def _once(self, conversation: Conversation) -> Outcome:
        if self._address is None:
            return await self._first_contact(conversation)
        return await self._run(self._address, conversation)

    async def _first_contact(self, conversation: Conversation) -> Outcome:
        """Try the name's addresses in turn, stay with the first that lets us connect: a report is about one server."""
        try:
            addresses = await resolve(self.endpoint.target, self.endpoint.port)
        except OSError as error:
            return Failure(
                Status.UNREACHABLE, f"The name {self.endpoint.target} has no address: {error.strerror or error}."
            )
        outcome: Outcome = Failure(Status.UNREACHABLE, f"The name {self.endpoint.target} has no address.")
        for address in addresses:
            before = self.connections
            outcome = await self._run(address, conversation)
            if self.connections > before:
                self._address = address
                return outcome
        self._address = addresses[0]
        return outcome

    async def _run(self, address: Address, conversation: Conversation) -> Outcome:
        failure = await self._converse(address, conversation, self.limits.timeout)
        if failure is not None:
            return failure
        self.connections += 1
        outcome = conversation.outcome
        if outcome is NEED_DATA:
            return Failure(Status.TIMEOUT, "The connection ended without an answer.")
        if not isinstance(outcome, Failure):
            self._hello_reached = True
        if isinstance(outcome, (Refused, Closed)):
            self.refused_hellos += 1
        return t.cast(Outcome, outcome)
