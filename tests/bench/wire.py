# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prober beside the scanners that are installed, on servers of other people: ``make bench-wire``.

Connections are counted between tool and server, what was found is held against brute force, processor and wall time are
ratios to the prober within one run. Rewrites the tables of docs/wire.md and leaves a record.
"""

from __future__ import annotations

import argparse
import pathlib
import tempfile
import typing as t

from proof.record import write_record
from wire_servers import brute
from wire_servers.compare import let_others_in
from wire_servers.jsse import MIXED, WS2012R2
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.programs import RECIPES
from wire_servers.recipe import Recipe
from wire_servers.splice import Faults, splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import suite_by_name

from .wire_alone import DISTANT, NEAR, Alone, alone
from .wire_many import ManyRun, estate, ours, start_seconds
from .wire_page import table, with_block
from .wire_run import Run, Truth, measure
from .wire_tools import ROOT, Tool, tools

PAGE = ROOT / "docs" / "wire.md"
SERVERS = (
    "nginx_hardened", "jsse_exchange_2013", "jsse_mixed_order", "jsse_everything", "node_0_10", "node_0_12_export",
    "nss", "openssl", "gnutls", "nginx", "dovecot_imap", "postfix", "exim", "xrdp", "slapd_starttls",
)  # fmt: skip
#: Where a round trip of 20 ms is put between.
FAR = ("nginx_hardened", "jsse_exchange_2013", "postfix")
#: testssl.sh takes minutes for a long list.
SHORT = ("nginx_hardened",)
_TOLD = {"jsse_exchange_2013": ("tls_1_2", WS2012R2), "jsse_mixed_order": ("tls_1_0", MIXED)}
DELAY = 0.01
MANY = (50, 200, 600)

Table = dict[str, dict[str, Run]]


def told(recipe: str) -> dict[str, list[int]] | None:
    """The order that a server was told, where it was told one of its own."""
    if recipe not in _TOLD:
        return None
    version, names = _TOLD[recipe]
    return {version: [suite.number for suite in map(suite_by_name, names) if suite is not None]}


class Bench:
    """All measurements of one run."""

    def __init__(self, folder: pathlib.Path, present: t.Sequence[Tool], everything: bool) -> None:
        self.tools = present
        self._folder = folder
        self._everything = everything
        let_others_in(folder)
        self.identities: tuple[Identity, Identity] = (rsa(folder), ecdsa(folder))

    def near(self) -> Table:
        """Every server that is here; recipe -> tool -> run."""
        return {recipe.name: self._server(recipe, 0.0, SHORT) for recipe in _here(SERVERS)}

    def far(self) -> Table:
        """Some of them behind a round trip of 20 ms."""
        return {recipe.name: self._server(recipe, DELAY, ()) for recipe in _here(FAR)}

    def directly(self) -> dict[str, tuple[Alone, Alone]]:
        """The prober by itself at every server: with nothing in between, and behind a round trip of 20 ms."""
        found = {}
        for recipe in _here(SERVERS):
            own = self._folder / f"{recipe.name}-alone"
            own.mkdir()
            with recipe.start(own, *self.identities) as port:
                near = alone(port, recipe.transport, NEAR)
                with splice(port, None, Faults(delay=DELAY)) as between:
                    found[recipe.name] = near, alone(between.port, recipe.transport, DISTANT)
            print(f"{recipe.name}, alone: {found[recipe.name]}", flush=True)
        return found

    def many(self) -> list[ManyRun]:
        """The prober at 50, 200 and 600 endpoints."""
        found = []
        for count in MANY:
            own = self._folder / f"many{count}"
            own.mkdir()
            with estate(own, self.identities[0], count) as ports:
                found.append(ours(own, ports))
            print(found[-1], flush=True)
        return found

    def _server(self, recipe: Recipe, delay: float, for_testssl: t.Collection[str]) -> dict[str, Run]:
        own = self._folder / f"{recipe.name}{'-far' if delay else ''}"
        own.mkdir()
        runs: dict[str, Run] = {}
        with recipe.start(own, *self.identities) as port:
            truth: Truth = brute.accepted(port, recipe.transport)
            for tool in self.tools:
                if tool.name == "testssl.sh" and not self._everything and recipe.name not in for_testssl:
                    continue
                run = measure(tool, port, recipe.transport, truth, told(recipe.name), delay)
                if run is not None:
                    runs[tool.name] = run
                    print(f"{recipe.name}, {delay * 2000:.0f} ms, {tool.name}: {run}", flush=True)
        return runs


def _here(names: t.Sequence[str]) -> list[Recipe]:
    by_name = {recipe.name: recipe for recipe in RECIPES}
    return [by_name[name] for name in names if not by_name[name].missing()]


def found_rows(runs: Table, names: t.Sequence[str]) -> list[list[str]]:
    """Connections, and what is wrong with the list."""
    return [[recipe, *(_found(row.get(name)) for name in names)] for recipe, row in runs.items()]


def _found(run: Run | None) -> str:
    if run is None:
        return "-"
    if not run.found:
        return f"{run.connections}; nothing found"
    wrong = [f"{run.missed} missed"] * bool(run.missed) + [f"{run.invented} more than brute force"] * bool(run.invented)
    wrong += ["order not that of the server"] * (run.order is False)
    return f"{run.connections}{'; ' if wrong else ''}{', '.join(wrong)}"


def time_rows(runs: Table, names: t.Sequence[str]) -> list[list[str]]:
    """Wall and processor time as multiples of those of the prober."""
    rows = []
    for recipe, row in runs.items():
        first = row[names[0]]
        cells = [f"{first.seconds:.2f} s / {first.cpu:.2f} s"]
        for name in names[1:]:
            run = row.get(name)
            cells.append("-" if run is None else f"{run.seconds / first.seconds:.1f} x / {run.cpu / first.cpu:.1f} x")
        rows.append([recipe, *cells])
    return rows


def alone_rows(runs: t.Mapping[str, tuple[Alone, Alone]]) -> list[list[str]]:
    """Connections, wall and processor time on loopback, wall time behind 20 ms."""
    return [
        [recipe, str(near.connections), f"{near.seconds:.2f} s", f"{near.cpu:.2f} s", f"{far.seconds:.2f} s"]
        for recipe, (near, far) in runs.items()
    ]


def many_rows(runs: t.Iterable[ManyRun]) -> list[list[str]]:
    """One line for each size of the estate."""
    return [
        [str(run.endpoints), f"{run.connections:,}", str(run.lost), f"{run.peak / 1024:.0f} MB",
         f"{run.seconds:.1f} s", f"{run.cpu:.1f} s"]
        for run in runs
    ]  # fmt: skip


def main() -> None:
    """Measure, rewrite the page, leave the record."""
    parser = argparse.ArgumentParser(prog="make bench-wire", description=__doc__)
    parser.add_argument("--all", action="store_true", help="testssl.sh at every server, which takes an hour")
    options = parser.parse_args()
    present = [tool for tool in tools() if tool.path is not None]
    versions = {tool.name: tool.version(tool.path or "") for tool in present[1:]}
    names = [tool.name for tool in present]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder), present, options.all)
        directly = bench.directly()
        near, far, many = bench.near(), bench.far(), bench.many()
    start = start_seconds()
    heads = [names[0], *(f"{name} {versions[name]}" for name in names[1:])]
    page = PAGE.read_text(encoding="utf-8")
    page = with_block(page, "bench-wire found", table(["Server", *heads], found_rows(near, names)))
    page = with_block(page, "bench-wire time", table(["Server", *heads], time_rows(near, names)))
    page = with_block(page, "bench-wire far", table(["Server", *heads], time_rows(far, names)))
    alone_head = ["Server", "Connections", "Wall", "Processor", "Wall at 20 ms"]
    page = with_block(page, "bench-wire alone", table(alone_head, alone_rows(directly)))
    many_head = ["Endpoints", "Connections", "Lost", "Peak memory", "Wall", "Processor"]
    page = with_block(page, "bench-wire many", table(many_head, many_rows(many)))
    page = with_block(page, "bench-wire start", f"Importing the prober takes {start * 1000:.0f} ms of processor time.")
    PAGE.write_text(page, encoding="utf-8")
    write_record(
        "bench_wire", command="make bench-wire", on=versions, figures=_figures(near, directly, many, names, start)
    )


def _figures(
    near: Table,
    directly: t.Mapping[str, tuple[Alone, Alone]],
    many: t.Sequence[ManyRun],
    names: t.Sequence[str],
    start: float,
) -> dict[str, t.Any]:
    complete = {
        name: f"{sum(not (run.missed or run.invented) for run in runs)} of {len(runs)} servers"
        for name in names
        if (runs := [row[name] for row in near.values() if name in row])
    }
    most = many[-1]
    return {
        "found exactly what brute force finds": complete,
        "connections at the hardened server": {
            name: run.connections for name, run in near.get("nginx_hardened", {}).items()
        },
        "one inventory, slowest server": {
            "wall, s": max(round(run.seconds, 2) for run, _far in directly.values()),
            "processor, s": max(round(run.cpu, 2) for run, _far in directly.values()),
            "wall at 20 ms, s": max(round(far.seconds, 2) for _near, far in directly.values()),
        },
        f"{most.endpoints} endpoints": {
            "lost": most.lost, "connections": most.connections, "peak memory, MB": round(most.peak / 1024),
            "wall, s": round(most.seconds, 1), "processor, s": round(most.cpu, 1),
        },
        "import, ms of processor time": round(start * 1000),
    }  # fmt: skip


if __name__ == "__main__":
    main()
