# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One connection from its first byte to its answer, still without a socket: the dialogue, then the hello."""

from __future__ import annotations

import dataclasses
import typing as t

from ._dialogue import READY, Dialogue, Step
from ._flight import NEED_DATA, Answer, NeedData, Probe
from ._status import Failure, Status

__all__ = ["Attempt", "Outcome", "Silent"]


@dataclasses.dataclass(frozen=True)
class Silent:
    """Our hello was sent and nothing came back in time. after_bytes: received until then, too few to mean anything."""

    after_bytes: int


Outcome = t.Union[Answer, Failure, Silent]


class Attempt:
    """Feed it what the socket gives; ``outcome`` is ``NEED_DATA`` until the connection has served its purpose."""

    def __init__(self, dialogue: Dialogue, hello: bytes) -> None:
        self._dialogue = dialogue
        self._probe = Probe(hello)
        self._to_send = b""
        self._hello_sent = False
        self._received = 0
        self._outcome: Outcome | NeedData = NEED_DATA

    @property
    def outcome(self) -> Outcome | NeedData:
        return self._outcome

    @property
    def hello_sent(self) -> bool:
        return self._hello_sent

    def data_to_send(self) -> bytes:
        data, self._to_send = self._to_send, b""
        return data

    def connected(self) -> None:
        self._take(self._dialogue.start())

    def receive_data(self, data: bytes) -> None:
        if self._outcome is not NEED_DATA:
            return
        if self._hello_sent:
            self._received += len(data)
            self._probe.receive_data(data)
            self._outcome = self._probe.answer
        else:
            self._take(self._dialogue.receive_data(data))

    def receive_end(self, reset: bool) -> None:
        if self._outcome is not NEED_DATA:
            return
        if self._hello_sent:
            self._probe.receive_end(reset)
            self._outcome = self._probe.answer
        else:
            self._outcome = self._dialogue.receive_end(reset)

    def time_over(self) -> None:
        """The driver's patience has ended."""
        if self._outcome is not NEED_DATA:
            return
        if not self._hello_sent:
            self._outcome = Failure(
                Status.TIMEOUT, f"The peer stopped answering before TLS ({self._dialogue.protocol})."
            )
        else:
            # What was chosen stays chosen, even when the rest of the flight never came.
            self._outcome = self._probe.chosen or Silent(self._received)

    def _take(self, step: Step) -> None:
        if isinstance(step, bytes):
            self._to_send += step
        elif isinstance(step, Failure):
            self._outcome = step
        elif step is READY:
            self._to_send += self._probe.data_to_send()
            self._hello_sent = True
            rest = self._dialogue.rest()
            if rest:
                self.receive_data(rest)
