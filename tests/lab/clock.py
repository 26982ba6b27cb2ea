# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows time: FILETIME counts 100 ns since 1601-01-01 UTC; every simulated host has its own clock."""

from __future__ import annotations

import time
import typing as t

_UNIX_EPOCH = 116_444_736_000_000_000
_TICKS_EPOCH = 504_911_232_000_000_000  # .NET ticks count from year 1
TICKS_PER_SECOND = 10_000_000


def filetime(unix_seconds: float) -> int:
    """Unix seconds as FILETIME."""
    return _UNIX_EPOCH + int(unix_seconds * TICKS_PER_SECOND)


def unix_seconds(value: int) -> float:
    """FILETIME as Unix seconds."""
    return (value - _UNIX_EPOCH) / TICKS_PER_SECOND


def dotnet_ticks(value: int) -> int:
    """FILETIME as DateTime.Ticks, the form in which Exchange stamps its component states."""
    return value + _TICKS_EPOCH


class Clock:
    """The clock of one host: the machine's own, shifted by ``offset`` seconds (which a test may change at any time).

    ``offset`` is time that passed, ``set_by`` what somebody set the clock by, which no uptime sees.

    Two readings never go backwards and never repeat, as last-write times of a real hive do not within one host's life.
    """

    def __init__(self, offset: float = 0.0, source: t.Callable[[], float] = time.time) -> None:
        self.offset = offset
        self.set_by = 0.0
        self._source = source
        self._last = 0

    def now(self) -> int:
        """Present time as FILETIME."""
        value = filetime(self._source() + self.offset + self.set_by)
        if value <= self._last and self._last - value < TICKS_PER_SECOND:
            value = self._last + 1
        self._last = value
        return value

    def passed(self) -> int:
        """The same without what the clock was set by: differences of it are time that passed."""
        return filetime(self._source() + self.offset)
