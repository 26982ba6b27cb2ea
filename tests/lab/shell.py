# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the two kinds of remote shell have in common: questions in, programs that run on the host, answers out."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import typing as t

from . import payload, wsman, wsman_answers
from .faults import PowerLossError
from .http_server import Response
from .result import Output
from .wsman import Question

if t.TYPE_CHECKING:
    from .host import LabHost


class Shell(t.Protocol):
    """One remote shell of a client."""

    def read(self, question: Question) -> str:
        """Takes in what a request says, without carrying it out. The module that it belongs to, "" if not known."""

    async def answer(self, question: Question) -> Response:
        """Carries out a request that was read."""

    async def settle(self, question: Question) -> None:
        """Waits for what a request has set going: it has its effect even if nobody asks for the output."""

    def end(self) -> None:
        """Ends every program in it."""


@dataclasses.dataclass
class Program:
    """Something that a client has started on a host: its command line, its input, its output once it has run."""

    host: LabHost
    line: str
    stdin: bytearray = dataclasses.field(default_factory=bytearray)
    job: payload.Job | None = None
    output: asyncio.Task[Output] | None = None

    def identify(self, more: bytes = b"") -> str:
        """Name of the module in the input, which ``more`` completes; "" where it is none."""
        if self.job is None:
            with contextlib.suppress(payload.PayloadError):
                self.job = payload.decode(self.line, bytes(self.stdin) + more)
        return self.name

    @property
    def name(self) -> str:
        """Name of the module, "" until it is known."""
        return self.job.name if self.job else ""

    def run(self) -> None:
        """Starts, once."""
        if self.output is None:
            self.output = asyncio.get_running_loop().create_task(self._execute())

    async def _execute(self) -> Output:
        stdin, self.stdin = bytes(self.stdin), bytearray()
        try:
            self.job = self.job or payload.decode(self.line, stdin)
        except payload.PayloadError as error:
            text = f"The lab does not understand this payload: {error}"
            self.host.unanswered.append(text)
            return Output(b"", text.encode(), 1)
        self.host.counters.stdin[self.job.name] += len(stdin)
        return await self.host.run(dataclasses.replace(self.job, line=self.line, stdin=stdin))

    async def wait(self, seconds: float) -> Output | None:
        """The output, None if there is none in time: what waits for its input has none."""
        if self.output is None:
            await asyncio.sleep(seconds)
            return None
        finished, dummy = await asyncio.wait({self.output}, timeout=seconds)
        return self.output.result() if finished else None

    async def settle(self) -> None:
        """Waits for its end."""
        if self.output is not None:
            with contextlib.suppress(PowerLossError):
                await asyncio.shield(self.output)

    def end(self) -> None:
        """Ends it, wherever it is."""
        if self.output is not None and not self.output.done():
            self.output.cancel()


def gone(question: Question, text: str) -> Response:
    """The fault for a shell or a command that is not there (any more)."""
    return Response(500, wsman_answers.fault(question.message_id, wsman.SHELL_NOT_FOUND, text))


def later(question: Question) -> Response:
    """The fault for a Receive without output in time; clients ask again."""
    text = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
    return Response(500, wsman_answers.fault(question.message_id, wsman.OPERATION_TIMEOUT, text))
