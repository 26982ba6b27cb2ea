# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way back where something goes wrong: the server is as before or as after, and the next run goes on from there."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from integration.controller import PATIENCE, Controller, Run, task
from lab.engine_emulated import journal
from lab.hive_data import dump
from lab.host import LabHost
from lab.lab import Lab
from tools import journals

pytestmark = [pytest.mark.proves("rollback_exact", "host_failures"), pytest.mark.lab_only]

PERSONA = "ex2016_ws2016_mistakes"
MACHINE = "HKEY_LOCAL_MACHINE"
SETTINGS = {"ciphers.rc4_128_128": "disabled", "protocols.ssl_3_0.server": "disabled", "schannel.event_logging": 3}
WRITES = 4
CHANGE = task("change", "schannel", {"settings": SETTINGS})
BACK = task("back", "rollback", {"after": "2000-01-01"})
STATE = task("state", "state_info")
HISTORY = task("history", "change_info")

Registry = dict[str, dict[str, tuple[int, bytes]]]


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong while a change is taken back, the status of the task, and words of its sentence."""

    what: dict[str, t.Any]
    words: str
    status: str = "failed"


#: Reading takes the first requests of the shell, writing the rest; each of them is cut, before and after it is done.
CUTS = {
    f"{what}_{request}": Fault({"what": what, "request": request}, "", "")
    for what in ("cut_before", "cut_after")
    for request in range(1, 11)
}
FAULTS: dict[str, Fault] = {
    **CUTS,
    **{
        f"denied_{number}": Fault({"what": "deny_write", "at_write": number}, "Everything was put back")
        for number in range(WRITES + 1)
    },
    **{
        f"power_{number}": Fault(
            {"what": "power_loss", "at_write": number}, "Whether anything was written", "unreachable"
        )
        for number in range(WRITES + 2)
    },
    "disk_full": Fault({"what": "disk_full", "times": 0}, "the journal could not be"),
    "busy": Fault({"what": "mutex_busy"}, "Another change is being written"),
}
#: Hosts that lost power while the change itself was written, after so many values.
STOPPED = {f"stopped_{number}": number for number in range(WRITES + 1)}


@dataclasses.dataclass(frozen=True)
class Story:
    """Registry at first, after the change, after the faulty run and at last, by host; and the runs."""

    stood: dict[str, list[Registry]]
    faulty: Run
    told: Run
    again: Run
    journals: dict[str, list[dict[str, t.Any]]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    names = [*FAULTS, *STOPPED]
    with Lab.start(**dict.fromkeys(names, PERSONA)) as lab:
        controller = Controller(tmp_path_factory.mktemp("faults"), lab.inventory_path)
        stood = {name: [_registry(lab, name)] for name in names}
        for name, number in STOPPED.items():
            lab.host(name).faults.add("power_loss", at_write=number)
        controller.play(CHANGE, hosts="all")
        _note(lab, stood)
        for name, fault in FAULTS.items():
            lab.host(name).faults.clear()
            lab.host(name).faults.add(**fault.what)
        told = controller.play(STATE, HISTORY, hosts=",".join(STOPPED))
        faulty = controller.play(BACK, hosts=",".join(FAULTS), vars=PATIENCE)
        _note(lab, stood)
        for host in lab.hosts.values():
            host.faults.clear()
        again = controller.play(BACK, STATE, hosts="all")
        _note(lab, stood)
        yield Story(stood, faulty, told, again, {name: _journals(lab.host(name)) for name in names})


def _registry(lab: Lab, name: str) -> Registry:
    return dump(lab.host(name).registry, MACHINE)


def _note(lab: Lab, stood: dict[str, list[Registry]]) -> None:
    for name, registries in stood.items():
        registries.append(_registry(lab, name))


def _journals(host: LabHost) -> list[dict[str, t.Any]]:
    return [json.loads(text) for name, text in sorted(host.journal_files().items()) if name.endswith(".json")]


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.status])
def test_what_went_wrong_is_said_in_one_sentence(story: Story, name: str) -> None:
    assert FAULTS[name].words in story.faulty.sentence("back", name, FAULTS[name].status)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_the_server_as_before_or_as_after_or_with_an_open_journal_that_says_so(
    story: Story, name: str
) -> None:
    first, changed, then, _last = story.stood[name]
    assert first != changed
    states = [one["state"] for one in story.journals[name]]
    assert then in (first, changed) or states.count("open") == 1
    assert (then == changed) or name.startswith(("power", "cut"))


@pytest.mark.parametrize("name", FAULTS)
def test_the_next_run_brings_everything_back(story: Story, name: str) -> None:
    assert story.again.of("back", name).status == "ok"
    assert story.stood[name][3] == story.stood[name][0]


@pytest.mark.parametrize("name", STOPPED)
def test_a_change_that_lost_power_is_listed_as_open_and_owes_a_restart_once_it_is_left_with_values(
    story: Story, name: str
) -> None:
    (change,) = story.told.result("history", name)["changes"]
    left = [one["now"] for one in change["values"]].count("as_left")
    assert (change["state"], left) == ("open", STOPPED[name])


@pytest.mark.parametrize("name", STOPPED)
def test_a_change_that_lost_power_goes_back_as_far_as_it_got(story: Story, name: str) -> None:
    result = story.again.result("back", name)
    assert result["changed"] == (STOPPED[name] > 0)
    assert result["conflicts"] == []
    assert story.stood[name][3] == story.stood[name][0]


@pytest.mark.parametrize("name", STOPPED)
def test_once_it_is_back_nothing_is_said_to_have_ended_badly(story: Story, name: str) -> None:
    found = {one["id"] for one in story.again.result("state", name)["findings"]}
    assert "changes.bad_end" not in found


def torn(host: LabHost, change: str, content: bytes) -> None:
    """Puts a damaged journal beside the others."""
    host.files.add(f"{journal.FOLDER}\\{change}.json", content)


def test_a_torn_journal_is_listed_with_its_reason_and_refused_until_it_is_told_to_be_left(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab(PERSONA)
    host, controller = lab.host("ex1"), controller_of(lab)
    controller.play(CHANGE)
    changed = _registry(lab, "ex1")
    torn(host, "20991231t000000z-torntorn", b'{"contract": 1, "id": "2099')
    run = controller.play(
        HISTORY,
        STATE,
        BACK,
        task("itself", "rollback", {"change": "20991231t000000z-torntorn"}),
        task("left", "rollback", {"after": "2000-01-01", "force": True}, check_mode=True),
    )
    newest = {one["id"]: one for one in run.result("history")["changes"]}["20991231t000000z-torntorn"]
    assert (newest["state"], newest["values"]) == ("torn", [])
    assert "cut off or damaged" in newest["error"]
    assert "changes.bad_end" in {one["id"] for one in run.result("state")["findings"]}
    for name in ("back", "itself"):
        assert "the journal of the change 20991231t000000z-torntorn cannot be read" in run.sentence(name)
    assert [one["id"] for one in run.result("left")["torn"]] == ["20991231t000000z-torntorn"]
    assert run.result("left")["changed"]
    assert _registry(lab, "ex1") == changed


def test_a_forged_journal_writes_nothing_that_the_registry_does_not_bear_out(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab(PERSONA)
    host, controller = lab.host("ex1"), controller_of(lab)
    journal.make_folder(host)
    before = _registry(lab, "ex1")
    run_key = rf"{MACHINE}\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"
    evil = journals.operation(
        path=run_key, name="calc", before=journals.state(1, "calc.exe\0".encode("utf-16-le")), created_keys=[]
    )
    torn(host, "forged-0001", journals.encoded(journals.journal("forged-0001", operations=[evil])))
    run = controller.play(task("back", "rollback", {"change": "forged-0001"}))
    assert "calc was left as REG_DWORD 0 and is absent now, by somebody else." in run.sentence("back")
    assert _registry(lab, "ex1") == before


def test_a_folder_of_journals_that_is_refused_refuses_the_way_back(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab(PERSONA)
    host, controller = lab.host("ex1"), controller_of(lab)
    controller.play(CHANGE)
    changed = _registry(lab, "ex1")
    folder = host.files.folder(journal.FOLDER)
    assert folder is not None
    host.files.make_folder(dataclasses.replace(folder, open_to=folder.open_to | {"S-1-5-32-545"}))
    run = controller.play(BACK)
    assert "the journals of its changes cannot be read whole, so nothing was written. The folder" in run.sentence(
        "back"
    )
    assert _registry(lab, "ex1") == changed


def test_a_key_that_no_reading_brings_is_read_before_the_way_back_is_decided(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab(PERSONA)
    host, controller = lab.host("ex1"), controller_of(lab)
    journal.make_folder(host)
    before = _registry(lab, "ex1")
    key = rf"{MACHINE}\SOFTWARE\Elsewhere\Deep"
    host.registry.create(key)
    host.registry.set_value(key, "Enabled", 4, bytes(4))
    made = [rf"{MACHINE}\SOFTWARE\Elsewhere", key]
    content = journals.journal("by-hand-0001", operations=[journals.operation(path=key, created_keys=made)])
    torn(host, "by-hand-0001", journals.encoded(content))
    run = controller.play(task("back", "rollback", {"change": "by-hand-0001"}))
    assert run.result("back")["changed"]
    assert _registry(lab, "ex1") == before
    assert host.counters.executions["msexchange.tls.host_read"] == 2
