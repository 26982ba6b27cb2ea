# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that nobody confirms takes itself back: the task that schtasks stored is run as it stands, on a real
registry.
"""

from __future__ import annotations

import base64
import json
import pathlib
import typing as t

import pytest
from tools.host_stage import Json, Stage, T, delete_key, delete_value, set_value
from tools.task_scheduler import HostScheduler

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    Terms,
    arm_request,
    confirm_request,
    rolled_back_request,
)

pytestmark = [pytest.mark.proves("timed_revert"), pytest.mark.engine_powershell]

CHANGE = "change-timed"


def dword(number: int) -> Json:
    return {"exists": True, "kind": 4, "data": number}


def raw(kind: int, data: bytes) -> Json:
    return {"exists": True, "kind": kind, "data": base64.b64encode(data).decode(), "raw": True}


#: Every kind, malformed ones, an absent value, keys that must be made, a key that goes.
BEFORE = [
    ("plain", 4, b"\1\0\0\0"),
    ("short", 4, b"\1\0"),
    ("cut", 1, b"a\0b"),
    ("none", 0, b"\7"),
    ("odd", 99, b"\7\x08"),
]
OPERATIONS = [
    set_value(T, "plain", {"kind": 4, "data": 0}, dword(1)),
    set_value(T, "short", {"kind": 1, "data": "text"}, raw(4, b"\1\0")),
    delete_value(T, "cut", raw(1, b"a\0b")),
    set_value(T, "none", {"kind": 7, "data": ["one"]}, raw(0, b"\7")),
    delete_value(T, "odd", raw(99, b"\7\x08")),
    set_value(f"{T}\\new\\RC4 128/128", "Enabled", {"kind": 4, "data": 0}),
    set_value(f"{T}\\new\\RC4 128/128", "", {"kind": 1, "data": "default"}),
    delete_value(f"{T}\\emptied", "last", dword(5)),
    delete_key(f"{T}\\emptied"),
]


@pytest.fixture
def scheduler(stage: Stage) -> t.Iterator[HostScheduler]:
    found = HostScheduler(stage.driver.host)
    yield found
    found.clear()


def request(after: int = 1, after_boot: int = 0, over_tls: bool = False) -> Json:
    terms = Terms(after, after_boot, over_tls)
    return arm_request(CHANGE, terms, reboot_required=after_boot > 0)


def furnished(stage: Stage) -> Json:
    """The registry as it is before the change."""
    for name, kind, data in BEFORE:
        stage.poke(T, name, kind, data)
    tree: Json = stage.poke(f"{T}\\emptied", "last", 4, b"\5\0\0\0").add("tree", path=T).one()
    return tree


def write(stage: Stage, revert: Json, **more: t.Any) -> Json:
    answer: Json = stage.write(CHANGE, *OPERATIONS, revert=revert, **more).one()
    return answer


def tree(stage: Stage) -> Json:
    found: Json = stage.add("tree", path=T).one()
    return found


def files(stage: Stage) -> list[str]:
    return sorted(path.name for path in stage.changes.iterdir())


def log(stage: Stage) -> str:
    return (stage.changes / f"{CHANGE}.log").read_text(encoding="utf-8")


def test_without_a_confirmation_the_registry_is_byte_for_byte_as_before_and_nothing_but_the_journal_and_the_log_stays(
    stage: Stage, scheduler: HostScheduler
) -> None:
    before = furnished(stage)
    answer = write(stage, request())
    assert (answer["status"], answer["reason"]) == ("written", "")
    assert scheduler.tasks == [f"msexchange_tls-{CHANGE}"]
    assert files(stage) == [f"{CHANGE}.json", f"{CHANGE}.ps1", f"{CHANGE}.xml"]
    assert tree(stage) != before
    scheduler.run_until_gone()
    assert tree(stage) == before
    journal = stage.journal(CHANGE)
    assert (journal["state"], journal["revert"]["state"], journal["revert"]["restart"]) == (
        "reverted",
        "reverted",
        False,
    )
    assert journal["revert"]["boot"] == answer["boot"]
    assert files(stage) == [f"{CHANGE}.json", f"{CHANGE}.log"]
    assert f"The change {CHANGE} was not confirmed in time and was taken back." in log(stage)


def restamped(stage: Stage) -> None:
    """As after another boot of Windows, with a clock that was put back: the deadline is far away by it."""
    path = stage.changes / f"{CHANGE}.json"
    journal = stage.journal(CHANGE)
    text = path.read_text(encoding="ascii").replace(journal["boot"], str(int(journal["boot"]) - 36_000_000_000), 1)
    path.write_text(text.replace(journal["revert"]["deadline"], "9" * 18), encoding="ascii")


@pytest.mark.parametrize(("after", "after_boot", "is_back"), [(1, 0, True), (86_400, 1, True), (86_400, 86_400, False)])
def test_after_another_boot_the_uptime_counts_and_not_the_clock(
    stage: Stage, scheduler: HostScheduler, after: int, after_boot: int, is_back: bool
) -> None:
    before = furnished(stage)
    write(stage, request(after, after_boot, over_tls=True), reboot_required=True)
    restamped(stage)
    assert scheduler.run_all() == [0]
    assert (tree(stage) == before) == is_back
    # In effect since that boot, and managed over TLS: it may have cut off whoever would confirm it.
    assert stage.journal(CHANGE)["revert"]["restart"] == is_back
    assert (scheduler.tasks == []) == is_back


COMPONENTS = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\ServerComponentStates"


@pytest.mark.parametrize(("offline", "restarts"), [("1:0:636", True), ("1:1:636", False), ("nonsense", False)])
def test_a_server_in_service_is_not_restarted_and_one_in_maintenance_is(
    stage: Stage, scheduler: HostScheduler, offline: str, restarts: bool
) -> None:
    furnished(stage)
    write(stage, request(), reboot_required=True)
    stage.poke(f"{COMPONENTS}\\ServerWideOffline", "Functional", 1, f"{offline}\0".encode("utf-16-le")).run()
    scheduler.run_until_gone()
    assert stage.journal(CHANGE)["revert"]["restart"] == restarts
    assert ("Windows restarts in a minute." if restarts else "A restart is owed.") in log(stage)


def test_before_its_time_the_task_changes_nothing(stage: Stage, scheduler: HostScheduler) -> None:
    furnished(stage)
    write(stage, request(after=3600))
    after, journal = tree(stage), stage.journal(CHANGE)
    assert scheduler.run_all() == [0]
    assert (tree(stage), stage.journal(CHANGE)) == (after, journal)
    assert scheduler.tasks
    assert files(stage) == [f"{CHANGE}.json", f"{CHANGE}.ps1", f"{CHANGE}.xml"]


def test_a_confirmation_ends_the_timer_and_the_values_stay(stage: Stage, scheduler: HostScheduler) -> None:
    furnished(stage)
    write(stage, request(after=3600))
    after = tree(stage)
    answer = stage.add("host_write", args={"contract": 1, **confirm_request(CHANGE)}).one()
    assert (answer["status"], answer["changed"], answer["reason"]) == ("written", True, "")
    assert (tree(stage), scheduler.tasks, files(stage)) == (after, [], [f"{CHANGE}.json"])
    journal = stage.journal(CHANGE)
    assert (journal["state"], journal["revert"]["state"]) == ("closed", "confirmed")


def test_a_confirmation_that_comes_too_late_says_so(stage: Stage, scheduler: HostScheduler) -> None:
    before = furnished(stage)
    write(stage, request())
    scheduler.run_until_gone()
    answer = stage.add("host_write", args={"contract": 1, **confirm_request(CHANGE)}).one()
    assert (answer["status"], answer["changed"]) == ("refused", False)
    assert "taken back at" in answer["reason"]
    assert tree(stage) == before


def taken_back(stage: Stage, of: str = f"change-0000 {CHANGE}", **more: t.Any) -> None:
    """A later change that says it took this one back; what it wrote does not matter to the timer."""
    back = set_value(f"{T}\\back", "written", {"kind": 4, "data": 1})
    assert stage.write("change-back", back, meta={"module": "rollback", "of": of}, **more).one()["status"] == "written"


def test_the_timer_of_a_change_that_was_taken_back_is_ended_and_it_is_said(
    stage: Stage, scheduler: HostScheduler
) -> None:
    furnished(stage)
    write(stage, request(after=3600))
    taken_back(stage)
    after = tree(stage)
    args = {"contract": 1, **rolled_back_request(CHANGE)}
    assert stage.add("host_write", args={**args, "_ansible_check_mode": True}).one()["status"] == "written"
    assert scheduler.tasks
    answer = stage.add("host_write", args=args).one()
    assert (answer["status"], answer["changed"], answer["reason"]) == ("written", True, "")
    assert (tree(stage), scheduler.tasks, files(stage)) == (after, [], ["change-back.json", f"{CHANGE}.json"])
    journal = stage.journal(CHANGE)
    assert (journal["state"], journal["revert"]["state"]) == ("closed", "rolled_back")


@pytest.mark.parametrize("after", [1, 3600])
def test_a_timer_sees_by_itself_that_its_change_was_taken_back_and_touches_nothing(
    stage: Stage, scheduler: HostScheduler, after: int
) -> None:
    """As when the controller died between the way back and the end of the timer; values may be those of the change
    again, by whoever came later.
    """
    furnished(stage)
    write(stage, request(after=after), reboot_required=True)
    taken_back(stage)
    now = tree(stage)
    assert scheduler.run_all() == [0]
    assert (tree(stage), scheduler.tasks, files(stage)) == (now, [], ["change-back.json", f"{CHANGE}.json"])
    journal = stage.journal(CHANGE)
    assert (journal["state"], journal["revert"]["state"], journal["revert"]["at"]) == ("closed", "rolled_back", None)


@pytest.mark.parametrize(
    ("of", "state"),
    [(f"{CHANGE}-2", "closed"), ("change-0000", "closed"), (CHANGE, "open"), (CHANGE, "reverted")],
)
def test_a_journal_of_another_way_back_or_of_one_that_is_not_whole_keeps_no_timer_from_its_work(
    stage: Stage, scheduler: HostScheduler, of: str, state: str
) -> None:
    furnished(stage)
    write(stage, request())
    taken_back(stage, of)
    path = stage.changes / "change-back.json"
    path.write_text(path.read_text(encoding="ascii").replace('"state":"closed"', f'"state":"{state}"', 1))
    scheduler.run_until_gone()
    assert stage.journal(CHANGE)["revert"]["state"] == "reverted"


def test_a_change_that_was_half_written_goes_back_whole(stage: Stage, scheduler: HostScheduler) -> None:
    """As after a loss of power: the journal is open, some values are new, some old."""
    before = furnished(stage)
    write(stage, request())
    path = stage.changes / f"{CHANGE}.json"
    text = path.read_text(encoding="ascii")
    closed = json.loads(text)["closed"]
    path.write_text(
        text.replace('"state":"closed"', '"state":"open"', 1).replace(f'"closed":"{closed}"', '"closed":null')
    )
    for name, kind, data in BEFORE[:2]:
        stage.poke(T, name, kind, data)
    stage.run()
    scheduler.run_until_gone()
    assert tree(stage) == before
    journal = stage.journal(CHANGE)
    assert journal["state"] == "reverted"
    assert journal["closed"] is not None


def test_what_somebody_changed_since_is_left_and_named(stage: Stage, scheduler: HostScheduler) -> None:
    before = furnished(stage)
    write(stage, request())
    stage.poke(T, "plain", 4, b"\7\0\0\0").poke(f"{T}\\new", "guest", 1, b"x\0\0\0").run()
    scheduler.run_until_gone()
    after = tree(stage)
    assert after["values"].pop("plain") == {"kind": 4, "hex": "07000000"}
    assert after["keys"].pop("new") == {"values": {"guest": {"kind": 1, "hex": "78000000"}}, "keys": {}}
    del before["values"]["plain"]
    assert after == before
    assert f"left alone, because somebody changed them since: {T} plain." in log(stage)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: bytes(len(data)),
        lambda data: data.replace(b'"op":"set"', b'"op":"run"'),
        lambda data: data.replace(b"HKEY_LOCAL_MACHINE", b"HKEY_CLASSES_ROOT"),
    ],
    ids=["cut", "zeros", "operation", "hive"],
)
def test_a_journal_that_cannot_be_understood_touches_nothing_and_it_is_said(
    stage: Stage, scheduler: HostScheduler, spoil: t.Callable[[bytes], bytes]
) -> None:
    furnished(stage)
    write(stage, request())
    path = stage.changes / f"{CHANGE}.json"
    spoilt = spoil(path.read_bytes())
    path.write_bytes(spoilt)
    after = tree(stage)
    scheduler.run_until_gone()
    assert tree(stage) == after
    assert path.read_bytes() == spoilt
    assert "was NOT taken back and nothing was written: its journal cannot be understood" in log(stage)
    assert files(stage) == [f"{CHANGE}.json", f"{CHANGE}.log"]


def test_in_a_folder_that_was_opened_to_others_since_nothing_is_believed(
    stage: Stage, scheduler: HostScheduler
) -> None:
    """Wine keeps no access lists, so the task is told another one than the folder has."""
    furnished(stage)
    write(stage, request())
    after, journal = tree(stage), stage.journal(CHANGE)
    *words, stamp = scheduler.definition(f"msexchange_tls-{CHANGE}").words
    done = stage.driver.host.run(*words, stamp[::-1])
    assert done.returncode == 1
    assert "the folder of the changes is not as it was when the timer was armed" in done.stdout
    assert (tree(stage), stage.journal(CHANGE)) == (after, journal)


def test_a_change_whose_timer_cannot_be_armed_is_refused_and_leaves_nothing(
    stage: Stage, scheduler: HostScheduler
) -> None:
    before = furnished(stage)
    spoilt = {**request(), "script": base64.b64encode(b"'The rehearsal said no'\nexit 1\n").decode()}
    answer = write(stage, spoilt)
    assert (answer["status"], answer["changed"], answer["journal"]) == ("refused", False, None)
    assert "Nothing was written, because its timer could not be armed: The rehearsal said no" in answer["reason"]
    assert (tree(stage), scheduler.tasks, files(stage)) == (before, [], [])


def test_a_change_that_failed_and_was_put_back_has_no_timer(stage: Stage, scheduler: HostScheduler) -> None:
    before = furnished(stage)
    stage.add("fault", module="_RegistryWrite", function="RegSetValueExW", nth=3, code=1450)
    answer = write(stage, request(after=3600))
    stage.add("no_faults").run()
    assert answer["status"] == "put_back"
    assert (tree(stage), scheduler.tasks, files(stage)) == (before, [], [f"{CHANGE}.json"])


def test_check_mode_arms_nothing(stage: Stage, scheduler: HostScheduler) -> None:
    before = furnished(stage)
    answer = write(stage, request(), _ansible_check_mode=True)
    assert answer["status"] == "written"
    assert (tree(stage), scheduler.tasks, stage.changes.exists()) == (before, [], False)


def test_a_timer_without_a_change_goes_by_itself(stage: Stage, scheduler: HostScheduler) -> None:
    furnished(stage)
    write(stage, request())
    after = tree(stage)
    (stage.changes / f"{CHANGE}.json").unlink()
    scheduler.run_until_gone()
    assert (tree(stage), files(stage)) == (after, [])


def test_the_definition_names_what_the_scheduler_has_to_do(stage: Stage, scheduler: HostScheduler) -> None:
    furnished(stage)
    write(stage, request(after=1800, after_boot=5400), reboot_required=True)
    task = scheduler.definition(f"msexchange_tls-{CHANGE}")
    assert task.user == "S-1-5-18"
    assert task.command == "C:\\pwsh\\powershell.exe"
    assert f'-File "C:\\ProgramData\\msexchange_tls\\changes\\{CHANGE}.ps1" -Change {CHANGE}' in task.arguments
    assert task.boot_delay == "PT5400S"
    assert task.repeated == ("2000-01-01T00:00:00Z", "PT5M")
    assert pathlib.PureWindowsPath(task.command).is_absolute()
