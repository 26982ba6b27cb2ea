# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The linter: one failing file for each check, with the place a person would point at, and the files that ship pass."""

from __future__ import annotations

import datetime
import pathlib
import re

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    CHECKS,
    Context,
    Problem,
    lint,
    load_profile,
    profile_context,
    profile_names,
    read_document,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

pytestmark = pytest.mark.proves("baselines")

FILES = {path.stem: path for path in sorted((pathlib.Path(__file__).parent / "lint").glob("*.txt"))}
EXPECTED = re.compile(r"^# (profile|overlay), (?:found at (\d+):(\d+)|nothing is found)$", re.MULTILINE)
IDS = [check.id for check in CHECKS]


def lint_text(text: str, kind: str, file: str = "site.yml") -> tuple[Problem, ...]:
    """Lint a text on top of the default profile, on a fixed day, with a small inventory."""
    extends = kind == "overlay" or "extends: exchange_current" in text
    return lint(
        Context(
            documents=(read_document(text, file, kind),),
            catalogue=load(),
            base={rule.id: rule for rule in load_profile("exchange_current").rules} if extends else {},
            profiles=profile_names(),
            today=datetime.date(2026, 11, 26),
            inventory=frozenset({"ex1", "ex2", "exchange"}),
        )
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_fails_with_the_one_thing_that_is_wrong_where_it_stands(name: str) -> None:
    text = FILES[name].read_text(encoding="utf-8")
    expected = EXPECTED.search(text)
    assert expected is not None
    kind, line, column = expected.groups()
    found = lint_text(text, kind)
    if line is None:
        assert found == ()
        return
    assert [problem.id for problem in found] == [name]
    assert str(found[0]).startswith(f"site.yml:{line}:{column}: error[{name}]: ")
    assert found[0].sentence.endswith((".", "?"))


def test_every_check_has_a_failing_file_and_every_file_a_check() -> None:
    assert sorted(IDS) == sorted(name for name in FILES if not name.startswith("pass-"))
    assert len(set(IDS)) == len(IDS)


def test_every_check_says_why_it_exists() -> None:
    assert [check.id for check in CHECKS if not check.why.endswith(".")] == []


@pytest.mark.parametrize("profile", profile_names())
def test_the_profiles_that_ship_pass(profile: str) -> None:
    assert [str(problem) for problem in lint(profile_context(profile, catalogue=load()))] == []


def test_everything_is_reported_at_once_and_in_the_order_of_the_file() -> None:
    text = "rules:\n  tls_1_9: {remove: true}\nadd:\n  - id: X\n    want: on\n"
    text += "exceptions:\n  - {rule: tls_1_0, until: soon}\n"
    found = lint_text(text, "overlay")
    assert {problem.id for problem in found} >= {
        "change-unknown",
        "yaml-boolean",
        "missing-field",
        "rule-id",
        "rule-settings",
        "exception-date",
    }


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("rules:\n  tls_1_0.servr: {remove: true}\n", "Did you mean 'tls_1_0.server'?"),
        ("rules:\n  tls_1_0: {wnat: disabled}\n", "did you mean 'want'?"),
        ("rules:\n  tls_1_0: {want: disable}\n", "Did you mean 'disabled'?"),
        (
            "exceptions:\n  - {rule: tls1_0, owner: a, reason: b, ticket: c, until: 2027-01-01}\n",
            "Did you mean 'tls_1_0'?",
        ),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest_one(text: str, hint: str) -> None:
    assert [problem for problem in lint_text(text, "overlay") if hint in problem.sentence]


def test_two_overlays_may_say_the_same_and_may_not_contradict_each_other() -> None:
    first = read_document("rules:\n  tls_1_0: {want: enabled}\n", "site.yml", "overlay")
    same = read_document("rules:\n  tls_1_0.server: {want: enabled}\n", "same.yml", "overlay")
    other = read_document("rules:\n  tls_1_0.server: {want: disabled}\n", "other.yml", "overlay")
    base = {rule.id: rule for rule in load_profile("exchange_current").rules}
    assert lint(Context(documents=(first, same), catalogue=load(), base=base)) == ()
    (problem,) = lint(Context(documents=(first, other), catalogue=load(), base=base))
    assert str(problem).startswith("other.yml:2:3: error[change-conflict]")
    assert "site.yml:2:3" in problem.sentence


def test_an_exception_inside_a_wider_one_is_dead() -> None:
    text = (
        "exceptions:\n"
        "  - {rule: tls_1_0, owner: a, reason: b, ticket: c, until: 2027-01-01}\n"
        "  - {rule: tls_1_0.server, owner: a, reason: b, ticket: c, until: 2027-01-01, hosts: [ex1]}\n"
    )
    (problem,) = lint_text(text, "overlay")
    assert str(problem).startswith("site.yml:3:5: error[exception-dead]")


def test_two_exceptions_for_different_hosts_both_live() -> None:
    text = (
        "exceptions:\n"
        "  - {rule: tls_1_0, owner: a, reason: b, ticket: c, until: 2027-01-01, hosts: [ex1]}\n"
        "  - {rule: tls_1_0, owner: a, reason: b, ticket: c, until: 2027-03-01, hosts: [ex2]}\n"
    )
    assert lint_text(text, "overlay") == ()


@pytest.mark.parametrize("name", ["md5", "tls_1_0", "tls_1_0.server"])
def test_an_added_rule_needs_a_name_that_the_profile_does_not_have(name: str) -> None:
    text = (
        f"add:\n  - id: {name}\n    setting: fips.enabled\n    want: enabled\n    stage: suites\n    severity: note\n"
        "    reason: Our ministry demands FIPS mode on this host.\n    sources: [S9]\n"
    )
    assert {problem.id for problem in lint_text(text, "overlay")} & {"rule-id-duplicate", "rule-id"}
    assert lint_text(text.replace(name, "own"), "overlay") == ()


def test_an_added_rule_must_not_contradict_one_of_the_profile() -> None:
    text = (
        "add:\n  - id: own\n    setting: hashes.md5\n    want: enabled\n    stage: suites\n    severity: note\n"
        "    reason: An appliance of this site needs MD5 for its backups.\n    sources: [S1]\n"
    )
    (problem,) = lint_text(text, "overlay")
    assert problem.id == "rules-contradict"
    assert "'own' and 'md5' (exchange_current.yml:" in problem.sentence


def test_a_removed_rule_contradicts_nothing() -> None:
    text = (
        "rules:\n  md5: {remove: true}\n"
        "add:\n  - id: own\n    setting: hashes.md5\n    want: enabled\n    stage: suites\n    severity: note\n"
        "    reason: An appliance of this site needs MD5 for its backups.\n    sources: [S1]\n"
    )
    assert lint_text(text, "overlay") == ()


@pytest.mark.parametrize("want", ["disabled", "disabled_by_default", "{explicit: disabled}"])
def test_an_overlay_does_not_take_tls_1_0_away_before_the_stage_that_asks_the_organisation(want: str) -> None:
    overlay = read_document(f"rules:\n  tls_1_0.server: {{want: {want}}}\n", "site.yml", "overlay")
    base = {rule.id: rule for rule in load_profile("exchange_2015").rules}
    (problem,) = lint(Context(documents=(overlay,), catalogue=load(), base=base))
    assert str(problem).startswith("site.yml:2:26: error[stage-early]")
    current = {rule.id: rule for rule in load_profile("exchange_current").rules}
    assert lint(Context(documents=(overlay,), catalogue=load(), base=current)) == ()
