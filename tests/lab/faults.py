# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: what may go wrong on a host, at which request, in which module or operation, how often."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .registry import ACCESS_DENIED

if t.TYPE_CHECKING:
    from .payload import Job


class What(str, enum.Enum):
    """Kinds of fault."""

    CUT_BEFORE = "cut_before"  #: the connection ends, the request was not carried out
    CUT_AFTER = "cut_after"  #: the request was carried out, its answer is lost
    DELAY = "delay"  #: the answer comes ``seconds`` late
    SLOW = "slow"  #: the command runs ``seconds`` longer
    ANSWER = "answer"  #: the command prints ``stdout`` (and ``stderr``) instead of its own output
    HTTP = "http"  #: the listener answers ``status`` instead
    POWER_LOSS = "power_loss"  #: the host loses power, at registry write number ``at_write`` of a change
    DENY_WRITE = "deny_write"  #: registry write number ``at_write`` of a change fails with ``code``
    DISK_FULL = "disk_full"  #: no file can be written (Win32 error 112)
    MUTEX_BUSY = "mutex_busy"  #: another writer holds the host
    NO_SCHEDULER = "no_scheduler"  #: no task can be made


class PowerLossError(Exception):
    """The host goes dark in the middle of what it is doing."""


@dataclasses.dataclass
class Fault:
    """One fault. It strikes when all its conditions hold, ``times`` times (0 = always), after ``skip`` matches.

    ``request``: number of the request on this host since the fault was added (1 = the next). ``operation``: Create,
    Command, Send, Receive, Signal or Delete. ``module``: the module that the command runs, "raw" for plain commands.
    """

    what: What
    request: int | None = None
    operation: str | None = None
    module: str | None = None
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    status: int = 500
    at_write: int = 0
    code: int = ACCESS_DENIED
    struck: int = dataclasses.field(default=0, compare=False)
    seen: int = dataclasses.field(default=0, compare=False)

    def matches(self) -> bool:
        """Counts a situation in which all conditions hold; whether the fault strikes there."""
        self.seen += 1
        if self.seen <= self.skip or (self.times and self.struck >= self.times):
            return False
        self.struck += 1
        return True


_WIRE = (What.CUT_BEFORE, What.CUT_AFTER, What.DELAY, What.HTTP)


class Faults:
    """The faults of one host."""

    def __init__(self) -> None:
        self._faults: list[tuple[Fault, int]] = []
        self._requests = 0
        self._module = ""

    def add(self, what: str | What, **conditions: t.Any) -> Fault:
        """Adds a fault; its conditions are the fields of :class:`Fault`. Raises ValueError for an unknown kind,
        TypeError for an unknown condition.
        """
        fault = Fault(What(what), **conditions)
        self._faults.append((fault, self._requests))
        return fault

    def clear(self) -> None:
        """No more faults."""
        self._faults.clear()

    def on_request(self, operation: str, module: str) -> list[Fault]:
        """Counts a request; the wire faults that strike it."""
        self._requests += 1
        return [
            fault
            for fault, since in self._faults
            if fault.what in _WIRE
            and fault.request in (None, self._requests - since)
            and fault.operation in (None, operation)
            and _same_module(fault.module, module)
            and fault.matches()
        ]

    def on_execution(self, job: Job) -> tuple[float, Fault | None]:
        """Seconds that a command runs longer, and the fault that replaces its output. Remembers the module for the
        faults inside it.
        """
        self._module = job.name
        slow = self._first(What.SLOW)
        return slow.seconds if slow else 0.0, self._first(What.ANSWER)

    def mutex_busy(self) -> bool:
        """Whether another writer holds the host now."""
        return self._first(What.MUTEX_BUSY) is not None

    def disk_full(self) -> bool:
        """Whether a file cannot be written now."""
        return self._first(What.DISK_FULL) is not None

    def no_scheduler(self) -> bool:
        """Whether a task cannot be made now."""
        return self._first(What.NO_SCHEDULER) is not None

    def before_write(self, number: int) -> int:
        """Asked before registry write ``number`` (from 0) of a change, and once after the last: Win32 code of a
        failure, 0 = go on. Raises PowerLossError.
        """
        for fault, _since in self._faults:
            if fault.what not in (What.POWER_LOSS, What.DENY_WRITE) or fault.at_write != number:
                continue
            if _same_module(fault.module, self._module) and fault.matches():
                if fault.what is What.POWER_LOSS:
                    raise PowerLossError
                return fault.code
        return 0

    def _first(self, what: What) -> Fault | None:
        for fault, _since in self._faults:
            if fault.what is what and _same_module(fault.module, self._module) and fault.matches():
                return fault
        return None


def _same_module(wanted: str | None, module: str) -> bool:
    return wanted is None or wanted == module or wanted == module.rsplit(".", 1)[-1]
