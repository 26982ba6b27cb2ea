# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_write leaves a host as it was when something fails half way, and says so when it cannot."""

from __future__ import annotations

import pathlib

import pytest
from tools.host_stage import Driver, Json, Stage, T, delete_key, delete_value, set_value

pytestmark = [pytest.mark.proves("whole_or_nothing"), pytest.mark.engine_powershell]

DRIVER = pathlib.Path(__file__).parent / "driver.ps1"
DENIED, DISK_FULL, NO_RESOURCES = 5, 112, 1450
WRITE_ACCESS = 0x103  #: KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY


def dword(number: int) -> Json:
    return {"exists": True, "kind": 4, "data": number}


def statuses(answer: Json) -> list[str]:
    return [operation["status"] for operation in answer["operations"]]


def busy_registry(stage: Stage) -> None:
    stage.poke(T, "plain", 4, b"\x01\0\0\0").poke(T, "malformed", 1, b"a\0b\0c")
    stage.poke(f"{T}\\emptied", "last", 7, b"\0\0").poke(f"{T}\\kept", "v", 3, b"\xff")


#: One of each kind of operation; every one can fail.
OPERATIONS = [
    set_value(T, "plain", {"kind": 4, "data": 0}, dword(1)),
    set_value(f"{T}\\new\\RC4 40/128", "Enabled", {"kind": 4, "data": 0}),
    delete_value(T, "malformed", {"exists": True, "kind": 1, "data": "YQBiAGM=", "raw": True}),
    delete_value(f"{T}\\emptied", "last", {"exists": True, "kind": 7, "data": []}),
    delete_key(f"{T}\\emptied"),
    set_value(f"{T}\\new\\other", "Enabled", {"kind": 4, "data": 0}),
    set_value(f"{T}\\kept", "v", {"kind": 1, "data": "x"}, {"exists": True, "kind": 3, "data": "/w==", "raw": True}),
]


#: The function of Windows that fails, at which call, and the operation it belongs to.
FAULTS = [
    ("RegSetValueExW", 1, 0),
    ("RegSetValueExW", 2, 1),
    ("RegSetValueExW", 3, 5),
    ("RegSetValueExW", 4, 6),
    ("RegCreateKeyExW", 1, 1),
    ("RegCreateKeyExW", 2, 1),
    ("RegCreateKeyExW", 3, 5),
    ("RegDeleteValueW", 1, 2),
    ("RegDeleteValueW", 2, 3),
    ("RegDeleteKeyExW", 1, 4),
    ("RegOpenKeyExW", 13, 3),  # six to compare, two for each operation before
]


@pytest.mark.parametrize(("function", "nth", "failed"), FAULTS)
def test_what_was_written_before_a_failure_is_put_back_in_reverse(
    stage: Stage, function: str, nth: int, failed: int
) -> None:
    busy_registry(stage)
    stage.add("tree", path=T)
    stage.add("fault", module="_RegistryWrite", function=function, nth=nth, code=NO_RESOURCES)
    *dummy, before, dummy, answer, after = stage.write("change-back", *OPERATIONS).add("tree", path=T).run()
    assert after == before
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    wanted = ["put_back"] * failed + ["failed"] + ["not_written"] * (len(OPERATIONS) - failed - 1)
    assert statuses(answer) == wanted
    assert answer["operations"][failed]["code"] == NO_RESOURCES
    assert answer["operations"][failed]["text"]
    assert OPERATIONS[failed]["path"] in answer["reason"]
    journal = stage.journal("change-back")
    assert journal["state"] == "put_back"
    assert journal["closed"] is not None


@pytest.mark.parametrize(("name", "failed"), [("plain", 0), ("v", 6)])
def test_a_value_that_can_never_be_written_is_as_it_was_without_being_put_back(
    stage: Stage, name: str, failed: int
) -> None:
    busy_registry(stage)
    stage.add("tree", path=T)
    # Every call, so that of the put-back too.
    stage.add("fault", module="_RegistryWrite", function="RegSetValueExW", text=name, code=DENIED)
    *dummy, before, dummy, answer, after = stage.write("change-never", *OPERATIONS).add("tree", path=T).run()
    assert after == before
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    assert statuses(answer) == ["put_back"] * failed + ["failed"] + ["not_written"] * (len(OPERATIONS) - failed - 1)
    assert (answer["operations"][failed]["code"], bool(answer["operations"][failed]["text"])) == (DENIED, True)
    assert answer["reason"].startswith("Everything was put back, because " + OPERATIONS[failed]["path"])
    assert stage.journal("change-never")["state"] == "put_back"


