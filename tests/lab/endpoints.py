# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS listeners that behave like the simulated server's own: versions and suites follow its registry, the handshake
is OpenSSL's.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import typing as t

from . import hello as wire
from . import mail, schannel
from .persona import Endpoint
from .ports import Reservation
from .tls_server import Certificates, Session

if t.TYPE_CHECKING:
    from .host import LabHost

PATIENCE = 10.0  #: seconds that a silent peer is waited for
_OPENSSL_1_3 = (0x1302, 0x1303, 0x1301)  #: OpenSSL's own order of TLS 1.3 suites, which Python cannot change


class EndpointListener:
    """One listener of one host."""

    def __init__(self, host: LabHost, endpoint: Endpoint, port: Reservation, certificates: Certificates) -> None:
        self.host = host
        self.endpoint = endpoint
        self._reservation = port
        self._certificates = certificates
        self._server: asyncio.AbstractServer | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """TCP port on the loopback address."""
        return self._reservation.port

    async def open(self) -> None:
        """Starts to accept."""
        self._server = await asyncio.start_server(self._connected, sock=self._reservation.listener())

    def cut(self) -> None:
        """Refuses new connections, ends the others."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    def release(self) -> None:
        """Gives the port back."""
        self._reservation.release()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await asyncio.wait_for(self._serve(reader, writer), PATIENCE)
        except (ConnectionError, EOFError, ssl.SSLError, asyncio.TimeoutError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self._writers.discard(writer)
            with contextlib.suppress(ConnectionError):
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = mail.DIALOGUES[self.endpoint.transport](self.host.fqdn)
        if not self.host.serves(self.endpoint):
            if not await talk.out_of_service(writer):
                _reset(writer)
            return
        if not await talk.before_tls(reader, writer):
            return
        session = await self._secure(reader, writer)
        if session is not None:
            await talk.after_tls(session, self.endpoint.service)

    async def _secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Session | None:
        hello, seen = await self._hello(reader, writer)
        if hello is None:
            return None
        kind = self._certificates.kind(self.host)
        state = self.host.schannel_state(self.endpoint.obeys)
        answer = schannel.choose(state, hello.versions, hello.suites, kind, self.endpoint.versions)
        if isinstance(answer, schannel.Refuse):
            self.host.counters.handshakes[f"{self.endpoint.service} refused"] += 1
            await self._refuse(writer, answer.alert, hello)
            return None
        self.host.counters.handshakes[f"{self.endpoint.service} {answer.version}"] += 1
        order = self._openssl_order(hello, answer)
        if order is None:
            writer.write(self._by_hand(hello, answer))
            await writer.drain()
            await reader.read(4096)  # the client's key exchange, which leads nowhere
            return None
        session = Session(
            self._certificates.exact(self.host, answer.version, answer.suite, order), reader, writer, seen
        )
        await session.handshake()
        return session

    async def _hello(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[wire.ClientHello | None, bytes]:
        collector = wire.HelloReader()
        while collector.hello is None:
            data = await reader.read(16384)
            if not data:
                return None, b""
            try:
                collector.feed(data)
            except wire.HelloError:  # Schannel closes without a word on what is no TLS
                _reset(writer)
                return None, b""
        return collector.hello, collector.seen

    def _openssl_order(self, hello: wire.ClientHello, answer: schannel.Accept) -> bool | None:
        """True/False: OpenSSL chooses this suite in the server's/client's order; None: it cannot serve it at all."""
        if hello.old_form or answer.suite.openssl is None or answer.version == "ssl_3_0":
            return None
        if answer.version != "tls_1_3":
            return True
        number = answer.suite.number
        if next(suite for suite in _OPENSSL_1_3 if suite in hello.suites) == number:
            return True
        return False if next(suite for suite in hello.suites if suite in _OPENSSL_1_3) == number else None

    def _by_hand(self, hello: wire.ClientHello, answer: schannel.Accept) -> bytes:
        if answer.version == "tls_1_3":
            return wire.server_hello_1_3(hello, answer.suite.number)
        return wire.first_flight(hello, answer.version, answer.suite.number, self._certificates.der(self.host))

    async def _refuse(self, writer: asyncio.StreamWriter, alert: int, hello: wire.ClientHello) -> None:
        if self.endpoint.refuses == "rst":
            _reset(writer)
        elif self.endpoint.refuses == "alert":
            writer.write(wire.alert(alert, hello))
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with RST, as Schannel's callers often do."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
