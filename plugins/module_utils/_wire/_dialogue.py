# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The talk before TLS begins, as a state machine without a socket; one small class per protocol elsewhere.

A dialogue is fed bytes as they come, in pieces of any size, and answers with what to send next, ``READY`` when the
ClientHello may follow, a ``Failure``, or ``NEED_DATA``.
"""

from __future__ import annotations

import enum
import typing as t

from ._flight import NEED_DATA, NeedData
from ._status import Failure, Status

__all__ = ["READY", "Dialogue", "LineDialogue", "Ready", "Step", "quoted"]

# RFC 5321 4.5.3.1.5 limits reply lines to 512 bytes and names no limit for their number; both are generous here.
MAX_LINE, MAX_REPLY = 4096, 1 << 16


class Ready(enum.Enum):
    """The only value: the peer waits for our ClientHello."""

    READY = "ready"


READY = Ready.READY

Step = t.Union[bytes, Ready, Failure, NeedData]


class Dialogue:
    """What all dialogues share: a buffer, and the sentence for an early end."""

    #: What the peer should have said, for the sentence when it ends the stream.
    protocol = "TLS"

    def __init__(self) -> None:
        self._data = bytearray()
        self._received = 0

    def start(self) -> Step:
        """The first step, before anything was received."""
        return READY

    def receive_data(self, data: bytes) -> Step:
        """Take bytes and answer with the next step."""
        self._data += data
        self._received += len(data)
        if self._received > MAX_REPLY:
            return Failure(
                Status.NO_TLS, f"The peer sent more than {MAX_REPLY} bytes that are no {self.protocol} reply."
            )
        return self._next()

    def receive_end(self, reset: bool) -> Failure:
        """The peer ended the stream before TLS could begin: typically a limit, so it is worth another try."""
        how = "reset the connection" if reset else "closed the connection"
        return Failure(Status.THROTTLED, f"The peer {how} before TLS could begin ({self.protocol}).")

    def rest(self) -> bytes:
        """Bytes received beyond the dialogue; they belong to TLS."""
        rest = bytes(self._data)
        self._data.clear()
        return rest

    def _next(self) -> Step:
        return READY


class LineDialogue(Dialogue):
    """A dialogue of lines. Subclasses implement ``_on_line``."""

    def _next(self) -> Step:
        while True:
            end = self._data.find(b"\n")
            if end < 0:
                return self._too_long() if len(self._data) > MAX_LINE else NEED_DATA
            if end > MAX_LINE:
                return self._too_long()
            line = bytes(self._data[:end]).rstrip(b"\r").decode("ascii", "replace")
            del self._data[: end + 1]
            step = self._on_line(line)
            if step is not NEED_DATA:
                return step

    def _too_long(self) -> Failure:
        return Failure(Status.NO_TLS, f"The peer sent a line of more than {MAX_LINE} bytes, no {self.protocol} reply.")

    def _on_line(self, line: str) -> Step:
        raise NotImplementedError


def quoted(text: str) -> str:
    """Text of the peer, safe in a sentence: printable, at most 120 characters, in quotes."""
    clean = "".join(char if char.isprintable() else "?" for char in text)
    return "'" + (clean if len(clean) <= 120 else clean[:117] + "...") + "'"
