# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Very many servers at once, each on a port of its own, in one thread: models of ``model.py`` behind sockets."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import typing as t

from .model import Model

_HEADER = 5


class Many:
    """ports: where they listen. connections: accepted by all of them so far."""

    def __init__(self, model: Model) -> None:
        self.ports: list[int] = []
        self.connections = 0
        self._model = model

    async def serve(self, count: int, ready: t.Callable[[], None], stop: asyncio.Event) -> None:
        servers = [await asyncio.start_server(self._client, "127.0.0.1", 0) for _number in range(count)]
        self.ports = [server.sockets[0].getsockname()[1] for server in servers]
        ready()
        await stop.wait()
        for server in servers:
            server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readexactly(_HEADER)
            # SSL 2.0 has the length in its first two bytes, TLS in the last two of five.
            old = head[0] & 0x80
            length = int.from_bytes(head[:2], "big") & 0x7FFF if old else int.from_bytes(head[3:], "big")
            hello = head + await reader.readexactly(length - 3 if old else length)
            writer.write(self._model.answer(hello))
            await writer.drain()
        writer.close()


@contextlib.contextmanager
def many(count: int, model: Model) -> t.Iterator[Many]:
    """Run ``count`` servers."""
    made = Many(model)
    loop = asyncio.new_event_loop()
    stop, ready = asyncio.Event(), threading.Event()

    def work() -> None:
        loop.run_until_complete(made.serve(count, ready.set, stop))
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    if not ready.wait(60):
        raise RuntimeError("the servers did not start")
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
