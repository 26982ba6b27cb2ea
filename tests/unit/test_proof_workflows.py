# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows: what they start exists, they may do little, and they do not claim to have run."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from proof.marks import confirmed
from tools.project_files import ROOT

pytestmark = pytest.mark.proves("structure")

FOLDER = ROOT / ".github/workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$")
#: Paths of this project, as a command or an action names them.
NAMED = re.compile(r"(?<![\w/~])((?:\.github|tests|plugins)[/\\][\w./\\-]+)")


def read(path: pathlib.Path) -> dict[str, t.Any]:
    workflow: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow


def commands(path: pathlib.Path) -> list[str]:
    """Everything that a workflow runs."""
    jobs = read(path)["jobs"].values()
    return [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]


def of_every_workflow(test: t.Callable[..., None]) -> t.Callable[..., None]:
    return pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)(test)


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "windows.yml"]


@of_every_workflow
def test_a_workflow_reads_the_repository_and_may_do_nothing_else(path: pathlib.Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in workflow["jobs"].items() if "permissions" in job] == []
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "secrets." not in path.read_text(encoding="utf-8")


@of_every_workflow
def test_an_action_of_somebody_else_is_pinned_to_a_commit_with_its_version_beside_it(path: pathlib.Path) -> None:
    lines = [line.strip(" -") for line in path.read_text(encoding="utf-8").splitlines() if "uses: " in line]
    assert lines
    assert [line for line in lines if not PINNED.search(line) and "uses: ./" not in line] == []


@of_every_workflow
def test_every_job_ends_some_time_and_a_newer_run_replaces_an_older_one(path: pathlib.Path) -> None:
    workflow = read(path)
    assert workflow["concurrency"]["cancel-in-progress"] is True
    assert [name for name, job in workflow["jobs"].items() if "steps" in job and "timeout-minutes" not in job] == []


@of_every_workflow
def test_every_target_of_make_and_every_file_that_a_workflow_names_exists(path: pathlib.Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "\n".join(commands(path))
    # What a run makes is not there yet.
    files = {name.replace("\\", "/") for name in NAMED.findall(text)} - {"tests/proof/records/windows.yml"}
    assert [name for name in files if not (ROOT / name).exists()] == []
    targets = re.findall(r"^\s*make ([\w/.-]+)", text, re.MULTILINE)
    assert [target for target in targets if not re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE)] == []


def test_every_promised_core_is_in_the_workflow() -> None:
    promised = yaml.safe_load((ROOT / "tests/requirements/matrix.yml").read_text(encoding="utf-8"))["cores"]
    cores = [str(entry["core"]) for entry in promised]
    jobs = read(FOLDER / "ci.yml")["jobs"]
    assert [entry["core"] for entry in jobs["sanity"]["strategy"]["matrix"]["include"]] == cores
    assert jobs["matrix"]["strategy"]["matrix"]["core"] == [".".join(core.split(".")[:2]) for core in cores]


def test_what_is_installed_on_windows_is_what_the_project_tests_with() -> None:
    (install,) = (text for text in commands(FOLDER / "windows.yml") if "pip install" in text)
    pins = [word for word in install.split() if "==" in word]
    known = [(ROOT / f"tests/requirements/{name}.txt").read_text(encoding="utf-8") for name in ("test", "runtime")]
    assert pins
    assert [pin for pin in pins if pin not in "\n".join(known).splitlines()] == []


@of_every_workflow
def test_a_workflow_says_that_it_has_not_run_until_it_has(path: pathlib.Path) -> None:
    assert ("Not run yet" in path.read_text(encoding="utf-8")) is not bool(confirmed().tests)


@pytest.mark.parametrize("script", sorted((ROOT / ".github/windows").glob("*.ps1")), ids=lambda path: path.name)
def test_a_script_that_no_workflow_and_no_test_starts_is_not_there(script: pathlib.Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in WORKFLOWS]
    assert any(script.name in text for text in texts)
