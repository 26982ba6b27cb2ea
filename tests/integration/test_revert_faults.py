# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes with a timer where something goes wrong: whatever it is, without a confirmation the server is as before when
the time is over, and no task is left.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

import pytest
from integration.conftest import reboot
from integration.controller import PATIENCE, Controller, Run, task
from integration.playbooks import FAST
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("timed_revert", "host_failures"), pytest.mark.lab_only]

PERSONA = "ex2016_ws2016_mistakes"
MACHINE = "HKEY_LOCAL_MACHINE"
SCHANNEL = rf"{MACHINE}\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL".upper()
SETTINGS = {"ciphers.rc4_128_128": "disabled", "protocols.ssl_3_0.server": "disabled", "schannel.event_logging": 3}
WRITES = 4
APPLY = task("apply", "schannel", {"settings": SETTINGS, "revert_after": "30m"})
CONFIRM = task("confirm", "confirm", {"force": True})
#: The first six requests read (apply) or look (confirm), the others write; each is cut, before and after it is done.
CUTS: dict[str, dict[str, t.Any]] = {
    f"{what}_{request}": {"what": what, "request": request}
    for what in ("cut_before", "cut_after")
    for request in range(1, 11)
}
FAULTS: dict[str, dict[str, t.Any]] = {
    **CUTS,
    **{f"denied_{number}": {"what": "deny_write", "at_write": number} for number in range(WRITES)},
    **{f"power_{number}": {"what": "power_loss", "at_write": number} for number in range(WRITES + 2)},
    "disk_full": {"what": "disk_full", "times": 0},
    "no_scheduler": {"what": "no_scheduler"},
    "busy": {"what": "mutex_busy"},
}
#: These never began, or were put back at once.
NOTHING_WRITTEN = ["disk_full", "no_scheduler", "busy", *(name for name in FAULTS if name.startswith("denied"))]
NO_TASK = NOTHING_WRITTEN


@dataclasses.dataclass(frozen=True)
class Story:
    """By host: registry at first, after the faulty run, when the time was over, and at last; tasks left then."""

    stood: dict[str, list[t.Any]]
    tasks: dict[str, list[list[str]]]
    files: dict[str, list[str]]
    faulty: Run
    again: Run
    changed: t.Any


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    """Faults while the change is applied; nobody confirms; then it is applied again and confirmed."""
    with Lab.start(timing=FAST, whole=PERSONA, **dict.fromkeys(FAULTS, PERSONA)) as lab:
        controller = Controller(tmp_path_factory.mktemp("faults"), lab.inventory_path)
        stood: dict[str, list[t.Any]] = {name: [_registry(lab, name)] for name in lab.hosts}
        tasks: dict[str, list[list[str]]] = {name: [] for name in lab.hosts}
        for name, fault in FAULTS.items():
            lab.host(name).faults.add(**fault)
        faulty = controller.play(APPLY, hosts="all", options=["-f", "4"], vars=PATIENCE)
        _wait_until_up(lab)
        _note(lab, stood, tasks)
        for name in lab.hosts:
            lab.host(name).faults.clear()
            lab.start_tasks(name, after=31 * 60)
        _note(lab, stood, tasks)
        files = {name: sorted(lab.host(name).journal_files()) for name in lab.hosts}
        again = controller.play(APPLY, CONFIRM, hosts="all", options=["-f", "4"])
        for name in lab.hosts:
            lab.start_tasks(name, after=3 * 3600)
        _note(lab, stood, tasks)
        yield Story(stood, tasks, files, faulty, again, stood["whole"][1])


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    """Connections that are cut while a change is confirmed; then the time is over."""
    with Lab.start(timing=FAST, whole=PERSONA, **dict.fromkeys(CUTS, PERSONA)) as lab:
        controller = Controller(tmp_path_factory.mktemp("faults"), lab.inventory_path)
        stood: dict[str, list[t.Any]] = {name: [_registry(lab, name)] for name in lab.hosts}
        tasks: dict[str, list[list[str]]] = {name: [] for name in lab.hosts}
        controller.play(APPLY, hosts="all", options=["-f", "4"])
        for name, fault in CUTS.items():
            lab.host(name).faults.add(**fault)
        faulty = controller.play(CONFIRM, hosts="all", options=["-f", "4"], vars=PATIENCE)
        _note(lab, stood, tasks)
        for name in lab.hosts:
            lab.host(name).faults.clear()
            lab.start_tasks(name, after=31 * 60)
        _note(lab, stood, tasks)
        files = {name: sorted(lab.host(name).journal_files()) for name in lab.hosts}
        yield Story(stood, tasks, files, faulty, faulty, stood["whole"][1])


