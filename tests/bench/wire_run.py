# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One tool at one server: what it found beside the truth, what it took."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
import tempfile
import time
import typing as t

from wire_servers.splice import Faults, splice

from .wire_tools import Tool

#: Nobody's scan takes longer here; what does is counted as finding nothing.
_PATIENCE = 600.0

Truth = t.Mapping[str, t.Collection[int]]


@dataclasses.dataclass(frozen=True)
class Run:
    """seconds: by the clock. cpu: of the tool and what it started. found, missed, invented: pairs of version
    and suite.

    order: the lists come in the order of the server; None where that cannot be told.
    """

    seconds: float
    cpu: float
    connections: int
    found: int
    missed: int
    invented: int
    order: bool | None = None


def measure(
    tool: Tool,
    port: int,
    transport: str,
    truth: Truth,
    told: t.Mapping[str, t.Sequence[int]] | None = None,
    delay: float = 0.0,
) -> Run | None:
    """truth: by brute force. told: the order that the server was told. delay: seconds each way. None: cannot ask."""
    with splice(port, None, Faults(delay=delay)) as between:
        words = tool.words(between.port, transport)
        if words is None or tool.path is None:
            return None
        output, seconds, cpu = run_measured([tool.path, *words])
        connections = between.connections
    try:
        seen = tool.read(output)
    except (ValueError, KeyError, SyntaxError):  # ParseError of XML is a SyntaxError
        seen = {}
    wanted = {(version, suite) for version, suites in truth.items() for suite in suites}
    found = {(version, suite) for version, suites in seen.items() for suite in suites}
    order = None if told is None else all(seen.get(version) == list(suites) for version, suites in told.items())
    return Run(seconds, cpu, connections, len(found), len(wanted - found), len(found - wanted), order)


def run_measured(command: t.Sequence[str]) -> tuple[str, float, float]:
    """Standard output, wall and processor seconds of a command and all that it waited for."""
    with tempfile.TemporaryDirectory() as name:
        output = pathlib.Path(name) / "output"
        with output.open("wb") as sink:
            begun = time.monotonic()
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.DEVNULL, cwd=name
            )
            while True:
                pid, _status, used = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                if time.monotonic() - begun > _PATIENCE:
                    process.kill()
                time.sleep(0.01)
            seconds = time.monotonic() - begun
        process.returncode = 0  # it has been waited for; Popen need not
        return output.read_text(encoding="utf-8", errors="replace"), seconds, used.ru_utime + used.ru_stime
