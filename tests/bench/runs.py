# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runs of one table: every subject on the same number of hosts, taken in turns."""

from __future__ import annotations

import dataclasses
import pathlib
import statistics
import sys
import tempfile
import typing as t

from .measuring import Cost, Estate
from .subjects import Subject

#: What does not change from run to run is taken from the first, what does is the median.
_VARY = ("on_hosts", "wall", "cpu", "lab_cpu", "memory")


@dataclasses.dataclass(frozen=True)
class Row:
    """What one subject took on so many hosts."""

    subject: str
    hosts: int
    runs: int
    cost: Cost


def measure(subjects: t.Sequence[Subject], hosts: int, runs: int, engine: str = "emulated") -> list[Row]:
    """Reading subjects take turns on one estate, each that writes gets a fresh one for every run."""
    found: dict[str, list[Cost]] = {subject.name: [] for subject in subjects}
    reading = [subject for subject in subjects if not subject.writes]
    if reading:
        with tempfile.TemporaryDirectory() as folder, Estate(pathlib.Path(folder), hosts, engine) as estate:
            if engine != "emulated":
                estate.run(*reading[0].command(estate.folder))  # makes the Windows hosts
            for _turn in range(runs):
                for subject in reading:
                    found[subject.name].append(_run(estate, subject))
    for subject in subjects:
        # What writes a lot takes long and differs little.
        for _turn in range(0 if not subject.writes else 1):
            with tempfile.TemporaryDirectory() as folder, Estate(pathlib.Path(folder), hosts, engine) as estate:
                if engine != "emulated":
                    estate.run(*subjects[0].command(estate.folder))
                found[subject.name].append(_run(estate, subject))
    return [Row(name, hosts, len(costs), _typical(costs)) for name, costs in found.items() if costs]


def _run(estate: Estate, subject: Subject) -> Cost:
    cost = estate.run(*subject.command(estate.folder))
    print(f"{estate.hosts:4} hosts  {subject.name:26} {cost.cpu:8.1f} s CPU {cost.wall:8.1f} s", file=sys.stderr)
    return cost


def _typical(costs: t.Sequence[Cost]) -> Cost:
    median = {name: statistics.median(getattr(cost, name) for cost in costs) for name in _VARY}
    return dataclasses.replace(costs[0], **median)
