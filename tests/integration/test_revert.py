# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes with a timer, by a real Ansible on each engine: unconfirmed they take themselves back, else they stay."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Run, task
from integration.readings import reading, values_read

pytestmark = pytest.mark.proves("timed_revert")

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
WANTED = {
    "ciphers.rc4_128_128": "disabled",
    "protocols.ssl_3_0.server": "disabled",  # holds the number as text there
    "schannel.event_logging": 3,
}


def look(name: str) -> dict[str, t.Any]:
    """A reading of everything that may change, by the host script itself."""
    return reading(name, SCHANNEL)


@dataclasses.dataclass(frozen=True)
class Story:
    """Two plays with two timers between and after them."""

    first: Run
    second: Run
    third: Run


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, _engine = target_of("ex2016_ws2016_mistakes")
    first = controller.play(
        look("at first"),
        task("nothing waits", "confirm"),
        task("check", "schannel", {"settings": WANTED, "revert_after": "30m"}, check_mode=True),
        task("timed", "schannel", {"settings": WANTED, "revert_after": "30m"}, register="timed"),
        look("after timed"),
        task("state", "state_info"),
        task("history", "change_info"),
        task("second timer", "schannel", {"setting": "schannel.event_logging", "value": 7, "revert_after": "30m"}),
        task("no timer", "schannel", {"setting": "schannel.event_logging", "value": 7}),
        task("forced", "schannel", {"setting": "schannel.event_logging", "value": 7, "force": True}, check_mode=True),
        task("no time", "schannel", {"setting": "schannel.event_logging", "value": 7, "revert_after": "soon"}),
    )
    lab.start_tasks("ex1", after=29 * 60)
    before_time = controller.play(look("before its time"), task("state", "state_info"))
    lab.start_tasks("ex1", after=2 * 60)
    change = first.result("timed")["change"]
    second = controller.play(
        look("after its time"),
        task("state", "state_info"),
        task("history", "change_info"),
        task("too late", "confirm", {"change": change}),
        task("unknown", "confirm", {"change": "nobody-0001"}),
        task("again", "schannel", {"settings": WANTED, "revert_after": "2h"}, register="again"),
        task("confirm before the restart", "confirm", {"change": "{{ again.change }}"}),
        task("confirm all before the restart", "confirm", check_mode=True),
        task("confirm in check mode", "confirm", {"force": True}, check_mode=True),
        task("confirm", "confirm", {"change": "{{ again.change }}", "force": True}),
        task("confirm again", "confirm", {"change": "{{ again.change }}"}),
        look("after confirm"),
    )
    lab.start_tasks("ex1", after=3 * 3600)
    third = controller.play(look("at last"), task("state", "state_info"), task("history", "change_info"))
    assert values_read(before_time, "before its time") == values_read(first, "after timed")
    assert "changes.revert_armed" in findings(before_time, "state")
    return Story(first, second, third)


def findings(run: Run, name: str) -> dict[str, str]:
    return {one["id"]: one["message"] for one in run.result(name)["findings"] if one["id"].startswith("changes.rev")}


def test_check_mode_says_the_times_and_arms_nothing(story: Story) -> None:
    assert story.first.result("check")["revert"] == {"after": 1800, "after_boot": 5400, "deadline": None}
    assert len(story.first.result("history")["changes"]) == 1


def test_a_change_with_a_timer_is_written_and_its_deadline_is_told(story: Story) -> None:
    timed = story.first.result("timed")
    assert timed["changed"]
    deadline = timed["revert"]["deadline"]
    assert deadline.endswith("Z")
    assert values_read(story.first, "after timed") != values_read(story.first, "at first")
    (change,) = story.first.result("history")["changes"]
    assert (change["revert"]["state"], change["revert"]["task"]) == ("armed", f"msexchange_tls-{change['id']}")
    assert abs(int(change["revert"]["deadline"][17:19]) - int(deadline[17:19])) % 58 <= 2
    assert set(findings(story.first, "state")) == {"changes.revert_armed"}


def test_a_second_timer_is_refused_while_one_runs(story: Story) -> None:
    sentence = story.first.sentence("second timer")
    assert f"the change {story.first.result('timed')['change']} still waits for its confirmation" in sentence
    assert "nothing was written" in sentence


def test_nothing_is_built_on_a_change_that_may_go_back_from_below_it(story: Story) -> None:
    sentence = story.first.sentence("no timer")
    assert "nothing was written, because the change " in sentence
    assert sentence.endswith("or let it go back first; force: true writes it all the same.")
    assert story.first.result("forced")["changed"]


def test_what_is_no_time_is_refused(story: Story) -> None:
    assert "'soon' is no time from a minute to a week" in story.first.sentence("no time")


def test_nobody_confirms_and_the_values_are_back_as_they_were(story: Story) -> None:
    assert values_read(story.second, "after its time") == values_read(story.first, "at first")


def test_the_next_run_says_that_the_change_took_itself_back(story: Story) -> None:
    (message,) = findings(story.second, "state").values()
    change = story.first.result("timed")["change"]
    assert message.startswith(f"The change {change} took itself back at 20")
    (entry,) = story.second.result("history")["changes"]
    assert (entry["state"], entry["revert"]["state"]) == ("reverted", "reverted")
    assert {one["now"] for one in entry["values"]} == {"as_before"}


def test_a_confirmation_that_comes_too_late_is_a_failure(story: Story) -> None:
    change = story.first.result("timed")["change"]
    assert f"the change {change} took itself back at 20" in story.second.sentence("too late")
    assert "there is no change nobody-0001 on this host" in story.second.sentence("unknown")


def test_where_nothing_waits_a_confirmation_changes_nothing(story: Story) -> None:
    for run, name in ((story.first, "nothing waits"), (story.second, "confirm again")):
        result = run.result(name)
        assert (result["changed"], result["confirmed"]) == (False, [])


@pytest.mark.parametrize("name", ["confirm before the restart", "confirm all before the restart"])
def test_what_is_not_in_effect_before_a_restart_is_not_confirmed_before_it(story: Story, name: str) -> None:
    sentence = story.second.sentence(name)
    change = story.second.result("again")["change"]
    assert f"{change} is not in effect before the server has restarted" in sentence
    assert "force: true confirms it all the same" in sentence


def test_what_is_confirmed_stays_when_the_time_is_over(story: Story) -> None:
    change = story.second.result("again")["change"]
    for name in ("confirm in check mode", "confirm"):
        result = story.second.result(name)
        assert (result["changed"], result["confirmed"]) == (True, [change])
    assert values_read(story.second, "after confirm") == values_read(story.first, "after timed")
    assert values_read(story.third, "at last") == values_read(story.first, "after timed")
    assert findings(story.third, "state") == {}
    states = {entry["id"]: entry["revert"]["state"] for entry in story.third.result("history")["changes"]}
    assert states[change] == "confirmed"
