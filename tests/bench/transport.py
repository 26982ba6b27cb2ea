# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one host costs: executions, requests and bytes of our modules beside those of ansible.windows, on the lab.

``make bench`` prints the table of docs/performance.md. Only with ``--engine powershell`` does the wall time hold the
work of the host; with the emulated engine it is that of the controller.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import statistics
import tempfile
import time
import typing as t

from integration.controller import Controller, task
from lab.lab import Lab

PERSONA = "ex2016_ws2016_mistakes"
SCHANNEL = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"

Task = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table; ``seconds``: median wall time of the runs, the start of Ansible included."""

    name: str
    executions: int
    requests: int
    stdin: int
    sent: int
    received: int
    seconds: float


def regedit(number: int) -> list[Task]:
    """``number`` tasks that write one value each, as a playbook without this collection would."""
    return [
        {
            "name": f"value {index}",
            "ansible.windows.win_regedit": {
                "path": rf"{SCHANNEL}\Protocols\TLS 1.0\Server",
                "name": f"Bench{index}",
                "data": 0,
                "type": "dword",
            },
        }
        for index in range(number)
    ]


def subjects(values: int) -> dict[str, list[Task]]:
    """What is measured, by name."""
    return {
        "win_ping": [{"name": "ping", "ansible.windows.win_ping": {}}],
        "state_info": [task("read", "state_info")],
        "baseline, stage prepare, check mode": [task("plan", "baseline", check_mode=True)],
        "baseline, stage prepare, written": [task("write", "baseline")],
        f"{values} tasks of win_regedit": regedit(values),
    }


def measure(engine: str, runs: int, values: int) -> list[Row]:
    """Every subject ``runs`` times on a fresh host each; counts are of one run, they do not vary."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, tasks in subjects(values).items():
            times, counters = [], None
            for _run in range(runs):
                with Lab.start(PERSONA, engine=engine) as lab:
                    begun = time.monotonic()
                    Controller(pathlib.Path(folder), lab.inventory_path).play(*tasks)
                    times.append(time.monotonic() - begun)
                    counters = lab.host("ex1").counters.as_dict()
            if counters is None:
                raise SystemExit("at least one run is needed")
            rows.append(
                Row(
                    name,
                    counters["executions"]["total"],
                    counters["requests"]["total"],
                    counters["stdin"]["total"],
                    counters["bytes_in"]["total"],
                    counters["bytes_out"]["total"],
                    statistics.median(times),
                )
            )
    return rows


def table(rows: t.Sequence[Row]) -> str:
    """Markdown; ratios are to the first row."""
    first = rows[0]
    lines = [
        "| Play of one task | executions | requests | bytes of input | sent | received | input | wall time |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.executions} | {row.requests} | {row.stdin:,} | {row.sent:,} | {row.received:,} "
        f"| {row.stdin / first.stdin:.2f} x | {row.seconds / first.seconds:.2f} x |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--engine", default="emulated", choices=["emulated", "powershell"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--values", type=int, default=60, help="how many tasks of win_regedit")
    options = parser.parse_args()
    print(table(measure(options.engine, options.runs, options.values)))


if __name__ == "__main__":
    main()
