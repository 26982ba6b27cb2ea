# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host was asked and what it cost: counted, so that a test can assert it."""

from __future__ import annotations

import collections
import dataclasses
import typing as t


@dataclasses.dataclass
class Counters:
    """Counts of one host since the last reset.

    ``executions``: commands run, by module name ("raw" for plain commands). ``requests``: POSTs, by WS-Management
    operation.
    ``bytes_in`` and ``bytes_out``: HTTP bodies, by operation. ``connections``: TCP connections to WinRM. ``stdin``:
    bytes of input, by module. ``become``: executions for which another account was asked for. ``microseconds``: how
    long programs ran.
    """

    executions: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    requests: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    bytes_in: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    bytes_out: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    stdin: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    handshakes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    connections: int = 0
    shells: int = 0
    reboots: int = 0
    become: int = 0
    microseconds: int = 0
    logons_refused: int = 0

    def reset(self) -> None:
        """Back to zero."""
        for field in dataclasses.fields(self):
            setattr(self, field.name, 0 if field.type == "int" else collections.Counter())

    def as_dict(self) -> dict[str, t.Any]:
        """Totals and details as plain data."""
        answer: dict[str, t.Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            answer[field.name] = (
                value if isinstance(value, int) else {"total": sum(value.values()), **dict(sorted(value.items()))}
            )
        return answer
