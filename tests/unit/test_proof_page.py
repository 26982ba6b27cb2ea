# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/proof.md is made of claims, markers of the tests and records, and says no more than they do."""

from __future__ import annotations

import dataclasses
import fnmatch
import pathlib
import re
import typing as t

import pytest
from proof.checks import problems
from proof.collect import Found, collect
from proof.marks import Confirmed, confirmed
from proof.page import PAGE, Claim, Material, read_material, render, target_of
from proof.record import read_records, write_record

pytestmark = pytest.mark.proves("documents")

LAB_TEST = Found("tests/integration/test_a.py", "test_it", ("fire",), ("lab_only",), ())
PLAIN_TEST = Found("tests/unit/test_b.py", "test_it", ("fire",), (), ())
TARGETS = ({"target": "a real server", "markers": ["needs_windows"]}, {"target": "the code", "paths": ["tests/"]})


@pytest.fixture(scope="module")
def material() -> Material:
    return read_material()


@pytest.fixture(scope="module")
def tests() -> tuple[Found, ...]:
    return collect()


def small(**fields: t.Any) -> Material:
    """Material with one claim and nothing else."""
    claim = Claim("fire", "Does it burn?", "It burns.", "Under water.")
    texts = dict.fromkeys(("head", "first", "reading", "records", "connections", "hosted"), "")
    texts |= {"never_on_windows": "Never on Windows.", "confirmed": "On Windows too."}
    return dataclasses.replace(Material({"Fire": (claim,)}, TARGETS, (), {}, Confirmed(), texts), **fields)


def test_the_page_is_what_the_tests_say(material: Material, tests: tuple[Found, ...]) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(material, tests), "make docs/proof.md"


def test_every_claim_is_shown_and_every_test_of_the_lab_shows_one(material: Material, tests: tuple[Found, ...]) -> None:
    assert problems(material.claims, tests) == []


def test_no_line_of_the_targets_is_there_for_nothing(material: Material, tests: tuple[Found, ...]) -> None:
    idle = set() if material.confirmed.tests else {"a real Windows server"}
    assert {target_of(test, material.targets) for test in tests} == {line["target"] for line in material.targets} - idle


def test_every_test_that_the_table_of_connections_names_is_there(material: Material, tests: tuple[Found, ...]) -> None:
    modules = {test.module for test in tests}
    named = {word for row in material.connections for word in re.findall(r"`(tests/[^`]+)`", row["shown"])}
    assert named
    assert [pattern for pattern in named if not fnmatch.filter(modules, pattern)] == []


def test_a_claim_is_written_down_once() -> None:
    parts = read_material().parts.values()
    assert sum(len(claims) for claims in parts) == len(read_material().claims)


@pytest.mark.parametrize(
    ("claims", "test", "sentence"),
    [
        (["fire", "water"], LAB_TEST, "No test proves 'water'."),
        (
            ["fires"],
            PLAIN_TEST,
            "tests/unit/test_b.py proves 'fire', which claims.yml does not know; did you mean 'fires'?",
        ),
        (["fire"], dataclasses.replace(LAB_TEST, claims=()), "tests/integration/test_a.py proves no claim."),
        (
            ["fire"],
            dataclasses.replace(LAB_TEST, markers=()),
            "tests/integration/test_a.py::test_it says about Windows: nothing.",
        ),
        (
            ["fire"],
            dataclasses.replace(LAB_TEST, markers=("lab_only", "needs_windows")),
            "tests/integration/test_a.py::test_it says about Windows: lab_only, needs_windows.",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(claims: list[str], test: Found, sentence: str) -> None:
    assert sentence in problems(claims, [test])


def test_a_test_counts_once_for_each_thing_it_runs_on() -> None:
    windows = dataclasses.replace(LAB_TEST, markers=("needs_windows",))
    other = dataclasses.replace(LAB_TEST, function="test_more")
    page = render(small(), [LAB_TEST, LAB_TEST, windows, other])
    assert "| `tests/integration/test_a.py` | 2 | a real server (1), the code (2) |" in page
    assert "Not shown: Under water." in page


def test_a_record_is_shown_with_its_command_and_figures(tmp_path: pathlib.Path) -> None:
    write_record(
        "many_states",
        command="make many",
        on={"Wine": "8.0"},
        figures={"states": 9, "by|kind": {"a": [1, 2]}},
        folder=tmp_path,
    )
    page = render(small(records=read_records(tmp_path)), [LAB_TEST])
    assert "### Many states\n\n`make many`, " in page
    assert ", on Wine 8.0.\n\n| What | Result |\n| --- | --- |\n| states | 9 |\n| by\\|kind | a: 1; 2 |" in page


def test_the_page_says_that_nothing_ran_on_windows_until_a_run_has_written_it_down(tmp_path: pathlib.Path) -> None:
    assert "Never on Windows." in render(small(), [LAB_TEST])
    shown = {"confirmed": ["tests/integration/test_a.py::test_it[windows]"]}
    write_record("windows", command="make windows", on={"Windows": "10.0.20348"}, figures=shown, folder=tmp_path)
    page = render(small(confirmed=confirmed(tmp_path)), [LAB_TEST])
    assert "Never on Windows." not in page
    assert "- `tests/integration/test_a.py::test_it[windows]`" in page
    assert "Windows 10.0.20348:" in page
