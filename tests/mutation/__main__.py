# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make mutants``: small mistakes are put into the code, one at a time, and the tests of its room have to notice.

Works on a copy below .cache. Who survives is looked at: a test is missing, or the code is needless, or the mutant is no
mistake; the last kind stands in ``equivalent.yml`` with the reason.
"""

from __future__ import annotations

import argparse
import collections
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import typing as t

import yaml
from proof.record import write_record
from tools.examples import FEW
from tools.project_files import ROOT, copy_project

from .rooms import COLLECTION, KILLED, ROOMS

HERE = pathlib.Path(__file__).parent
WORK = ROOT / ".cache" / "mutants"
#: Random examples of each property for each mutant; the examples that a test names itself are all taken.
EXAMPLES = 3
#: Of all mutants of a room, in hundredths.
WANTED = 90

LEFT_OUT = [
    "sentences: texts with a space in them",
    "tables outside functions",
    "decorated functions: properties",
    "calls as default of a parameter",
]


RESUMED = "in several runs while the code went on; who died was tried again only where its function had changed"


def main() -> int:
    """0 when in every room that was run enough mutants die, and every survivor is explained."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"all of {', '.join(ROOMS)} by default")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    parser.add_argument("--survivors", action="store_true", help="go on from the last run: survivors, and what changed")
    parser.add_argument("--report", action="store_true", help="try nothing, only say what is known from the last run")
    wanted = parser.parse_args()
    unknown = [name for name in wanted.rooms if name not in ROOMS]
    if unknown:
        parser.error(f"there is no room {unknown[0]}; rooms are {', '.join(ROOMS)}")
    names = wanted.rooms or list(ROOMS)
    rows = {name: run_room(name, 0 if wanted.report else wanted.jobs, again=wanted.survivors) for name in names}
    explained = yaml.safe_load((HERE / "equivalent.yml").read_text(encoding="utf-8")) or []
    figures = {name: count(found, explained) for name, found in rows.items()}
    report(rows, explained, figures)
    if set(names) == set(ROOMS):
        added = total(figures.values())
        how = RESUMED if wanted.survivors or wanted.report else "in one go"
        write_record(
            "mutants",
            command="make mutants",
            on={"Python": platform.python_version(), "mutmut": importlib.metadata.version("mutmut")},
            figures={**figures, "all": added, "finished": not added["not_tried"], "how": how, "left_out": LEFT_OUT},
        )
    open_ = ("unexplained", "not_tried")
    return int(
        any(one["dead_percent_of_tried"] < WANTED or any(one[name] for name in open_) for one in figures.values())
    )


def run_room(name: str, jobs: int, *, again: bool) -> list[dict[str, str]]:
    """What became of every mutant of a room. ``jobs``: 0 = nothing is tried.

    ``again``: only survivors of the last run and functions that changed since are tried; who died stays dead.
    """
    folder = WORK / name.replace("/", ".")
    if not jobs:
        return outcomes_in(folder, jobs)
    if again and (folder / "mutants").is_dir():
        prepare_again(folder / "mutants" / COLLECTION)
        # mutmut adds new tests to it and never asks again which functions the old ones reach: those that are new would
        # seem to be reached by none of them.
        (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    copy_project(folder)
    (folder / "setup.cfg").write_text(ROOMS[name].configuration(), encoding="utf-8")
    print(f"--- {name}", flush=True)
    return outcomes_in(folder, jobs)


def outcomes_in(folder: pathlib.Path, jobs: int) -> list[dict[str, str]]:
    """Runs mutmut in the folder of a room, in a process of its own, and reads what it wrote."""
    command = [sys.executable, str(HERE / "one_room.py"), str(jobs)]
    environment = {**os.environ, FEW: str(EXAMPLES), "CI": "1", "PYTHONHASHSEED": "0", "PYTHONPATH": ""}
    # Each mutant collects the tests anew; without their bytecode that takes longer than to run them.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    if code < 0:
        sys.exit(
            f"make mutants: {folder.name} was stopped by signal {-code}; "
            "--survivors goes on, --report says how far it came."
        )
    if code:
        sys.exit(f"make mutants: {folder.name} could not be tried; its tests must pass before a mistake is put in.")
    return t.cast("list[dict[str, str]]", json.loads((folder / "mutants.json").read_text(encoding="utf-8")))


def prepare_again(copy: pathlib.Path) -> None:
    """mutmut tries what it has no outcome of, and copies files that are no Python only where they are not there yet."""
    for path in copy.rglob("*"):
        if path.suffix == ".meta":
            known = json.loads(path.read_text(encoding="utf-8"))
            codes = known["exit_code_by_key"]
            known["exit_code_by_key"] = {name: code if code in KILLED else None for name, code in codes.items()}
            path.write_text(json.dumps(known), encoding="utf-8")
        elif path.is_file() and path.suffix not in (".py", ".spans"):
            path.unlink()


def is_explained(row: t.Mapping[str, str], explained: t.Sequence[t.Mapping[str, str]]) -> bool:
    """Whether a survivor stands in ``equivalent.yml``."""
    return any(all(row[part] == one[part] for part in ("file", "function", "was", "is")) for one in explained)


def count(rows: t.Sequence[t.Mapping[str, str]], explained: t.Sequence[t.Mapping[str, str]]) -> dict[str, t.Any]:
    """The figures of one room."""
    outcomes = collections.Counter(row["outcome"] for row in rows)
    survivors = [row for row in rows if row["outcome"] == "survived"]
    equivalent = sum(is_explained(row, explained) for row in survivors)
    return with_share(
        {
            "mutants": len(rows),
            "killed": outcomes["killed"],
            "timeouts": outcomes["timeout"],
            "survived": len(survivors),
            "equivalent": equivalent,
            "unexplained": len(survivors) - equivalent,
            "not_tried": outcomes["not_tried"],
        }
    )


def with_share(figures: dict[str, t.Any]) -> dict[str, t.Any]:
    """Adds how many of a hundred that were tried die; equivalent ones count as alive."""
    dead, tried = figures["killed"] + figures["timeouts"], figures["mutants"] - figures["not_tried"]
    return {**figures, "dead_percent_of_tried": round(100 * dead / tried, 1) if tried else 0.0}


def total(figures: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """The figures of all rooms together."""
    added: collections.Counter[str] = collections.Counter()
    for one in figures:
        added.update({name: number for name, number in one.items() if name != "dead_percent_of_tried"})
    return with_share(dict(added))


def report(
    rows: t.Mapping[str, t.Sequence[t.Mapping[str, str]]],
    explained: t.Sequence[t.Mapping[str, str]],
    figures: t.Mapping[str, t.Mapping[str, t.Any]],
) -> None:
    """Survivors without explanation, explanations without survivor, figures."""
    survivors = [row for found in rows.values() for row in found if row["outcome"] == "survived"]
    for row in survivors:
        if not is_explained(row, explained):
            shown = {name: row[name] for name in ("file", "function", "was", "is")}
            print(yaml.safe_dump([shown], sort_keys=False, allow_unicode=True, width=4096), end="")
    untried = {row["file"] for found in rows.values() for row in found if row["outcome"] == "not_tried"}
    files = {row["file"] for found in rows.values() for row in found} - untried
    for one in explained:
        if one["file"] in files and not any(is_explained(row, [one]) for row in survivors):
            print(f"equivalent.yml: {one['file']}, {one['function']}: '{one['is']}' does not survive; take it out.")
    for name, found in figures.items():
        print(f"{name}: {', '.join(f'{word} {number}' for word, number in found.items())}")


if __name__ == "__main__":
    sys.exit(main())
