# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A timer and a rollback, by a real Ansible on each engine: what was taken back has no timer, and a way back may have
one.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Run, task
from integration.readings import reading, values_read

pytestmark = pytest.mark.proves("timed_revert", "rollback_exact")

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
WANTED = {"ciphers.rc4_128_128": "disabled", "schannel.event_logging": 3}


def look(name: str) -> dict[str, t.Any]:
    """A reading of everything that may change, by the host script itself."""
    return reading(name, SCHANNEL)


def write(name: str, **options: t.Any) -> dict[str, t.Any]:
    return task(name, "schannel", {"settings": WANTED, **options}, register=name)


@dataclasses.dataclass(frozen=True)
class Story:
    """Plays, each followed by the time that its timers had. ``tasks``: those left after each play."""

    runs: list[Run]
    tasks: list[list[str]]

    def values(self, number: int, name: str) -> dict[str, t.Any]:
        """Key -> value name -> kind and data, of a reading."""
        return values_read(self.runs[number], name)

    def history(self, number: int) -> dict[str, t.Any]:
        """The changes that a play lists last, by id."""
        return {one["id"]: one for one in self.runs[number].result("history")["changes"]}


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, engine = target_of("ex2016_ws2016_mistakes")
    timed = "{{ timed.change }}"
    plays = [
        [
            look("at first"),
            write("timed", revert_after="30m"),
            look("with timed"),
            task("with a timer", "rollback", {"change": timed, "revert_after": "30m"}),
            task("check", "rollback", {"change": timed}, check_mode=True),
            task("back", "rollback", {"change": timed}),
            task("again", "rollback", {"change": timed}),
            task("confirm nothing", "confirm"),
            task("confirm what is gone", "confirm", {"change": timed}),
            look("after back"),
            write("same", ticket="CHG2"),  # the very values of the change that went back belong to this one now
            task("state", "state_info"),
            task("history", "change_info"),
        ],
        [
            look("later"),
            task("way back", "rollback", {"after": "2000-01-01", "revert_after": "30m"}, register="back"),
            look("after way back"),
            task("all again", "rollback", {"after": "2000-01-01"}),
            task("history", "change_info"),
        ],
        [
            look("way back gone"),
            task("way back", "rollback", {"change": "{{ msexchange_tls_same }}", "revert_after": "30m"}),
            task("confirm", "confirm", {"force": True}),
            look("confirmed"),
            task("history", "change_info"),
        ],
        [look("at last")],
    ]
    runs, tasks = [], []
    for play in plays:
        same = runs[0].result("same")["change"] if runs else ""
        run = controller.play(*play, vars={"msexchange_tls_same": same})
        runs.append(run)
        host: t.Any = lab.host("ex1")
        tasks.append(sorted(host.tasks) if engine == "emulated" else host.engine.windows.scheduler().tasks)
        lab.start_tasks("ex1", after=2 * 3600)
    return Story(runs, tasks)


def test_what_is_taken_back_has_no_timer_any_more_and_a_check_predicts_that(story: Story) -> None:
    run = story.runs[0]
    change = run.result("timed")["change"]
    for name in ("check", "back"):
        assert (run.result(name)["changed"], run.result(name)["timers_ended"]) == (True, [change])
    assert story.values(0, "after back") == story.values(0, "at first") != story.values(0, "with timed")
    assert story.tasks[0] == []


def test_taking_it_back_again_changes_nothing(story: Story) -> None:
    again = story.runs[0].result("again")
    assert (again["changed"], again["timers_ended"], again["operations"]) == (False, [], [])


def test_change_info_says_that_a_later_change_was_faster_than_the_timer(story: Story) -> None:
    run, history = story.runs[0], story.history(0)
    entry = history[run.result("timed")["change"]]
    assert (entry["state"], entry["revert"]["state"], entry["revert"]["at"]) == ("closed", "rolled_back", None)
    assert entry["rolled_back_by"] == [run.result("back")["change"]]
    assert not [one for one in run.result("state")["findings"] if one["id"].startswith("changes.rev")]


def test_there_is_nothing_left_to_confirm(story: Story) -> None:
    run = story.runs[0]
    assert run.result("confirm nothing")["confirmed"] == []
    by = run.result("back")["change"]
    assert f"was taken back by the change {by}, so there is nothing to confirm" in run.sentence("confirm what is gone")


def test_nothing_moves_when_its_time_is_over_not_even_the_same_values_of_a_later_change(story: Story) -> None:
    assert story.values(1, "later") == story.values(0, "with timed")


def test_a_timer_for_the_way_back_of_what_nobody_confirmed_is_refused(story: Story) -> None:
    sentence = story.runs[0].sentence("with a timer")
    assert f"nobody has confirmed {story.runs[0].result('timed')['change']} yet" in sentence
    assert "nothing was written" in sentence


def test_a_way_back_that_nobody_confirms_takes_itself_back(story: Story) -> None:
    assert story.runs[1].result("way back")["revert"]["after"] == 1800
    assert story.values(1, "after way back") == story.values(0, "at first")
    assert story.values(2, "way back gone") == story.values(1, "later")
    assert story.tasks[1] == [f"msexchange_tls-{story.runs[1].result('way back')['change']}"]


def test_a_second_run_does_not_end_the_timer_of_a_way_back_that_is_in_force(story: Story) -> None:
    again = story.runs[1].result("all again")
    assert (again["changed"], again["timers_ended"]) == (False, [])


def test_a_way_back_that_is_confirmed_stays(story: Story) -> None:
    run = story.runs[2]
    assert run.result("confirm")["confirmed"] == [run.result("way back")["change"]]
    assert story.values(2, "confirmed") == story.values(0, "at first") == story.values(3, "at last")
    assert story.tasks[2] == []
