# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WinRM service of one host: who may log on, which shells there are, what goes wrong; between HTTP and the shells.

As on Windows one listener serves both kinds of shell, so that ``ansible_connection`` alone chooses.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import typing as t
import uuid

from . import http_server, wsman, wsman_answers
from .cmd_shell import CommandShell
from .faults import Fault, PowerLossError, What
from .http_server import CutError, Request, Response
from .ports import Reservation
from .shell import Shell, gone
from .wsman import Operation, Question, WsmanError

if t.TYPE_CHECKING:
    from .host import LabHost

#: Like the pages of HTTP.sys it is no XML, by which clients know that no fault of WS-Management is in it.
_WEB_PAGE = b"<HTML><HEAD><META></HEAD><BODY><h2>The lab was told to fail here</h2></BODY></HTML>"


class WinRm:
    """The listener of one host. ``context`` makes it an HTTPS listener; it is asked for anew at every boot."""

    def __init__(
        self, host: LabHost, port: Reservation, context: t.Callable[[], ssl.SSLContext | None] = lambda: None
    ) -> None:
        self._host = host
        self._port = port
        self._context = context
        self._server: asyncio.AbstractServer | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._shells: dict[str, Shell] = {}

    @property
    def port(self) -> int:
        """TCP port."""
        return self._port.port

    async def open(self) -> None:
        """Starts to accept."""
        self._server = await asyncio.start_server(self._connected, sock=self._port.listener(), ssl=self._context())

    def cut(self) -> None:
        """Refuses new connections, ends the others, forgets all shells."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        for shell in self._shells.values():
            shell.end()
        self._shells.clear()

    def release(self) -> None:
        """Gives the port back."""
        self._port.release()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host.counters.connections += 1
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await http_server.serve_connection(reader, writer, self._answer)
        finally:
            self._writers.discard(writer)

    # -- one request --------------------------------------------------------------------------------------------------

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(405)
        if request.path.split("?")[0].rstrip("/") != "/wsman":
            return Response(404)
        if http_server.basic_credentials(request) != (self._host.user, self._host.password):
            self._host.counters.logons_refused += 1
            return Response(401, headers={"WWW-Authenticate": 'Basic realm="WSMAN"'})
        message_id = ""
        try:
            question = wsman.parse(request.body)
            message_id = question.message_id
            response = await self._with_faults(question)
        except (PowerLossError, asyncio.CancelledError):
            raise CutError from None
        except WsmanError as error:
            self._host.unanswered.append(str(error))
            return Response(500, wsman_answers.fault(message_id, 0, str(error)))
        name = question.operation.value
        self._host.counters.bytes_in[name] += len(request.body)
        self._host.counters.bytes_out[name] += len(response.body)
        return response

    async def _with_faults(self, question: Question) -> Response:
        name = question.operation.value
        self._host.counters.requests[name] += 1
        shell = self._shell(question)
        struck = self._host.faults.on_request(name, shell.read(question) if shell else "")
        for fault in struck:
            if fault.what is What.CUT_BEFORE:
                raise CutError
            if fault.what is What.DELAY:
                await asyncio.sleep(fault.seconds)
        for fault in struck:
            if fault.what is What.HTTP:
                return self._refused(question, fault)
        response = await self._carry_out(question)
        if any(fault.what is What.CUT_AFTER for fault in struck):
            if shell is not None:
                await shell.settle(question)
            raise CutError
        return response

    @staticmethod
    def _refused(question: Question, fault: Fault) -> Response:
        """A fault of WS-Management comes with status 500; whatever else is the web server's own."""
        if fault.status != 500:
            return Response(fault.status, _WEB_PAGE, {"Content-Type": "text/html; charset=us-ascii"})
        return Response(500, wsman_answers.fault(question.message_id, fault.code, "the lab was told to fail here"))

    def _shell(self, question: Question) -> Shell | None:
        return None if question.operation is Operation.CREATE else self._shells.get(question.shell_id)

    async def _carry_out(self, question: Question) -> Response:
        if question.operation is Operation.CREATE:
            shell_id = question.shell_id or str(uuid.uuid4()).upper()
            self._shells[shell_id] = self._create(question)
            self._host.counters.shells += 1
            return Response(200, wsman_answers.created(question, shell_id))
        shell = self._shell(question)
        if shell is None:
            return gone(question, f"The shell {question.shell_id} does not exist on this host.")
        if question.operation is Operation.DELETE:
            del self._shells[question.shell_id]
            return Response(200, wsman_answers.done(question))
        return await shell.answer(question)

    def _create(self, question: Question) -> Shell:
        if question.resource == wsman.CMD_SHELL:
            return CommandShell(self._host)
        try:
            from .psrp import RunspaceShell  # a demo over WinRM needs no psrpcore
        except ModuleNotFoundError as error:
            raise WsmanError(f"psrp needs the package {error.name}, which is not installed beside the lab") from error
        return RunspaceShell(self._host, question)
