# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Figures as the tables of docs/performance.md."""

from __future__ import annotations

import math
import typing as t

from .runs import Row
from .subjects import AUDIT, EMPTY, PING, STATE, TASKS, VALUES, WRITE

_MB = 1_000_000


#: Members of Cost that are told as a multiple of win_ping.
_RATIOS = ("cpu", "wall", "stdin")
_HEAD = (
    "Hosts", "Run", "CPU", "wall", "executions", "requests", "bytes of input", "sent", "received",
    "memory: controller", "lab", "CPU : win_ping", "wall : win_ping", "input : win_ping",
)  # fmt: skip


def costs(rows: t.Sequence[Row]) -> str:
    """Everything about every subject; ratios are to win_ping on as many hosts."""
    return _table(_HEAD, (_cells(row, _of(rows, PING.name, row.hosts)) for row in rows))


def _cells(row: Row, ping: Row | None) -> tuple[str, ...]:
    cost = row.cost
    base = None if ping is None else ping.cost
    return (
        str(row.hosts),
        row.subject,
        f"{cost.cpu:.1f} s",
        f"{cost.wall:.1f} s",
        *(f"{number:,}" for number in (cost.executions, cost.requests, cost.stdin, cost.sent, cost.received)),
        *(f"{number / _MB:.0f} MB" for number in (cost.memory, cost.lab_memory)),
        *(("", "", "") if base is None else (f"{getattr(cost, one) / getattr(base, one):.2f} x" for one in _RATIOS)),
    )


def _table(head: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def goals(rows: t.Sequence[Row]) -> str:
    """What was to be reached, and whether it was, on every number of hosts."""
    found = [(hosts, *goal) for hosts in sorted({row.hosts for row in rows}) for goal in _goals(rows, hosts)]
    cells = (
        (f"{name}: {bound}", str(hosts), value, "reached" if is_reached else "missed")
        for hosts, name, bound, value, is_reached in found
    )
    return _table(("Goal", "Hosts", "Measured", ""), cells)


def time_on_host(rows: t.Sequence[Row]) -> str:
    """What one execution takes on a host, from its start with its input whole to its end, and the goal for it."""
    found = [row for row in rows if row.cost.executions]
    lines = [(row.subject, str(row.cost.executions), f"{row.cost.on_hosts:.2f} s") for row in found]
    ping, state = (_of(rows, subject.name, 1) for subject in (PING, STATE))
    if not (ping and state):
        return ""
    ratio = state.cost.on_hosts / ping.cost.on_hosts
    name, bound, value, is_reached = _at_most("Time of state_info : win_ping on the host", 0.8, ratio)
    said = f"{name}: {value}, wanted {bound}; {'reached' if is_reached else 'missed'}."
    return f"{_table(('Run', 'executions', 'time on the host'), lines)}\n\n{said}"


def _goals(rows: t.Sequence[Row], hosts: int) -> t.Iterator[tuple[str, str, str, bool]]:
    empty, ping, state, audit, write, tasks = (
        _of(rows, subject.name, hosts) for subject in (EMPTY, PING, STATE, AUDIT, WRITE, TASKS)
    )
    if ping and state:
        yield _at_most("input of state_info : win_ping", 0.5, round(state.cost.stdin / ping.cost.stdin, 2))
        yield _at_most("CPU of state_info : win_ping", 1.0, state.cost.cpu / ping.cost.cpu)
    if ping and audit:
        yield _at_most("CPU of audit without wire : win_ping", 1.5, audit.cost.cpu / ping.cost.cpu)
        yield _at_most("wall time of audit without wire : win_ping", 1.5, audit.cost.wall / ping.cost.wall)
    if empty and write and tasks:
        # The start of Ansible is the same for both and hides everything on one host.
        ratio = (tasks.cost.cpu - empty.cost.cpu) / (write.cost.cpu - empty.cost.cpu)
        yield _at_least(f"CPU of {VALUES} tasks : {VALUES} values in one, without the start", 40, ratio)
        yield _at_least(f"input of {VALUES} tasks : {VALUES} values in one", 40, tasks.cost.stdin / write.cost.stdin)
    if hosts >= 200:
        highest = max(row.cost.lab_memory for row in rows if row.hosts == hosts)
        yield "memory of the lab", "at most 300 MB", f"{highest / _MB:.0f} MB", highest <= 300 * _MB


def _at_most(name: str, bound: float, value: float) -> tuple[str, str, str, bool]:
    return name, f"at most {bound}", f"{value:.2f}", value <= bound


def _at_least(name: str, bound: float, value: float) -> tuple[str, str, str, bool]:
    return name, f"at least {bound}", f"{value:.1f}", value >= bound


def growth(rows: t.Sequence[Row]) -> str:
    """CPU of the controller per host, start of Ansible included."""
    names = list(dict.fromkeys(row.subject for row in rows))
    lines = []
    for hosts in sorted({row.hosts for row in rows}):
        found = [_of(rows, name, hosts) for name in names]
        lines.append([str(hosts), *(f"{1000 * row.cost.cpu / hosts:.0f} ms" if row else "" for row in found)])
    return _table(["Hosts", *names], lines)


def paper(rows: t.Sequence[Row], hosts: int = 5000, processors: int = 2, slices: int = 10) -> str:
    """What more hosts need, reckoned from the two largest runs that were measured."""
    head = (
        f"{hosts:,} hosts",
        "CPU",
        f"one runner of {processors} processors",
        f"each of {slices} runners or slices",
        "memory of the one runner",
        "of each",
    )
    lines = []
    for name in dict.fromkeys(row.subject for row in rows):
        sizes = sorted((row for row in rows if row.subject == name), key=lambda row: row.hosts)[-2:]
        if len(sizes) == 2:
            cpu, memory = (_line(*sizes, of) for of in ("cpu", "memory"))
            each = math.ceil(hosts / slices)
            minutes = (f"{cpu(count) / processors / 60:.1f} min" for count in (hosts, each))
            lines.append(
                [name, f"{cpu(hosts):,.0f} s", *minutes, *(f"{memory(n) / _MB:,.0f} MB" for n in (hosts, each))]
            )
    return _table(head, lines)


def _line(few: Row, many: Row, of: str) -> t.Callable[[int], float]:
    """The straight line through two measured costs; what does not grow stays."""
    low, high = float(getattr(few.cost, of)), float(getattr(many.cost, of))
    each = max(0.0, (high - low) / (many.hosts - few.hosts))
    return lambda hosts: high + each * (hosts - many.hosts)


def shares(parts: t.Mapping[str, float]) -> str:
    """Whose time it is; what is below one part in 200 is left out."""
    whole = sum(parts.values())
    cells = ((name, f"{100 * part / whole:.1f} %") for name, part in parts.items() if part > whole / 200)
    return _table(("", "of the CPU time"), cells)


def _of(rows: t.Sequence[Row], name: str, hosts: int) -> Row | None:
    return next((row for row in rows if (row.subject, row.hosts) == (name, hosts)), None)
