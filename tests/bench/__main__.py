# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures what plays cost on the lab and writes the tables of docs/performance.md; says how far it is on the way.

``make bench`` makes all tables; give it a machine that does nothing else. Words restrict it:
``make bench ARGS="costs --hosts 1 --only win_ping state_info --print"``.
"""

from __future__ import annotations

import argparse
import datetime
import os
import pathlib
import platform
import sys
import tempfile
import typing as t

import ansible.release

from . import page, rooms, tables
from .measuring import FORKS, BenchError, Estate
from .runs import Row, measure
from .subjects import AUDIT, EMPTY, GROWING, HARDEN, ON_POWERSHELL, PING, SUBJECTS, Subject


def main(words: t.Sequence[str] | None = None) -> int:
    """Exit code."""
    options = _options(words)
    made: dict[str, str] = {}
    try:
        for name in options.tables:
            for table, text in MAKERS[name](options).items():
                made[table] = f"{_where(options)}\n\n{text}" if table in ("costs", "powershell", "profile") else text
        if not options.print:
            page.write(made)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if options.print:
        print("\n\n".join(made.values()))
    return 0


def _options(words: t.Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("tables", nargs="*", choices=[*MAKERS, []], help="which tables; all by default")
    parser.add_argument("--hosts", type=int, nargs="+", help="of the tables costs and growth")
    parser.add_argument("--only", nargs="+", default=[], help="words that names of runs of the table costs begin with")
    parser.add_argument("--runs", type=int, default=3, help="of everything that writes nothing; the median counts")
    parser.add_argument("--print", action="store_true", help="print the tables, leave the page as it is")
    options = parser.parse_args(words)
    options.tables = options.tables or list(MAKERS)
    return options


def _costs(options: argparse.Namespace) -> dict[str, str]:
    subjects = [subject for subject in SUBJECTS if _is_chosen(subject, options.only)]
    rows = [row for hosts in options.hosts or (1, 50, 200) for row in measure(subjects, hosts, options.runs)]
    return {"costs": tables.costs(rows), "goals": tables.goals(rows)}


def _is_chosen(subject: Subject, only: t.Sequence[str]) -> bool:
    return not only or subject in (EMPTY, PING) or subject.name.startswith(tuple(only))


def _growth(options: argparse.Namespace) -> dict[str, str]:
    rows: list[Row] = []
    for hosts in options.hosts or (10, 50, 100, 200):
        rows += measure(GROWING, hosts, options.runs)
    # One batch after the other, with restarts between: nobody hardens 5,000 servers in one go.
    reading = [row for row in rows if row.subject != HARDEN.name]
    return {"growth": tables.growth(rows), "paper": tables.paper(reading)}


def _powershell(options: argparse.Namespace) -> dict[str, str]:
    rows = measure(ON_POWERSHELL, 1, options.runs, "powershell")
    return {"powershell": f"{tables.costs(rows)}\n\n{tables.time_on_host(rows)}"}


def _profile(options: argparse.Namespace) -> dict[str, str]:
    hosts = (options.hosts or [200])[-1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        profiles = folder / "profiles"
        profiles.mkdir()
        os.environ["BENCH_PROFILES"] = str(profiles)
        with Estate(folder, hosts) as estate:
            cost = estate.run(*AUDIT.command(folder), prefix=("-m", "bench.profiled"))
        parts = rooms.shares(sorted(profiles.glob("*.prof")))
    print(f"{hosts} hosts, {cost.cpu:.0f} s CPU with the profiler", file=sys.stderr)
    return {"profile": tables.shares(parts)}


def _where(options: argparse.Namespace) -> str:
    """On what this was measured."""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    python = platform.python_version()
    return (
        f"{today}, ansible-core {ansible.release.__version__}, Python {python}, {os.cpu_count()} processors, "
        f"{FORKS} forks, WinRM over http with Basic; reading runs: median of {options.runs}."
    )


MAKERS: dict[str, t.Callable[[argparse.Namespace], dict[str, str]]] = {
    "costs": _costs,
    "growth": _growth,
    "powershell": _powershell,
    "profile": _profile,
}

if __name__ == "__main__":
    sys.exit(main())
