# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WinRM service of one host: shells, commands, who may log on; between HTTP and the engine."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
import ssl
import typing as t
import uuid

from . import http_server, payload, wsman, wsman_answers
from .faults import PowerLossError, What
from .http_server import CutError, Request, Response
from .ports import Reservation
from .result import Output
from .wsman import Operation, Question

if t.TYPE_CHECKING:
    from .host import LabHost


@dataclasses.dataclass
class Command:
    """A command in a shell: its line, its input, its output once it has run."""

    line: str
    stdin: bytearray = dataclasses.field(default_factory=bytearray)
    output: asyncio.Task[Output] | None = None
    job: payload.Job | None = None


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
        self._shells: dict[str, dict[str, Command]] = {}

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
        for commands in self._shells.values():
            for command in commands.values():
                if command.output is not None and not command.output.done():
                    command.output.cancel()
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
        try:
            question = wsman.parse(request.body)
        except wsman.WsmanError as error:
            self._host.unanswered.append(str(error))
            return Response(500, wsman_answers.fault("", 0, str(error)))
        response = await self._with_faults(question)
        name = question.operation.value
        self._host.counters.bytes_in[name] += len(request.body)
        self._host.counters.bytes_out[name] += len(response.body)
        return response

    async def _with_faults(self, question: Question) -> Response:
        name = question.operation.value
        self._host.counters.requests[name] += 1
        struck = self._host.faults.on_request(name, self._module_of(question))
        for fault in struck:
            if fault.what is What.CUT_BEFORE:
                raise CutError
            if fault.what is What.DELAY:
                await asyncio.sleep(fault.seconds)
        for fault in struck:
            if fault.what is What.HTTP:
                return Response(
                    fault.status, wsman_answers.fault(question.message_id, fault.code, "the lab was told to fail here")
                )
        try:
            response = await self._carry_out(question)
        except (PowerLossError, asyncio.CancelledError):
            raise CutError from None
        if any(fault.what is What.CUT_AFTER for fault in struck):
            await self._settle(question)
            raise CutError
        return response

    def _module_of(self, question: Question) -> str:
        """Name of the module that a request belongs to, known as soon as its input is complete."""
        command = self._shells.get(question.shell_id, {}).get(question.command_id)
        if command is None:
            return ""
        if command.job is None and question.operation is Operation.SEND and question.stdin_ends:
            with contextlib.suppress(payload.PayloadError):
                command.job = payload.decode(command.line, bytes(command.stdin) + question.stdin)
        return command.job.name if command.job else ""

    async def _settle(self, question: Question) -> None:
        """A request that was carried out has its effect even if nobody asks for the output."""
        command = self._shells.get(question.shell_id, {}).get(question.command_id)
        if command is not None and command.output is not None:
            with contextlib.suppress(PowerLossError, payload.PayloadError):
                await asyncio.shield(command.output)

    async def _carry_out(self, question: Question) -> Response:
        if question.operation is Operation.CREATE:
            shell_id = str(uuid.uuid4()).upper()
            self._shells[shell_id] = {}
            self._host.counters.shells += 1
            return Response(200, wsman_answers.created(question, shell_id))
        shell = self._shells.get(question.shell_id)
        if shell is None:
            text = f"The shell {question.shell_id} does not exist on this host."
            return Response(500, wsman_answers.fault(question.message_id, wsman.SHELL_NOT_FOUND, text))
        if question.operation is Operation.DELETE:
            del self._shells[question.shell_id]
            return Response(200, wsman_answers.done(question))
        if question.operation is Operation.COMMAND:
            return self._start(question, shell)
        command = shell.get(question.command_id)
        if command is None:
            return Response(
                500,
                wsman_answers.fault(
                    question.message_id, wsman.SHELL_NOT_FOUND, "The command does not exist in this shell."
                ),
            )
        if question.operation is Operation.SEND:
            command.stdin += question.stdin
            if question.stdin_ends:
                self._run(command)
            return Response(200, wsman_answers.done(question))
        if question.operation is Operation.RECEIVE:
            return await self._receive(question, command)
        if command.output is not None and not command.output.done():
            command.output.cancel()
        del shell[question.command_id]
        return Response(200, wsman_answers.done(question))

    def _start(self, question: Question, shell: dict[str, Command]) -> Response:
        command_id = str(uuid.uuid4()).upper()
        shell[command_id] = command = Command(question.command_line)
        if not question.expects_stdin:
            self._run(command)
        return Response(200, wsman_answers.started(question, command_id))

    def _run(self, command: Command) -> None:
        command.output = asyncio.get_running_loop().create_task(self._execute(command))

    async def _execute(self, command: Command) -> Output:
        stdin, command.stdin = bytes(command.stdin), bytearray()
        try:
            command.job = command.job or payload.decode(command.line, stdin)
        except payload.PayloadError as error:
            text = f"The lab does not understand this payload: {error}"
            self._host.unanswered.append(text)
            return Output(b"", text.encode(), 1)
        self._host.counters.stdin[command.job.name] += len(stdin)
        return await self._host.run(dataclasses.replace(command.job, line=command.line, stdin=stdin))

    async def _receive(self, question: Question, command: Command) -> Response:
        if command.output is None:
            self._run(command)
        running = t.cast("asyncio.Task[Output]", command.output)
        finished, dummy = await asyncio.wait({running}, timeout=question.timeout)
        if not finished:
            text = (
                "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
            )
            return Response(500, wsman_answers.fault(question.message_id, wsman.OPERATION_TIMEOUT, text))
        result = running.result()
        return Response(200, wsman_answers.output(question, result.stdout, result.stderr, result.exit_code))
