# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that shuts out everybody, forced past the gate: the server comes back by itself, and says what happened."""

from __future__ import annotations

import dataclasses
import time
import typing as t

import pytest
from integration.conftest import reboot
from integration.controller import Controller, Run, task
from integration.playbooks import FAST
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("timed_revert"), pytest.mark.lab_only]

HTTPS_ONLY = {"persona": "ex2016_ws2016_https_only", "endpoints": []}
LOCKED_OUT = {"setting": "protocols.tls_1_2.server", "value": "disabled", "force": True, "revert_after": "2h"}
SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
STATE = task("state", "state_info")
CONFIRM = task("confirm", "confirm")


@dataclasses.dataclass(frozen=True)
class Story:
    """The server that was restarted into the change, and one that was not: a run after the write, after that restart,
    and at last.
    """

    written: Run
    away: Run
    back: Run
    registries: dict[str, list[t.Any]]
    reboots: dict[str, int]
    logs: dict[str, str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    names = ("ex1", "ex2")
    with Lab.start(timing=FAST, **dict.fromkeys(names, HTTPS_ONLY)) as lab:
        controller = Controller(tmp_path_factory.mktemp("controller"), lab.inventory_path)
        registries = {name: [dump(lab.host(name).registry, SCHANNEL)] for name in names}
        written = controller.play(task("lock out", "schannel", LOCKED_OUT), hosts="all")
        reboot(lab, "ex1")
        away = controller.play(STATE, CONFIRM, hosts="ex1")
        # After the boot an hour and a half count, from the write two: neither is over yet.
        for name in names:
            lab.start_tasks(name, after=80 * 60)
            registries[name].append(dump(lab.host(name).registry, SCHANNEL))
        reboots = {name: lab.host(name).counters.reboots for name in names}
        for name in names:
            lab.start_tasks(name, after=45 * 60)
            registries[name].append(dump(lab.host(name).registry, SCHANNEL))
        _wait_until_up(lab, "ex1", reboots["ex1"] + 1)
        back = controller.play(STATE, CONFIRM, hosts="all")
        logs = {
            name: b"".join(
                file for path, file in lab.host(name).journal_files().items() if path.endswith(".log")
            ).decode()
            for name in names
        }
        after = {name: lab.host(name).counters.reboots - reboots[name] for name in names}
        yield Story(written, away, back, registries, after, logs)


def _wait_until_up(lab: Lab, name: str, reboots: int) -> None:
    end = time.monotonic() + 30
    while lab.host(name).counters.reboots < reboots or not lab.host(name).is_up:
        assert time.monotonic() < end, f"{name} did not come back"
        time.sleep(0.05)


def test_the_gate_that_was_forced_had_told_it(story: Story) -> None:
    assert "This controller" in str(story.written.result("lock out")["reach"])


def test_after_the_restart_nobody_gets_in(story: Story) -> None:
    assert {one.status for one in story.away.recorded} == {"unreachable"}


def test_before_its_time_nothing_moves_and_then_the_values_are_back(story: Story) -> None:
    for before, meanwhile, after in story.registries.values():
        assert meanwhile != before
        assert after == before


def test_it_restarts_where_the_change_was_in_effect_over_the_only_way_in_and_nowhere_else(story: Story) -> None:
    assert story.reboots == {"ex1": 1, "ex2": 0}
    assert "Windows restarts in a minute." in story.logs["ex1"]
    assert "A restart is owed." in story.logs["ex2"]


def test_the_server_is_managed_again_and_says_what_happened(story: Story) -> None:
    found = {
        host: {one["id"]: one["message"] for one in story.back.result("state", host)["findings"]}
        for host in ("ex1", "ex2")
    }
    assert "and had Windows restart: nobody confirmed it." in found["ex1"]["changes.reverted"]
    assert "restart" not in found["ex2"]["changes.reverted"]
    assert story.back.result("state", "ex1")["debt"] == []
    assert len(story.back.result("state", "ex2")["debt"]) == 1


def test_there_is_nothing_left_to_confirm(story: Story) -> None:
    assert story.back.result("confirm", "ex1")["confirmed"] == []