def _registry(lab: Lab, name: str) -> t.Any:
    return dump(lab.host(name).registry, MACHINE)


def _tls(registry: t.Any) -> t.Any:
    """The part in which servers of one persona are equal."""
    return {path.upper(): values for path, values in registry.items() if path.upper().startswith(SCHANNEL)}


def _note(lab: Lab, stood: dict[str, list[t.Any]], tasks: dict[str, list[list[str]]]) -> None:
    for name in lab.hosts:
        stood[name].append(_registry(lab, name))
        tasks[name].append(sorted(lab.host(name).tasks))


def _wait_until_up(lab: Lab) -> None:
    end = time.monotonic() + 30
    while not all(host.is_up for host in lab.hosts.values()):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("name", FAULTS)
def test_when_the_time_is_over_the_server_is_as_before_and_no_task_is_left(applied: Story, name: str) -> None:
    before, _after_fault, when_over, _last = applied.stood[name]
    assert when_over == before
    assert applied.tasks[name][1] == []
    assert [file for file in applied.files[name] if file.endswith((".ps1", ".xml", ".new"))] == []


@pytest.mark.parametrize("name", NOTHING_WRITTEN)
def test_what_was_refused_or_put_back_at_once_leaves_no_task(applied: Story, name: str) -> None:
    before, after_fault, *_rest = applied.stood[name]
    assert after_fault == before
    assert applied.tasks[name][0] == []
    assert applied.faulty.of("apply", name).status == "failed"


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in NOTHING_WRITTEN])
def test_no_value_is_written_before_its_way_back_is_armed(applied: Story, name: str) -> None:
    before, after_fault, *_rest = applied.stood[name]
    assert after_fault == before or applied.tasks[name][0]


@pytest.mark.parametrize("name", ["whole", *FAULTS])
def test_the_next_run_brings_it_about_and_it_stays(applied: Story, name: str) -> None:
    assert len(applied.again.result("confirm", name)["confirmed"]) == 1
    assert _tls(applied.stood[name][-1]) == _tls(applied.changed) != {}
    assert applied.tasks[name][-1] == []


def test_without_a_scheduler_the_change_is_refused_with_the_reason(applied: Story) -> None:
    sentence = applied.faulty.sentence("apply", "no_scheduler")
    assert "Nothing was written, because its timer could not be armed" in sentence
    assert "Task Scheduler" in sentence


@pytest.mark.parametrize("name", CUTS)
def test_a_confirmation_that_is_cut_off_is_whole_or_did_not_happen(confirmed: Story, name: str) -> None:
    before, after, when_over = confirmed.stood[name]
    still_armed = confirmed.tasks[name][0] != []
    assert _tls(after) == _tls(confirmed.changed) != {}
    assert when_over == (before if still_armed else after)
    assert confirmed.tasks[name][1] == []
    # Who was told that it is confirmed can rely on it.
    assert not (confirmed.faulty.of("confirm", name).status == "ok" and still_armed)


#: Seconds that the clock is set by, right after the write; restart; minutes that pass; whether it is back then.
CLOCKS: dict[str, tuple[int, bool, int, bool]] = {
    "ahead_before": (86_400, False, 29, False),
    "ahead_after": (86_400, False, 31, True),
    "back_before": (-86_400, False, 29, False),
    "back_after": (-86_400, False, 31, True),
    "restart_before": (0, True, 20, False),
    "restart_after": (0, True, 31, True),
    "restart_back_before": (-86_400, True, 29, False),
    "restart_back_after": (-86_400, True, 31, True),
}


def test_time_is_counted_by_the_uptime_whatever_the_clock_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Lab.start(timing=FAST, **dict.fromkeys(CLOCKS, PERSONA)) as lab:
        controller = Controller(tmp_path_factory.mktemp("clocks"), lab.inventory_path)
        before = {name: _registry(lab, name) for name in CLOCKS}
        run = controller.play(APPLY, hosts="all", options=["-f", "4"])
        for name, (set_by, restarts, minutes, is_back) in CLOCKS.items():
            assert run.result("apply", name)["changed"]
            lab.host(name).clock.set_by = set_by
            if restarts:
                reboot(lab, name)
            lab.start_tasks(name, after=minutes * 60)
            assert (_registry(lab, name) == before[name]) == is_back, name
            assert (lab.host(name).tasks == {}) == is_back, name