@pytest.mark.parametrize(
    "operation",
    [
        set_value(f"{T}\\kept", "v", {"kind": 4, "data": 0}, {"exists": True, "kind": 3, "data": "/w==", "raw": True}),
        set_value(f"{T}\\kept", "absent", {"kind": 4, "data": 0}),
        delete_value(f"{T}\\kept", "v", {"exists": True, "kind": 3, "data": "/w==", "raw": True}),
        delete_key(f"{T}\\empty"),
    ],
)
def test_a_key_that_may_be_read_but_not_written_is_as_it_was(stage: Stage, operation: Json) -> None:
    busy_registry(stage)
    stage.add("script", text="$null = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey('SOFTWARE\\T\\empty'); 1")
    stage.add("tree", path=T)
    closed = operation["path"].split("\\", 1)[1]
    for function in ("RegOpenKeyExW", "RegCreateKeyExW"):
        stage.add("fault", module="_RegistryWrite", function=function, text=closed, access=WRITE_ACCESS, code=DENIED)
    stage.add("fault", module="_RegistryWrite", function="RegDeleteKeyExW", text=closed, code=DENIED)
    first = set_value(T, "plain", {"kind": 4, "data": 0}, dword(1))
    stage.write("change-closed", first, operation, set_value(T, "later", {"kind": 4, "data": 0}))
    *dummy, before, dummy, dummy, dummy, answer, after = stage.add("tree", path=T).run()
    assert after == before
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    assert statuses(answer) == ["put_back", "failed", "not_written"]
    assert answer["operations"][1]["code"] == DENIED
    assert stage.journal("change-closed")["state"] == "put_back"


def test_a_value_that_reads_back_differently_was_not_written(stage: Stage) -> None:
    busy_registry(stage)
    # What a filter of a security product does: it says yes and does nothing.
    stage.add("tree", path=T).add("fault", module="_RegistryWrite", function="RegSetValueExW", nth=4, code=0)
    *dummy, before, dummy, answer, after = stage.write("change-filter", *OPERATIONS).add("tree", path=T).run()
    assert after == before
    assert answer["status"] == "put_back"
    assert (answer["operations"][6]["status"], answer["operations"][6]["code"]) == ("failed", 13)


def test_what_cannot_be_put_back_is_named_and_the_rest_is(stage: Stage) -> None:
    busy_registry(stage)
    stage.add("fault", module="_RegistryWrite", function="RegSetValueExW", nth=4, code=NO_RESOURCES)
    stage.add("fault", module="_RegistryWrite", function="RegDeleteValueW", text="Enabled", nth=1, code=DENIED)
    *dummy, answer, tree = stage.write("change-stuck", *OPERATIONS).add("tree", path=T).run()
    assert (answer["status"], answer["changed"]) == ("put_back_failed", True)
    assert statuses(answer) == [*["put_back"] * 5, "failed", "failed"]
    assert answer["operations"][5]["code"] == DENIED
    assert answer["reason"].startswith("NOT everything")
    assert list(tree["keys"]["new"]["keys"]) == ["other"]
    assert tree["values"]["malformed"] == {"kind": 1, "hex": b"a\0b\0c".hex()}
    assert stage.journal("change-stuck")["state"] == "put_back_failed"


def test_a_key_of_ours_into_which_somebody_put_something_stays(stage: Stage) -> None:
    meddle = "[Microsoft.Win32.Registry]::LocalMachine.CreateSubKey('SOFTWARE\\T\\new').SetValue('theirs', 'x')"
    stage.add("fault", module="_RegistryWrite", function="RegSetValueExW", nth=2, code=NO_RESOURCES, script=meddle)
    stage.write("change-meddle", *(set_value(f"{T}\\{name}", "a", {"kind": 4, "data": 0}) for name in ("new", "other")))
    *dummy, answer, tree = stage.add("tree", path=T).run()
    assert answer["status"] == "put_back"
    assert list(tree["keys"]) == ["new"]
    assert list(tree["keys"]["new"]["values"]) == ["theirs"]


