# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A runspace pool of PowerShell ([MS-PSRP]) in a WS-Management shell; what ``ansible_connection: psrp`` uses.

The protocol itself is the server half of psrpcore. A pipeline of Ansible is one script, with lines of text as its
input; it runs as the same job that a command line with the same script would be.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import re
import typing as t
import uuid

from psrpcore import (
    CreatePipelineEvent,
    EndOfPipelineInputEvent,
    InitRunspacePoolEvent,
    PipelineInputEvent,
    PSRPCoreError,
    PSRPEvent,
    PSRPPayload,
    ServerPipeline,
    ServerRunspacePool,
    SessionCapabilityEvent,
    StreamType,
)
from psrpcore.types import HostMethodIdentifier

from . import wsman_answers
from .http_server import Response
from .result import Output
from .shell import Program, gone, later
from .wsman import Operation, Question, WsmanError

if t.TYPE_CHECKING:
    from .host import LabHost

#: What an answer needs beside its data.
_ENVELOPE = 4096


@dataclasses.dataclass
class _Pipeline:
    """``ready``: script and input are complete. ``told``: its output was handed to the protocol."""

    server: ServerPipeline
    program: Program
    ready: bool = False
    told: bool = False


class RunspaceShell:
    """One runspace pool and its pipelines. Raises WsmanError where the client breaks the protocol."""

    def __init__(self, host: LabHost, question: Question) -> None:
        self._host = host
        self._pool = ServerRunspacePool()
        self._pipelines: dict[uuid.UUID, _Pipeline] = {}
        #: What waits for a Receive: of the pool (None) and of each pipeline.
        self._waiting: dict[uuid.UUID | None, collections.deque[bytes]] = collections.defaultdict(collections.deque)
        self._take_in(question.data)

    def read(self, question: Question) -> str:
        """Takes in the messages of a request; name of the module, known as soon as the input is complete."""
        if question.operation is Operation.COMMAND:
            identity = _uuid(question)
            program = Program(self._host, "")
            self._pipelines[identity] = _Pipeline(ServerPipeline(self._pool, identity), program)
        self._take_in(question.data or question.stdin)
        pipeline = self._find(question)
        if pipeline is None or not pipeline.ready:
            return ""
        return pipeline.program.identify()

    async def answer(self, question: Question) -> Response:
        """Carries out a request that was read."""
        if not question.command_id:
            return self._of_pool(question)
        pipeline = self._find(question)
        if pipeline is None:
            return gone(question, "The pipeline does not exist in this runspace pool.")
        if question.operation is Operation.RECEIVE:
            return await self._receive(question, pipeline)
        if question.operation is Operation.SIGNAL:
            pipeline.program.end()
            self._forget(_uuid(question))
            return Response(200, wsman_answers.done(question))
        if pipeline.ready:
            pipeline.program.run()
        if question.operation is Operation.COMMAND:
            return Response(200, wsman_answers.started(question, question.command_id))
        return Response(200, wsman_answers.done(question))

    async def settle(self, question: Question) -> None:
        """Waits for the pipeline of a request."""
        pipeline = self._find(question)
        if pipeline is not None:
            await pipeline.program.settle()

    def end(self) -> None:
        """Ends every pipeline in it."""
        for pipeline in self._pipelines.values():
            pipeline.program.end()

    # -- in -----------------------------------------------------------------------------------------------------------

    def _take_in(self, data: bytes) -> None:
        if not data:
            return
        try:
            self._pool.receive_data(PSRPPayload(data, StreamType.default, None))
            for event in iter(self._pool.next_event, None):
                self._handle(event)
        except PSRPCoreError as error:
            raise WsmanError(f"messages that break the remoting protocol of PowerShell: {error}") from error

    def _handle(self, event: PSRPEvent[t.Any, t.Any]) -> None:
        pipeline = self._pipelines.get(event.pipeline_id)
        if isinstance(event, (SessionCapabilityEvent, InitRunspacePoolEvent)):
            return
        if pipeline is None:
            raise WsmanError(f"unknown message {type(event).__name__} to a runspace pool")
        if isinstance(event, CreatePipelineEvent):
            pipeline.program.line = _command_line(event)
            pipeline.ready = event.pipeline.no_input
            pipeline.server.start()
        elif isinstance(event, PipelineInputEvent):
            pipeline.program.stdin += f"{event.data}\n".encode()
        elif isinstance(event, EndOfPipelineInputEvent):
            pipeline.ready = True
        else:
            raise WsmanError(f"unknown message {type(event).__name__} to a pipeline")

    def _find(self, question: Question) -> _Pipeline | None:
        return self._pipelines.get(_uuid(question)) if question.command_id else None

    def _forget(self, identity: uuid.UUID) -> None:
        del self._pipelines[identity]
        self._pool.pipeline_table.pop(identity, None)
        self._waiting.pop(identity, None)

    # -- out ----------------------------------------------------------------------------------------------------------

    def _of_pool(self, question: Question) -> Response:
        if question.operation is not Operation.RECEIVE:
            return Response(200, wsman_answers.done(question))
        self._flush(question)
        waiting = self._waiting[None]
        return Response(200, wsman_answers.messages(question, waiting.popleft(), False)) if waiting else later(question)

    async def _receive(self, question: Question, pipeline: _Pipeline) -> Response:
        if not pipeline.told:
            output = await pipeline.program.wait(question.timeout)
            if output is None:
                return later(question)
            _tell(pipeline.server, output)
            pipeline.told = True
            self._flush(question)
        waiting = self._waiting[pipeline.server.pipeline_id]
        data = waiting.popleft() if waiting else b""
        return Response(200, wsman_answers.messages(question, data, not waiting))

    def _flush(self, question: Question) -> None:
        """Everything that is to be sent, in pieces of which each fits into one answer."""
        room = max(question.max_envelope - _ENVELOPE, _ENVELOPE) // 4 * 3
        for payload in iter(lambda: self._pool.data_to_send(room), None):
            self._waiting[payload.pipeline_id].append(payload.data)


def _tell(server: ServerPipeline, output: Output) -> None:
    """Output as PowerShell gives it: an object for every line, lines for the host's error display, the code of exit."""
    for line in _lines(output.stdout):
        server.write_output(line)
    for line in _lines(output.stderr):
        server.host_call(HostMethodIdentifier.WriteErrorLine, [line])
    if output.exit_code:
        server.host_call(HostMethodIdentifier.SetShouldExit, [output.exit_code])
    server.complete()


def _lines(output: bytes) -> list[str]:
    return re.split(r"\r?\n", output.decode("utf-8", "replace").rstrip("\r\n")) if output else []


def _command_line(event: CreatePipelineEvent) -> str:
    """The command line that starts the same script in a PowerShell of its own."""
    commands = event.pipeline.commands
    if len(commands) != 1 or not commands[0].is_script or commands[0].parameters:
        raise WsmanError("a pipeline that is not one script without parameters")
    encoded = base64.b64encode(commands[0].command_text.encode("utf-16-le")).decode("ascii")
    return f"PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand {encoded}"


def _uuid(question: Question) -> uuid.UUID:
    try:
        return uuid.UUID(question.command_id)
    except ValueError as error:
        raise WsmanError(f"a pipeline with the id {question.command_id!r}, which is no UUID") from error
