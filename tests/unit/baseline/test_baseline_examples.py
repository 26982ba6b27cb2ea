# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule of every profile has examples beside it that pass and fail, and the real reading and planning agree."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import pytest
import yaml
from tools.sample_host import sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils import _baseline as baseline_room
from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    load_profile,
    profile_names,
    resolve,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import make_plan

pytestmark = pytest.mark.proves("baselines")

EXAMPLES = pathlib.Path(str(baseline_room.__file__)).resolve().parent / "examples"


def examples_of(profile: str) -> list[tuple[str, dict[str, t.Any]]]:
    """(record id, example) of one profile, from all its files."""
    return [
        (record, example)
        for path in sorted((EXAMPLES / profile).glob("*.yml"))
        for record, examples in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for example in examples
    ]


CASES = [
    pytest.param(profile, record, example, id=f"{profile}-{record}-{example['is']}-{example['because'][:40]}")
    for profile in profile_names()
    for record, example in examples_of(profile)
]


@pytest.mark.parametrize(("profile", "record", "example"), CASES)
def test_an_example_is_judged_as_it_says(profile: str, record: str, example: dict[str, t.Any]) -> None:
    state = sample_state(example["os"], example.get("exchange"), example["registry"])
    baseline = resolve(
        load_profile(profile),
        (),
        state.identity,
        host="ex1",
        groups=(),
        today=datetime.date(2026, 11, 26),
        catalogue=load(),
    )
    if example["is"] == "not_applicable":
        rules = [rule for rule in load_profile(profile).rules if rule.record == record]
        assert rules
        assert {rule.id for rule in rules} <= set(baseline.not_applicable)
        return
    entries = [entry for entry in make_plan(state, baseline, "tls13").entries if entry.rule.split(".")[0] == record]
    assert entries
    assert {entry.rule: entry.verdict.value for entry in entries} == {entry.rule: example["is"] for entry in entries}


@pytest.mark.parametrize("profile", profile_names())
def test_every_rule_has_a_passing_and_a_failing_example(profile: str) -> None:
    seen = {(record, example["is"]) for record, example in examples_of(profile)}
    parent = load_profile(profile).extends
    inherited = {rule.record for rule in load_profile(parent).rules if rule.profile == parent} if parent else set()
    seen |= {(record, kind) for record, kind in (seen_in(parent) if parent else set()) if record in inherited}
    records = {rule.record for rule in load_profile(profile).rules}
    assert {record for record in records if (record, "pass") not in seen or (record, "fail") not in seen} == set()


def seen_in(profile: str) -> set[tuple[str, str]]:
    """Which kinds of example each record of a profile has."""
    return {(record, example["is"]) for record, example in examples_of(profile)}


@pytest.mark.parametrize("profile", profile_names())
def test_every_record_with_its_own_text_has_its_own_examples(profile: str) -> None:
    own = {rule.record for rule in load_profile(profile).rules if rule.profile == profile}
    assert {record for record, _example in examples_of(profile)} == own
