# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command shell of winrs: command lines with input and output as bytes; what ``ansible_connection: winrm`` uses."""

from __future__ import annotations

import typing as t
import uuid

from . import wsman_answers
from .http_server import Response
from .shell import Program, gone, later
from .wsman import Operation, Question

if t.TYPE_CHECKING:
    from .host import LabHost


class CommandShell:
    """One command shell and its commands."""

    def __init__(self, host: LabHost) -> None:
        self._host = host
        self._commands: dict[str, Program] = {}

    def read(self, question: Question) -> str:
        """Name of the module that a request belongs to, known as soon as its input is complete."""
        command = self._commands.get(question.command_id)
        if command is None:
            return ""
        if question.operation is Operation.SEND and question.stdin_ends:
            return command.identify(question.stdin)
        return command.name

    async def answer(self, question: Question) -> Response:
        """Carries out a request that was read."""
        if question.operation is Operation.COMMAND:
            return self._start(question)
        command = self._commands.get(question.command_id)
        if command is None:
            return gone(question, "The command does not exist in this shell.")
        if question.operation is Operation.RECEIVE:
            output = await command.wait(question.timeout)
            if output is None:
                return later(question)
            return Response(200, wsman_answers.output(question, output.stdout, output.stderr, output.exit_code))
        if question.operation is Operation.SEND:
            command.stdin += question.stdin
            if question.stdin_ends:
                command.run()
        else:
            command.end()
            del self._commands[question.command_id]
        return Response(200, wsman_answers.done(question))

    def _start(self, question: Question) -> Response:
        command_id = str(uuid.uuid4()).upper()
        self._commands[command_id] = command = Program(self._host, question.command_line)
        if not question.expects_stdin:
            command.run()
        return Response(200, wsman_answers.started(question, command_id))

    async def settle(self, question: Question) -> None:
        """Waits for the command of a request."""
        command = self._commands.get(question.command_id)
        if command is not None:
            await command.settle()

    def end(self) -> None:
        """Ends every command in it."""
        for command in self._commands.values():
            command.end()
