# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A splice between a client and a server: counts connections exactly and adds what the server behind it lacks.

Preambles (SMTP, IMAP, POP3, LDAP, RDP) put any TLS server behind STARTTLS; faults make it behave like appliances and
loaded servers do. TLS bytes are passed on untouched, so they stay those of the software behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
import struct
import threading
import typing as t

Preamble = t.Callable[[asyncio.StreamReader, asyncio.StreamWriter], t.Awaitable[None]]

_ALERT = 0x15


@dataclasses.dataclass
class Faults:
    """limit: more connections than this at once are turned away with ``farewell``. delay: seconds each way.

    reset_instead_of_alert: where the server answers the hello with an alert, reset the connection instead.
    drop_hellos_over: hellos of more bytes than this are closed unanswered. one_byte: pass on single bytes.
    close_answers: numbers of the connections (from 1) whose answer is dropped and closed instead.
    """

    limit: int | None = None
    farewell: bytes = b"421 4.3.2 The maximum number of concurrent connections has exceeded a limit\r\n"
    delay: float = 0.0
    reset_instead_of_alert: bool = False
    drop_hellos_over: int | None = None
    one_byte: bool = False
    close_answers: frozenset[int] = frozenset()


class Splice:
    """connections: accepted so far. peak: most at once. turned_away: by the limit."""

    def __init__(self, target: int, preamble: Preamble | None, faults: Faults) -> None:
        self.port = 0
        self.connections = 0
        self.peak = 0
        self.turned_away = 0
        self._open = 0
        self._target = target
        self._preamble = preamble
        self._faults = faults

    async def serve(self, ready: t.Callable[[], None], stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, backlog=500)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._open += 1
        self.peak = max(self.peak, self._open)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._talk(number, reader, writer)
        finally:
            self._open -= 1
            writer.close()

    async def _talk(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._faults.limit is not None and self._open > self._faults.limit:
            self.turned_away += 1
            writer.write(self._faults.farewell)
            await writer.drain()
            return
        behind, to_behind = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            if self._preamble is not None:
                await self._preamble(reader, writer)
            await _first_done(self._forth(reader, to_behind), self._back(number, behind, writer))
        finally:
            to_behind.close()

    async def _forth(self, reader: asyncio.StreamReader, to_behind: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self._faults.drop_hellos_over is not None and len(data) > self._faults.drop_hellos_over:
                return
            await asyncio.sleep(self._faults.delay)
            to_behind.write(data)
            await to_behind.drain()

    async def _back(self, number: int, behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await behind.read(65536):
            if number in self._faults.close_answers:
                return
            if self._faults.reset_instead_of_alert and data[0] == _ALERT:
                _reset(writer)
                return
            await asyncio.sleep(self._faults.delay)
            await _pass_on(writer, data, self._faults.one_byte)


async def _first_done(*work: t.Coroutine[t.Any, t.Any, None]) -> None:
    """Run both directions until one has nothing more to do; the connection is over then."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _pass_on(writer: asyncio.StreamWriter, data: bytes, one_byte: bool) -> None:
    for at in range(0, len(data), 1 if one_byte else len(data)):
        writer.write(data[at : at + 1] if one_byte else data)
        await writer.drain()


@contextlib.contextmanager
def splice(target: int, preamble: Preamble | None = None, faults: Faults | None = None) -> t.Iterator[Splice]:
    """Run a splice in a thread of its own."""
    made = Splice(target, preamble, faults or Faults())
    loop = asyncio.new_event_loop()
    stop, ready = asyncio.Event(), threading.Event()

    def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(made.serve(ready.set, stop))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    if not ready.wait(30):
        raise RuntimeError("the splice did not start")
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
