# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rollback: back on one server after the other, a restart where it is owed and allowed, and proof."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.playbooks import FAST, HTTPS, REBOOT, Estate, PlaybookRun
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("rollback_exact", "restart"), pytest.mark.lab_only]

BACK = "msexchange.tls.harden : Take the changes back"
CONFIRM = "msexchange.tls.harden : Let the change stay, over a new connection"
TIMED = {"change_after": "2000-01-01", "report": False}
PROOF = "msexchange.tls.harden : Say what was taken back"
HOSTS = {"drained": "ex2013_ws2012r2", "serving": "ex2013_ws2012r2", "moved": "ex2013_ws2012r2"}
SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"


@dataclasses.dataclass(frozen=True)
class Story:
    """A check, a run, a run where a value was changed since, and one that is told to leave it."""

    check: PlaybookRun
    back: PlaybookRun
    again: PlaybookRun
    conflict: PlaybookRun
    nothing_named: PlaybookRun
    timed: PlaybookRun
    tasks: dict[str, list[str]]
    registries: dict[str, list[t.Any]]  #: before, hardened, back; hardened and back with a timer; when that was over


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        lab.host("drained").set_maintenance(True)
        registries = {name: [_schannel(lab, name)] for name in HOSTS}
        estate.run("harden", wire=False, reboot="never", hosts="all", report=False)
        _note(lab, registries)
        (path, *_others) = [path for path in registries["moved"][1] if "TLS 1.2\\Server" in path]
        lab.host("moved").registry.set_value(path, "Enabled", 4, b"\7\0\0\0")
        options = {"wire": False, "change_after": "2000-01-01", "ticket": "CHG7"}
        check = estate.run("rollback", "--check", hosts="drained,serving", **options)
        back = estate.run("rollback", hosts="drained,serving", **options)
        _note(lab, registries)
        again = estate.run("rollback", hosts="drained,serving", **options)
        conflict = estate.run("rollback", hosts="moved,serving", **options)
        nothing_named = estate.run("rollback", hosts="serving", wire=False)
        estate.run("harden", wire=False, reboot="always", hosts="drained,serving", report=False)
        timed = estate.run("rollback", hosts="drained,serving", default_endpoints=HTTPS, revert_after="2h", **TIMED)
        tasks = {name: list(lab.host(name).tasks) for name in HOSTS}
        _note(lab, registries)
        for name in HOSTS:
            lab.start_tasks(name, after=3 * 3600)
        _note(lab, registries)
        yield Story(check, back, again, conflict, nothing_named, timed, tasks, registries)


def _schannel(lab: Lab, name: str) -> t.Any:
    return dump(lab.host(name).registry, SCHANNEL)


def _note(lab: Lab, registries: dict[str, list[t.Any]]) -> None:
    for name, found in registries.items():
        found.append(_schannel(lab, name))


@pytest.mark.parametrize("name", ["drained", "serving"])
def test_the_server_is_as_it_was_before_the_first_change(story: Story, name: str) -> None:
    before, between, after, *_later = story.registries[name]
    assert before != between
    assert after == before
    assert story.back.succeeded


def test_a_restart_follows_where_it_is_allowed_and_is_owed_elsewhere(story: Story) -> None:
    assert {name: story.back.costs[name].reboots for name in ("drained", "serving")} == {"drained": 1, "serving": 0}
    assert REBOOT in story.back.all_of("drained")
    assert "A restart is still owed." in story.back.message(PROOF, "serving")
    assert "A restart is still owed." not in story.back.message(PROOF, "drained")


def test_the_end_says_what_was_taken_back_and_how_to_undo_that(story: Story) -> None:
    result = story.back.run.result(BACK, "drained")
    message = story.back.message(PROOF, "drained")
    assert f"of {result['rolled_back'][0]}." in message
    assert f"To undo that, take back {result['change']}." in message


def test_a_check_writes_nothing_and_restarts_nothing(story: Story) -> None:
    assert story.check.succeeded
    assert "would take back" in story.check.message(PROOF, "drained")
    assert story.check.costs["drained"].reboots == 0
    assert "host_write" not in story.check.costs["drained"].executions


def test_a_second_run_finds_nothing_to_take_back(story: Story) -> None:
    assert story.again.succeeded
    assert story.again.changed("drained") == []
    assert "nothing was to be taken back" in story.again.message(PROOF, "drained")


def test_a_value_that_was_changed_since_stops_before_the_next_server(story: Story) -> None:
    assert not story.conflict.succeeded
    assert "Enabled was left as REG_DWORD 1 and is REG_DWORD 7 now" in story.conflict.refusal(BACK, "moved")
    assert BACK not in story.conflict.all_of("serving")


def test_without_a_change_or_a_point_nothing_is_asked_of_any_server(story: Story) -> None:
    assert not story.nothing_named.succeeded
    assert "Name either one change" in story.nothing_named.run.output
    assert story.nothing_named.costs["serving"].requests == 0


def test_a_way_back_with_a_timer_that_is_in_effect_is_confirmed_through_tls_and_stays(story: Story) -> None:
    assert story.timed.succeeded, story.timed.run.output
    result = story.timed.run.result(CONFIRM, "drained")
    assert result["confirmed"] == [story.timed.run.result(BACK, "drained")["change"]]
    assert "https" in [one["service"] for one in result["endpoints"]]
    assert story.tasks["drained"] == []
    before, *_rest, back, over = story.registries["drained"]
    assert before == back == over


def test_one_that_still_waits_for_its_restart_is_not_confirmed_and_takes_itself_back(story: Story) -> None:
    assert CONFIRM not in story.timed.all_of("serving")
    change = story.timed.run.result(BACK, "serving")["change"]
    assert "It is not confirmed before that" in story.timed.message(PROOF, "serving")
    assert story.tasks["serving"] == [f"msexchange_tls-{change}"]
    before, hardened, *_rest, back, over = story.registries["serving"]
    assert (back, over) == (before, hardened)
