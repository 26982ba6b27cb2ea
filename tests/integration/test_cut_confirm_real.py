# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A confirmation with the connection cut before and after its requests are carried out, with the real scripts in a real
PowerShell: its timer is armed or ended, the journal says which, and what was written stands either way.

The reading with which it begins is cut request by request in test_cut_requests_real.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import task
from integration.scene import EVERY, Cut, Scene, Whole
from integration.witness import Seen
from lab.faults import What

pytestmark = [
    pytest.mark.proves("host_failures", "timed_revert"),
    pytest.mark.lab_only,
    pytest.mark.engine_powershell,
    pytest.mark.parametrize("target_of", ["powershell"], indirect=True, scope="module"),
]

TIMED = task("timed", "baseline", {"revert_after": "2h"})
CONFIRM = task("confirm", "confirm", {"force": True})


@dataclasses.dataclass(frozen=True)
class Story:
    """``again``: what a confirmation said after the first cut that had left the host otherwise, and the host then."""

    timed: Whole
    confirm: Whole
    cuts: list[Cut]
    again: dict[str, t.Any]
    last: Seen


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, _engine = target_of("ex2013_ws2012r2")
    scene = Scene.on(lab, controller)
    whole = scene.rehearse(TIMED, CONFIRM)
    confirm = whole["confirm"]
    cuts = scene.cut(whole, (CONFIRM, confirm.numbers(2)))
    ((run, name, last),) = scene.again((CONFIRM, next(cut.after for cut in cuts if cut.after != confirm.before)))
    return Story(whole["timed"], confirm, cuts, run.result(name), last)


def timer(seen: Seen) -> dict[str, t.Any]:
    """What the one journal says of its timer."""
    (journal,) = seen.journals
    revert: dict[str, t.Any] = journal["revert"]
    return revert


def test_every_kind_of_request_was_cut_before_and_after_it_was_carried_out(
    story: Story, record_property: t.Callable[[str, object], None]
) -> None:
    reading = ["Command", "Send", "Receive", "Signal"]
    assert story.confirm.requests == ["Create", *reading * 2, "Delete"]
    assert {cut.fault.struck for cut in story.cuts} == {1}
    assert len(story.cuts) == 2 * (10 if EVERY else 6)
    record_property("requests", len(story.cuts) // 2)
    for what in (What.CUT_BEFORE, What.CUT_AFTER):
        numbers = [cut.fault.request for cut in story.cuts if cut.fault.what is what]
        assert {story.confirm.requests[number - 1] for number in numbers if number} == {"Create", *reading, "Delete"}


def test_a_timer_is_armed_until_the_confirmation_has_ended_it(story: Story) -> None:
    assert story.timed.before.registry != story.timed.after.registry
    assert (timer(story.confirm.before)["state"], len(story.confirm.before.tasks)) == ("armed", 1)
    assert (timer(story.confirm.after)["state"], story.confirm.after.tasks) == ("confirmed", [])


def test_a_confirmation_that_was_cut_happened_or_did_not_and_the_journal_says_which(story: Story) -> None:
    outcomes = set()
    for cut in story.cuts:
        assert cut.after.registry == story.timed.after.registry, cut.name
        state = timer(cut.after)["state"]
        if state == "armed":  # Nothing of it has begun.
            assert cut.after == story.confirm.before, cut.name
            assert not cut.is_done, cut.name
        else:
            assert (state, cut.after.tasks, cut.after.halves) == ("confirmed", [], []), cut.name
            assert sorted(cut.after.files) == sorted(story.confirm.after.files), cut.name
        outcomes.add((state, cut.is_done))
    assert outcomes == {("armed", False), ("confirmed", False), ("confirmed", True)}


def test_a_confirmation_after_one_that_was_lost_finds_nothing_to_do(story: Story) -> None:
    assert (story.again["changed"], story.again["confirmed"]) == (False, [])
    assert story.last.registry == story.timed.after.registry
    assert (timer(story.last)["state"], story.last.tasks) == ("confirmed", [])
