# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix of ansible-cores says what it did, and never calls a run passed in which nothing was shown."""

from __future__ import annotations

import pathlib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from tools.matrix import (
    PINNED,
    REQUIREMENTS,
    ROOT,
    Core,
    NoPythonError,
    Row,
    constraints,
    counted,
    figures,
    find_python,
    load,
    misfit,
    table,
    together,
)

pytestmark = pytest.mark.proves("scenarios")

CORE = Core("2.16.19", ("3.10", "3.11"), {"resolvelib": "1.0.1"})
ROW = Row("2.16.19", "3.10", "emulated", "failed")


def test_the_pins_of_a_core_stand_in_place_of_the_projects_own() -> None:
    lines = constraints(CORE, [REQUIREMENTS / name for name in PINNED]).splitlines()
    assert [line for line in lines if line.startswith(("ansible-core=", "resolvelib="))] == [
        "ansible-core==2.16.19",
        "resolvelib==1.0.1",
    ]
    names = [line.partition("==")[0].lower() for line in lines]
    assert {"pytest", "pywinrm", "jinja2"} <= set(names)
    assert len(names) == len(set(names))


def test_a_python_that_stands_on_the_path_and_does_not_run_is_passed_over(tmp_path: pathlib.Path) -> None:
    answers = {"shim": ("3.10", "exit 127"), "other": ("3.10", "echo 3.9"), "good": ("3.11", "echo 3.11")}
    for folder, (version, body) in answers.items():
        program = tmp_path / folder / f"python{version}"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        program.chmod(0o755)
    path = ":".join(str(tmp_path / folder) for folder in answers)
    assert find_python(CORE, path) == ("3.11", tmp_path / "good" / "python3.11")
    with pytest.raises(NoPythonError, match=r"no Python 3\.10 or 3\.11"):
        find_python(CORE, str(tmp_path / "shim"))


@pytest.mark.parametrize(
    ("suite", "code", "result", "said"),
    [
        ('tests="3" failures="0" errors="0" skipped="1" time="2.6"', 0, "passed", "no engine"),
        ('tests="3" failures="1" errors="0" skipped="1" time="2.6"', 1, "failed", "no engine"),
        ('tests="1" failures="0" errors="0" skipped="1" time="0.1"', 0, "not run", "no engine"),
        ('tests="3" failures="0" errors="0" skipped="1" time="2.6"', 3, "failed", "no engine"),
        ('tests="0" failures="0" errors="0" skipped="0" time="0.0"', 5, "failed", "no test"),
    ],
)
def test_a_run_passed_only_if_a_test_did(tmp_path: pathlib.Path, suite: str, code: int, result: str, said: str) -> None:
    report = tmp_path / "report.xml"
    body = '<testcase name="a"><skipped message="no engine"/></testcase>'
    report.write_text(f"<testsuites><testsuite {suite}>{body}</testsuite></testsuites>", encoding="utf-8")
    row = counted(ROW, report, code)
    assert row.result == result
    assert said in row.said


def test_a_run_without_a_report_failed(tmp_path: pathlib.Path) -> None:
    assert counted(ROW, tmp_path / "none.xml", 4).result == "failed"


@pytest.mark.parametrize(
    ("wanted", "core", "suits"),
    [(">=2.16.0", "2.22.0rc1", True), (">=2.16.0", "2.16.19", True), (">=2.17.0", "2.16.19", False)],
)
def test_a_collection_that_asks_for_another_core_is_told_of(
    tmp_path: pathlib.Path, wanted: str, core: str, suits: bool
) -> None:
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "runtime.yml").write_text(f"requires_ansible: '{wanted}'\n", encoding="utf-8")
    assert (misfit(core, tmp_path) == "") is suits


def test_every_run_names_cores_that_are_there() -> None:
    _packages, cores, suites = load(REQUIREMENTS / "matrix.yml")
    assert {name for suite in suites for name in suite.cores} <= {core.core for core in cores}


def test_the_table_says_why_something_did_not_run() -> None:
    missing = [Row(core, "-", "emulated", "not run", said="no Python was found") for core in ("2.21.5", "2.22.0rc1")]
    shown = table([ROW, *missing])
    assert shown.splitlines()[0].startswith("| core ")
    assert shown.endswith("\nemulated on 2.21.5, 2.22.0rc1: no Python was found.")


def test_the_record_has_the_counts_of_each_core_over_all_its_runs_and_names_what_did_not_pass() -> None:
    rows = [
        Row("2.16.19", "3.10", "emulated", "passed", passed=7, skipped=1),
        Row("2.16.19", "3.10", "native", "failed", passed=3, failed=2, said="no engine"),
        Row("2.22.0rc1", "-", "emulated", "not run", said="no Python was found"),
    ]
    assert figures(rows) == {
        "ansible-core 2.16.19": {
            "python": "3.10",
            "passed": 10,
            "skipped": 1,
            "failed": 2,
            "run native": "failed: no engine",
        },
        "ansible-core 2.22.0rc1": {
            "python": "-",
            "passed": 0,
            "skipped": 0,
            "failed": 0,
            "run emulated": "not run: no Python was found",
        },
    }


def test_the_connections_which_the_main_run_leaves_out_have_a_run_on_every_core() -> None:
    _packages, _cores, suites = load(REQUIREMENTS / "matrix.yml")
    runs = {suite.name: suite for suite in suites}
    assert "--ignore-glob=tests/integration/test_connections*" in runs["emulated"].words
    assert runs["connections"].cores == ()
    there = {f"tests/integration/{path.name}" for path in (ROOT / "tests/integration").glob("test_connections*.py")}
    assert there == {word for word in runs["connections"].words if word.startswith("tests/")}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_make_test_uses_the_newest_released_core_that_the_python_of_the_machine_allows(python: str) -> None:
    lines = (REQUIREMENTS / "runtime.txt").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line) for line in lines if line.startswith("ansible-core==")]
    (used,) = (one for one in asked if one.marker is None or one.marker.evaluate({"python_version": python}))
    _packages, cores, _suites = load(REQUIREMENTS / "matrix.yml")
    allowed = [Version(core.core) for core in cores if python in core.pythons]
    assert used.specifier.contains(max(version for version in allowed if not version.is_prerelease))


def test_a_run_on_some_cores_takes_its_place_among_those_that_ran_before() -> None:
    record = {
        "date": "2026-11-20",
        "figures": {"ansible-core 2.16.1": {"passed": 1}, "ansible-core 2.18.1": {"passed": 2, "date": "2026-11-19"}},
    }
    found = together({"ansible-core 2.16.1": {"passed": 3}}, record, ["2.16.1", "2.18.1"])
    assert found == {"ansible-core 2.16.1": {"passed": 3}, "ansible-core 2.18.1": {"passed": 2, "date": "2026-11-19"}}
    found = together({"ansible-core 2.19.1": {"passed": 3}}, record, ["2.16.1", "2.19.1"])
    assert found == {"ansible-core 2.16.1": {"passed": 1, "date": "2026-11-20"}, "ansible-core 2.19.1": {"passed": 3}}
    assert together({"ansible-core 2.19.1": {}}, {}, ["2.19.1"]) == {"ansible-core 2.19.1": {}}