def test_values_that_cannot_be_saved_to_disk_are_put_back(stage: Stage) -> None:
    busy_registry(stage)
    stage.add("tree", path=T).add("fault", module="_RegistryWrite", function="RegFlushKey", nth=1, code=DISK_FULL)
    *dummy, before, dummy, answer, after = stage.write("change-flush", *OPERATIONS).add("tree", path=T).run()
    assert after == before
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    assert "HKEY_LOCAL_MACHINE\\SOFTWARE could not be saved" in answer["reason"]


def test_a_journal_that_cannot_be_written_prevents_the_change(stage: Stage) -> None:
    busy_registry(stage)
    stage.run()
    stage.write("change-first", set_value(T, "x", {"kind": 4, "data": 0})).run()
    # A folder in the place of the file: no bytes can be written there.
    (stage.changes / "change-block.json.new").mkdir()
    stage.add("tree", path=T).write("change-block", *OPERATIONS, undo="x").add("tree", path=T)
    before, answer, after = stage.run()
    assert after == before
    assert (answer["status"], answer["changed"], answer["journal"]) == ("refused", False, None)
    assert "journal" in answer["reason"]
    assert not (stage.changes / "change-block.json").exists()
    assert not (stage.changes / "change-block.reg").exists()


def test_a_journal_that_cannot_be_closed_takes_the_change_back_and_stays_open(stage: Stage) -> None:
    busy_registry(stage)
    # After the last write, a folder in the place of the new journal.
    block = "[System.IO.Directory]::CreateDirectory('C:\\ProgramData\\msexchange_tls\\changes\\change-open.json.new')"
    stage.add("tree", path=T).add("fault", module="_RegistryWrite", function="RegFlushKey", nth=1, script=block)
    *dummy, before, dummy, answer, after = stage.write("change-open", *OPERATIONS).add("tree", path=T).run()
    assert after == before
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    assert answer["reason"].count("journal could not be closed") == 2
    journal = stage.journal("change-open")
    assert (journal["state"], journal["closed"]) == ("open", None)
    # Whoever finds it after a loss of power needs to know which keys may be ours.
    assert [operation["created_keys"] for operation in journal["operations"]][1] == [
        f"{T}\\new",
        f"{T}\\new\\RC4 40/128",
    ]
    assert [operation["created_keys"] for operation in journal["operations"]][5] == [f"{T}\\new\\other"]


@pytest.mark.parametrize("nth", [1, 3])
def test_after_a_loss_of_power_the_journal_says_what_to_put_back(stage: Stage, nth: int) -> None:
    busy_registry(stage)
    stage.run()
    name = f"dying{nth}"
    dying = Stage(Driver.start(stage.driver.host, DRIVER, name))
    kill = "[System.Diagnostics.Process]::GetCurrentProcess().Kill()"
    dying.add("fault", module="_RegistryWrite", function="RegSetValueExW", nth=nth, script=kill)
    dying.driver.send(dying.write("change-power", *OPERATIONS).steps)
    dying.driver.process.wait(timeout=60)
    answer = stage.read(journal=True).one()
    assert [entry["id"] for entry in answer["journal"]] == ["change-power"]
    journal = stage.journal("change-power")
    assert journal["state"] == "open"
    assert [operation["before"] for operation in journal["operations"]] == [
        {"exists": True, "kind": 4, "data": "AQAAAA=="},
        {"exists": False},
        {"exists": True, "kind": 1, "data": "YQBiAGM="},
        {"exists": True, "kind": 7, "data": "AAA="},
        {"exists": True},
        {"exists": False},
        {"exists": True, "kind": 3, "data": "/w=="},
    ]
    # The lock of the dead does not keep the living out.
    operation = set_value(T, "later", {"kind": 4, "data": 0})
    assert stage.write("change-later", operation).one()["status"] == "written"


def test_a_key_that_cannot_be_read_stops_the_change_before_it_begins(stage: Stage) -> None:
    busy_registry(stage)
    stage.add("tree", path=T).add(
        "fault", module="_RegistryWrite", function="RegOpenKeyExW", text="SOFTWARE\\T\\kept", code=DENIED
    )
    *dummy, before, dummy, answer, after = stage.write("change-denied", *OPERATIONS).add("tree", path=T).run()
    assert after == before
    assert (answer["status"], answer["changed"], answer["journal"]) == ("refused", False, None)
    assert statuses(answer) == [*["not_written"] * 6, "failed"]
    assert answer["operations"][6]["code"] == DENIED
    assert f"{T}\\kept" in answer["reason"]


