# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes on top of a change that still waits for its confirmation: taken off again, or a plan that was saved."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.controller import Controller, Run, task
from integration.playbooks import FAST
from integration.readings import reading, values_read
from lab.lab import Lab

pytestmark = [pytest.mark.proves("timed_revert"), pytest.mark.lab_only]

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
LOGGING = "schannel.event_logging"
BACK = {"change": "{{ above.change }}"}


@dataclasses.dataclass(frozen=True)
class Story:
    """A change with a timer, a saved plan and a forced change on top of it; then the time of the first is over."""

    run: Run
    last: Run


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, ex1="ex2016_ws2016_mistakes") as lab:
        controller = Controller(tmp_path_factory.mktemp("controller"), lab.inventory_path)
        plan = {"path": "plan.json", "members": "{{ ansible_play_hosts_all }}"}
        run = controller.play(
            task("plan", "baseline", {"stage": "prepare"}, check_mode=True, register="msexchange_tls_change"),
            task("keep it", "plan_file", plan, delegate_to="localhost"),
            reading("at first", SCHANNEL),
            task("timed", "schannel", {"setting": LOGGING, "value": 3, "revert_after": "30m"}),
            reading("below", SCHANNEL),
            task("saved", "baseline", {"plan_file": "plan.json"}),
            task("above", "schannel", {"setting": LOGGING, "value": 7, "force": True}, register="above"),
            task("off with a timer", "rollback", {**BACK, "revert_after": "30m"}),
            task("off", "rollback", BACK),
            reading("below again", SCHANNEL),
        )
        lab.start_tasks("ex1", after=2 * 3600)
        yield Story(run, controller.play(reading("at last", SCHANNEL)))


def test_a_saved_plan_is_not_told_to_be_forced_for_it_cannot(story: Story) -> None:
    sentence = story.run.sentence("saved")
    assert "nothing was written, because the change " in sentence
    assert sentence.endswith("or let it go back first; a plan made with force: true writes it all the same.")


def test_what_was_written_on_top_may_be_taken_off_before_the_lower_one_goes_back(story: Story) -> None:
    assert story.run.result("off")["changed"]
    assert values_read(story.run, "below again") == values_read(story.run, "below")
    assert values_read(story.last, "at last") == values_read(story.run, "at first")


def test_a_timer_that_could_put_it_on_again_is_refused(story: Story) -> None:
    sentence = story.run.sentence("off with a timer")
    assert sentence.endswith("Confirm it with msexchange.tls.confirm, or let it go back first.")
