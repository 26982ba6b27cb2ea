# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run molecule scenarios, one line for each; all of them, or those that are named.

Usage: ``python molecule_run.py [SCENARIO ...]``, with the Python of the environment that has molecule.

A scenario has passed if molecule says so and every step of its sequence says it was carried out: molecule itself
leaves out a step whose playbook it does not find, and is content. What was said lies in ``.cache/molecule``.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / ".cache" / "molecule"
COLLECTIONS = ROOT / ".cache" / "collections"

_STEP = re.compile(
    r"^(?P<scenario>\S+) > (?P<step>\w+): Executed: (?P<result>.+?)(?: \((?P<note>.*)\))?$", re.MULTILINE
)
_ENDED = re.compile(r"An error occurred during the test sequence action: '(?P<step>\w+)'")
#: "* [host] => task", of which rich takes the host for markup.
_CHANGED = re.compile(r"^\* +(?:\[.*?\] )?=> (?P<name>.*)$", re.MULTILINE)
_TASK = re.compile(r"^\s*(?:TASK|RUNNING HANDLER) \[(?P<name>.*?)\]\s*$")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a scenario. ``failed``: the step that did not do, and its task; empty if all did."""

    scenario: str
    failed: str
    seconds: int
    log: pathlib.Path

    @property
    def passed(self) -> bool:
        """Whether every step was carried out and was content."""
        return not self.failed


class UnknownScenarioError(Exception):
    """A scenario that does not exist, in one sentence."""


def scenarios(root: pathlib.Path = ROOT) -> list[str]:
    """Names of all scenarios."""
    return sorted(path.parent.name for path in (root / "extensions" / "molecule").glob("*/molecule.yml"))


def steps_of(scenario: str, root: pathlib.Path = ROOT) -> list[str]:
    """The steps of a scenario as they are to be carried out, with the playbooks that some of them name."""
    path = root / "extensions" / "molecule" / scenario / "molecule.yml"
    steps: list[str] = yaml.safe_load(path.read_text(encoding="utf-8"))["scenario"]["test_sequence"]
    return steps


def chosen(names: t.Sequence[str], known: t.Sequence[str]) -> list[str]:
    """The named scenarios, all if none is named. Raises UnknownScenarioError."""
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise UnknownScenarioError(f"There is no scenario {name}; {hint}")
    return list(names or known)


def run(scenario: str, root: pathlib.Path = ROOT, collections: pathlib.Path = COLLECTIONS, log: str = "") -> Outcome:
    """Run one scenario of the project below ``root``, with the collections that are found in ``collections``."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path, started = LOGS / f"{log or scenario}.log", time.monotonic()
    # A folder with a short name, because a socket lies in it, and a new one, because two runs may be under way.
    with tempfile.TemporaryDirectory(prefix="molecule-") as folder, path.open("w", encoding="utf-8") as said:
        code = subprocess.run(
            [sys.executable, "-m", "molecule", "test", "--scenario-name", scenario, "--report", "--no-command-borders"],
            cwd=root,
            env=_environment(root, collections, folder),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    failed = failure(path.read_text(encoding="utf-8"), steps_of(scenario, root), code)
    return Outcome(scenario, failed, round(time.monotonic() - started), path)


def _environment(root: pathlib.Path, collections: pathlib.Path, folder: str) -> dict[str, str]:
    """This project's collections and nothing of a user's own settings."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MOLECULE_", "PYTHON"))
    }
    return {
        **inherited,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_NOCOLOR": "1",
        "NO_COLOR": "1",
        "COLUMNS": "200",
        # Where molecule does not find its configuration, this is all that keeps a run on nobody from being green.
        "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
        "MOLECULE_EPHEMERAL_DIRECTORY": folder,
        "MOLECULE_PROJECT_DIRECTORY": str(root),
    }


def failure(said: str, steps: t.Sequence[str], code: int) -> str:
    """The step that did not do and its task, from what molecule said; "" if every step was carried out."""
    ended = _ENDED.search(said)
    if ended or code:
        task = _failed_task(said)
        return (f"{ended['step']} failed" if ended else f"molecule ended with {code}") + (f": {task}" if task else "")
    done = [(found["step"], found["result"]) for found in _STEP.finditer(said.rpartition("DETAILS")[2])]
    left_out = [f"{step}: {result.lower()}" for step, result in done if result != "Successful"]
    if left_out:
        return left_out[0]
    wanted = [step.partition(" ")[0] for step in steps]
    return "" if [step for step, _result in done] == wanted else f"of the steps {wanted} molecule reports {done}"


def _failed_task(said: str) -> str:
    """The last task before the first host that failed, or the first that changed something a second time."""
    again = _CHANGED.search(said)
    if again:
        return again["name"]
    task = ""
    for line in said.splitlines():
        found = _TASK.match(line.rstrip("* "))
        if found:
            task = found["name"]
        elif line.lstrip().startswith(("fatal:", "failed:", "[ERROR]")) and task:
            return task
    return ""


def main(words: t.Sequence[str]) -> int:
    """Exit code: 1 if a scenario has failed, 2 if there is none of that name."""
    try:
        names = chosen(words, scenarios())
    except UnknownScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    failed = 0
    for name in names:
        print(f"{name:10}", end="", flush=True)
        outcome = run(name)
        print(f"{'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:4} s  {outcome.failed}", flush=True)
        if not outcome.passed:
            failed += 1
            print(f"  The whole of it is in {outcome.log.relative_to(ROOT)}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
