# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make compare-schannel`: what is effective for a client, and what Wine's Schannel offers.

For every pair of values of every version, and after every profile on every server.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import pathlib
import subprocess
import sys
import tempfile
import typing as t

from tools.powershell import ROOT, NoEngineError
from tools.wine_schannel import (
    PROFILES,
    SERVERS,
    VERSIONS,
    Outcome,
    Rig,
    every_pair,
    hardened,
    known_differences,
    operations,
    servers,
)
from wire_servers.processes import program

from .engines import driver, host, versions
from .record import write_record

NAME = "wine_schannel"


@dataclasses.dataclass
class Count:
    """How it went: connections that were made and refused as the model says, by version, and what was otherwise."""

    figures: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    wrong: list[str] = dataclasses.field(default_factory=list)

    def add(self, what: str, outcome: Outcome, planned: t.Mapping[str, bool] | None = None) -> None:
        """Notes one state of the registry."""
        for version, (key, *_rest) in VERSIONS.items():
            said, done = outcome.effective[version], outcome.connected[version]
            if said != done or (planned is not None and planned[version] != done):
                self.wrong.append(f"{what}: {key} is {'' if said else 'not '}effective, the client had it: {done}")
            self.figures[f"{key} effective and offered" if done else f"{key} not effective and not offered"] += 1


def try_all(rig: Rig) -> Count:
    """Every pair of values, then every profile on every server."""
    count = Count()
    for values in every_pair():
        count.add(str(dict(values)), rig.try_out([operations(values)]))
        count.figures["states with chosen values"] += 1
    for profile in PROFILES:
        for os in SERVERS:
            changes, planned = hardened(profile, os)
            count.add(f"{profile} on {os}", rig.try_out(changes, os), planned)
            count.figures["states after a profile"] += 1
    return count


def _figures(count: Count) -> dict[str, t.Any]:
    known = known_differences()
    named = {
        f"known difference: {', '.join(one['versions'])} on {', '.join(one['os'])}, values absent": (
            f"Windows: {one['windows']} ({', '.join(one['windows_sources'])});"
            f" Wine: {one['wine']} ({known['wine_source']})"
        )
        for one in known["defaults"]
    }
    left = {
        f"not compared: {one['what']}": f"Windows: {one['windows']}; Wine: {one['wine']}"
        for one in known["not_compared"]
    }
    return {"differences": len(count.wrong), **dict(sorted(count.figures.items())), **named, **left}


def main() -> int:
    """Exit code 0 if the clients had what the model says."""
    if program("openssl") is None:
        print("compare-schannel: openssl is not installed", file=sys.stderr)
        return 2
    try:
        with contextlib.ExitStack() as stack:
            windows = stack.enter_context(host())
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            ports = stack.enter_context(servers(folder))
            count = try_all(Rig(windows, stack.enter_context(driver(windows)), ports))
            on = {**versions(windows), "OpenSSL": _openssl()}
    except NoEngineError as error:
        print(f"compare-schannel: {error}", file=sys.stderr)
        return 2
    for line in count.wrong:
        print(line)
    if count.wrong:
        return 1
    path = write_record(NAME, command="make compare-schannel", on=on, figures=_figures(count))
    print(f"Wine's Schannel offered what is effective; {path.relative_to(ROOT)} says in which states.")
    return 0


def _openssl() -> str:
    said = subprocess.run([str(program("openssl")), "version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[1]


if __name__ == "__main__":
    sys.exit(main())