def test_without_native_calls_nothing_is_written(stage: Stage) -> None:
    stage.add(
        "script", text="& (Get-Module _Windows) { function script:New-NativeApi { throw 'not allowed here' } }; 1"
    )
    *dummy, answer, tree = stage.write("change-blocked", *OPERATIONS).add("tree", path=T).run()
    assert (answer["status"], tree) == ("refused", None)
    assert "not allowed here" in answer["reason"]


HOLD = """
    $global:ready = New-Object -TypeName System.Threading.ManualResetEvent -ArgumentList $false
    $global:release = New-Object -TypeName System.Threading.ManualResetEvent -ArgumentList $false
    $global:other = [PowerShell]::Create()
    $null = $other.AddScript({ param ($ready, $release, $abandon)
        $mutex = New-Object -TypeName System.Threading.Mutex -ArgumentList $false, 'Global\\msexchange_tls'
        $null = $mutex.WaitOne(); $null = $ready.Set()
        if ($abandon) { return }
        $null = $release.WaitOne(); $mutex.ReleaseMutex()
    }).AddArgument($ready).AddArgument($release).AddArgument(ABANDON)
    $global:running = $other.BeginInvoke(); $null = $ready.WaitOne(10000)
    1
"""


def test_two_writers_do_not_write_at_the_same_time(stage: Stage) -> None:
    operation = set_value(T, "a", {"kind": 4, "data": 0})
    stage.add("script", text=HOLD.replace("ABANDON", "$false")).write("change-busy", operation).add("tree", path=T)
    stage.add("script", text="$null = $release.Set(); $other.EndInvoke($running); 1").write("change-busy", operation)
    *dummy, busy, tree, dummy, later = stage.run()
    assert (busy["status"], busy["changed"], tree) == ("refused", False, None)
    assert "Another change" in busy["reason"]
    assert later["status"] == "written"


def test_the_lock_of_a_writer_that_died_is_taken_over(stage: Stage) -> None:
    operation = set_value(T, "a", {"kind": 4, "data": 0})
    text = (
        HOLD.replace("ABANDON", "$true")
        + "; $other.EndInvoke($running); $other.Dispose(); Start-Sleep -Milliseconds 300"
    )
    assert stage.add("script", text=text).write("change-orphan", operation).one()["status"] == "written"


@pytest.mark.parametrize("folder", ["", "changes"])
def test_a_folder_that_others_may_enter_is_refused(stage: Stage, folder: str) -> None:
    stage.run()
    (stage.changes).mkdir(parents=True)
    stage.changes.parent.chmod(0o700)
    stage.changes.chmod(0o700)
    (stage.changes.parent / folder).chmod(0o755)
    for check in (True, False):
        stage.write("change-open", set_value(T, "a", {"kind": 4, "data": 0}), _ansible_check_mode=check)
    stage.add("tree", path=T).read(journal=True)
    predicted, answer, tree, read = stage.run()
    assert (answer["status"], answer["changed"], tree) == ("refused", False, None)
    assert predicted["reason"] == answer["reason"]
    assert "S-1-1-0 has access to it" in answer["reason"]
    assert read["journal"] == []
    assert [error["text"] for error in read["errors"]] == [answer["reason"]]
    assert list(stage.changes.iterdir()) == []


def test_a_folder_made_before_with_the_right_access_is_used(stage: Stage) -> None:
    stage.run()
    stage.changes.mkdir(parents=True)
    stage.changes.parent.chmod(0o700)
    stage.changes.chmod(0o700)
    assert stage.write("change-made", set_value(T, "a", {"kind": 4, "data": 0})).one()["status"] == "written"


def test_a_file_in_the_place_of_the_folder_is_refused(stage: Stage) -> None:
    stage.run()
    stage.changes.parent.mkdir(mode=0o700)
    stage.changes.write_bytes(b"")
    answer = stage.write("change-file", set_value(T, "a", {"kind": 4, "data": 0})).one()
    assert (answer["status"], answer["changed"]) == ("refused", False)
    assert "it is a file" in answer["reason"]


def test_a_change_too_large_for_its_journal_is_refused(stage: Stage) -> None:
    operations = [set_value(T, f"v{n}", {"kind": 1, "data": "x" * 30_000}) for n in range(20)]
    *dummy, answer, tree = stage.write("change-large", *operations).add("tree", path=T).run()
    assert (answer["status"], tree) == ("refused", None)
    assert "1 MB" in answer["reason"]
