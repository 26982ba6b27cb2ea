# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only file that touches sockets: runs one ``Attempt`` over one TCP connection in the running event loop."""

from __future__ import annotations

import asyncio
import os
import socket
import typing as t

from ._flight import NEED_DATA
from ._status import Failure, Status

__all__ = ["Address", "Conversation", "Converse", "converse", "resolve"]

#: Family and socket address as ``getaddrinfo`` gives them.
Address = tuple[int, tuple[t.Any, ...]]


class Conversation(t.Protocol):
    """What ``converse`` can carry: ``Attempt`` and the certificate fetch."""

    @property
    def outcome(self) -> t.Any:
        """``NEED_DATA`` until there is one."""

    def connected(self) -> None:
        """The connection stands."""

    def data_to_send(self) -> bytes:
        """What is to be sent now; each byte once."""

    def receive_data(self, data: bytes) -> None:
        """The peer sent something."""

    def receive_end(self, reset: bool) -> None:
        """The peer closed; ``reset``: by force."""

    def time_over(self) -> None:
        """The peer took too long."""


#: ``converse`` or what a test puts in its place.
Converse = t.Callable[[Address, Conversation, float], t.Awaitable[t.Optional[Failure]]]


class _Carrier(asyncio.Protocol):
    """Pumps bytes between a socket and a conversation. ended: done when the socket is closed, not only unneeded."""

    def __init__(self, conversation: Conversation, ended: asyncio.Future[None]) -> None:
        self._conversation = conversation
        self._ended = ended
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = t.cast(asyncio.Transport, transport)
        self._conversation.connected()
        self._pump()

    def data_received(self, data: bytes) -> None:
        self._conversation.receive_data(data)
        self._pump()

    def eof_received(self) -> bool:
        self._conversation.receive_end(reset=False)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._conversation.receive_end(reset=exc is not None)
        if not self._ended.done():
            self._ended.set_result(None)

    def time_over(self) -> None:
        """Whatever else happens, the connection ends now."""
        try:
            self._conversation.time_over()
        finally:
            if self._transport is not None:
                self._transport.abort()

    def _pump(self) -> None:
        if self._transport is None:
            return
        data = self._conversation.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)
        if self._conversation.outcome is not NEED_DATA:
            # abort, not close: nothing is left to be sent, and a peer that does not read must not keep the socket open.
            self._transport.abort()


async def resolve(target: str, port: int) -> list[Address]:
    """Addresses of a name, in the system's order of preference. Raises OSError when there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [(family, address) for family, _type, _proto, _name, address in found]


async def _connect(address: Address) -> socket.socket:
    family, where = address
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connection, where)
    except BaseException:
        connection.close()
        raise
    return connection


async def converse(address: Address, conversation: Conversation, timeout: float) -> Failure | None:
    """Run the conversation; None when it has its outcome, a Failure when no connection came about.

    timeout: seconds for connecting, and again for the conversation as a whole.
    """
    try:
        connection = await asyncio.wait_for(_connect(address), timeout)
    except asyncio.TimeoutError:
        return Failure(Status.TIMEOUT, f"No connection within {timeout:g} s.")
    except OSError as error:
        return Failure(Status.UNREACHABLE, f"No connection: {os.strerror(error.errno) if error.errno else error}.")
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    transport, carrier = await loop.create_connection(lambda: _Carrier(conversation, ended), sock=connection)
    alarm = loop.call_later(timeout, carrier.time_over)
    try:
        await ended
    finally:
        alarm.cancel()
        transport.abort()
    return None
