# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read and host_write as the emulated engine answers them; that the real ones answer alike is another test's
business.
"""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from lab import LabHost
from lab.engine_emulated import host_read, host_write, journal
from lab.engine_emulated.arguments import ArgumentError
from lab.faults import PowerLossError
from lab.filesystem import Folder
from tools.journals import unpacked

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

from .conftest import MakeHost

pytestmark = pytest.mark.proves("emulation_equal")

T = "HKEY_LOCAL_MACHINE\\SOFTWARE\\T"
Json = dict[str, t.Any]


@pytest.fixture
def host(make_host: MakeHost) -> LabHost:
    return make_host(registry={T: {"old": 1, "text": "x"}})


def read(host: LabHost, **args: t.Any) -> Json:
    return host_read.run(host, {"contract": 1, **args})


def write(host: LabHost, *operations: Json, change: str = "change-1", **args: t.Any) -> Json:
    return host_write.run(host, {"contract": 1, "change": change, "operations": list(operations), **args})


def setting(path: str = T, name: str = "new", data: t.Any = 1, kind: int = 4, expect: Json | None = None) -> Json:
    return {"op": "set", "path": path, "name": name, "kind": kind, "data": data, "expect": expect or {"exists": False}}


def there(data: t.Any, kind: int = 4) -> Json:
    return {"exists": True, "kind": kind, "data": data}


# -- reading --------------------------------------------------------------------------------------------------------


def test_keys_come_with_times_values_and_as_many_levels_as_asked(host: LabHost) -> None:
    host.registry.create(f"{T}\\A\\B\\C")
    (key,) = read(host, keys=[{"path": T, "depth": 2}])["keys"]
    assert [value["name"] for value in key["values"]] == ["old", "text"]
    assert key["written"] == str(host.registry.written(T))
    (below,) = key["keys"][0]["keys"]
    assert below["path"] == f"{T}\\A\\B"
    assert below["keys"] == []


def test_values_and_subkeys_can_be_chosen(host: LabHost) -> None:
    host.registry.create(f"{T}\\AB")
    host.registry.create(f"{T}\\CD")
    host.registry.create(f"{T}\\Names\\1")
    host.registry.set_value(f"{T}\\Names\\1", "Hash", 3, b"\xab")
    chosen = {"path": T, "depth": 1, "values": ["OLD"], "named_by": {"path": f"{T}\\Names", "value": "hash"}}
    (key,) = read(host, keys=[chosen])["keys"]
    assert [value["name"] for value in key["values"]] == ["old"]
    assert [below["path"] for below in key["keys"]] == [f"{T}\\AB"]


def test_only_the_chosen_values_of_a_key_are_told_and_all_of_the_keys_below(host: LabHost) -> None:
    host.registry.create(f"{T}\\A")
    host.registry.set_value(f"{T}\\A", "x", 4, b"\1\0\0\0")
    chosen = [["OLD", "none"], [], [""]]
    keys = read(host, keys=[{"path": T, "depth": 1, "values": names} for names in chosen])["keys"]
    assert [[value["name"] for value in key["values"]] for key in keys] == [["old"], [], []]
    assert [len(key["keys"][0]["values"]) for key in keys] == [1, 1, 1]


def test_of_the_keys_below_those_are_told_that_a_value_names_in_hexadecimal(host: LabHost) -> None:
    for name in ("0A1B", "ff"):
        host.registry.create(f"{T}\\store\\{name}")
    host.registry.create(f"{T}\\source\\one")
    host.registry.set_value(f"{T}\\source\\one", "Hash", 3, b"\x0a\x1b")
    host.registry.deny(f"{T}\\store\\ff")
    wanted = {"path": f"{T}\\store", "depth": 1, "named_by": {"path": f"{T}\\source", "value": "hash"}}
    answer = read(host, keys=[wanted])
    assert [key["path"] for key in answer["keys"][0]["keys"]] == [f"{T}\\store\\0A1B"]
    assert answer["errors"] == []
    host.registry.deny(f"{T}\\source\\one")
    answer = read(host, keys=[wanted])
    assert answer["keys"][0]["keys"] == []
    assert [error["path"] for error in answer["errors"]] == [f"{T}\\source\\one"]


def test_a_product_key_of_windows_is_in_no_answer_to_what_the_collection_asks(make_host: MakeHost) -> None:
    windows = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    host, secret = make_host(), bytes(range(164))
    for name in ("DigitalProductId", "DigitalProductId4"):
        host.registry.set_value(windows, name, 3, secret)
    form = base64.b64encode(secret).decode()
    assert form in json.dumps(read(host, keys=[{"path": windows}]))
    answer = json.dumps(read(host, **load().reading))
    assert "CurrentBuildNumber" in answer
    assert form not in answer
    assert "DigitalProductId" not in answer


def test_a_key_that_is_not_there_is_said_to_be_absent(host: LabHost) -> None:
    answer = read(host, keys=[{"path": f"{T}\\None"}])
    assert answer["keys"] == [{"path": f"{T}\\None", "exists": False, "written": None, "values": [], "keys": []}]
    assert answer["errors"] == []


def test_a_denied_key_is_an_error_entry_and_the_rest_is_read(host: LabHost) -> None:
    host.registry.create(f"{T}\\A")
    host.registry.deny(f"{T}\\A")
    answer = read(host, keys=[{"path": T, "depth": 1}])
    assert [(error["path"], error["code"]) for error in answer["errors"]] == [(f"{T}\\A", 5)]
    assert answer["keys"][0]["exists"] is True
    assert answer["keys"][0]["keys"][0]["exists"] is None


def test_settings_of_users_are_read_from_every_loaded_hive(make_host: MakeHost) -> None:
    host = make_host("ex2016_ws2016_mistakes")
    found = read(host, user_keys=[{"path": "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"}])["keys"]
    assert len(found) == 2
    assert sum(any(value["name"] == "SecureProtocols" for value in key["values"]) for key in found) == 1


def test_files_are_found_by_path_and_by_a_folder_in_the_registry(make_host: MakeHost) -> None:
    host = make_host("ex2016_ws2016_grouppolicy")
    setup = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\Setup"
    wanted = [
        {"key": setup, "value": "MsiInstallPath", "relative": "Bin\\ExSetup.exe"},
        {"path": "%ProgramData%\\ntuser.pol", "content": True},
        {"path": "%Nowhere%\\x"},
        {"key": setup, "value": "Absent", "relative": "x"},
    ]
    answer = read(host, files=wanted)
    assert answer["files"][0]["version"] == "15.1.2507.66"
    assert base64.b64decode(answer["files"][1]["content"]).startswith(b"PReg")
    assert answer["files"][2]["exists"] is None
    assert answer["files"][3] == {"path": None, "exists": False, "version": None, "size": None, "content": None}
    assert [error["path"] for error in answer["errors"]] == ["%Nowhere%\\x"]


def test_where_native_calls_are_blocked_times_are_unknown_and_nothing_is_written(make_host: MakeHost) -> None:
    host = make_host(native_calls=False, registry={T: {"old": 1}})
    answer = read(host, keys=[{"path": T}])
    assert answer["identity"]["boot"] is None
    assert answer["keys"][0]["written"] is None
    assert answer["errors"][0]["path"] == ""
    assert write(host, setting())["status"] == "refused"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"contract": 2}, "contract 1, not 2"),
        ({"contract": "1"}, "contract must be a whole number"),
        ({"contract": True}, "contract must be a whole number"),
        ({}, "contract is missing"),
        ({"contract": 1, "kyes": []}, "kyes is unknown; known are contract, files, journal, keys, user_keys"),
        ({"contract": 1, "keys": {}}, "keys must be a list"),
        ({"contract": 1, "keys": [{"path": "HKLM\\X"}]}, "no path of a registry key"),
        ({"contract": 1, "keys": [{"path": T, "depth": 65}]}, "0 to 64"),
        ({"contract": 1, "keys": [{"path": T, "_ansible_x": 1}]}, "_ansible_x is unknown"),
        ({"contract": 1, "user_keys": [{"path": "\\X"}]}, "no path of a registry key"),
        ({"contract": 1, "user_keys": [{"path": "X", "values": []}]}, r"user_keys\[0\].values is unknown"),
        ({"contract": 1, "keys": [{"path": T, "values": [1]}]}, r"keys\[0\].values\[0\] must be a string"),
        ({"contract": 1, "keys": [{"path": T, "named_by": {"path": "X", "value": "x"}}]}, "no path of a registry key"),
        ({"contract": 1, "files": [{"path": "C:\\x", "key": T}]}, "files needs either"),
    ],
)
def test_an_argument_that_the_contract_does_not_know_is_refused_by_name(host: LabHost, args: Json, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        host_read.run(host, args)


# -- writing --------------------------------------------------------------------------------------------------------


def test_a_change_is_written_with_its_keys_and_journalled_byte_for_byte(host: LabHost) -> None:
    answer = write(
        host,
        setting(f"{T}\\A\\B"),
        setting(T, "old", 2, expect=there(1)),
        {"op": "delete_value", "path": T, "name": "text", "expect": there("x", 1)},
        reboot_required=True,
        undo="Windows Registry Editor",
    )
    assert (answer["status"], answer["changed"], answer["reason"]) == ("written", True, "")
    content = json.loads(host.journal_files()["change-1.json"])
    assert (content["state"], content["reboot_required"], content["boot"]) == ("closed", True, str(host.boot))
    assert content["operations"][0]["created_keys"] == [f"{T}\\A", f"{T}\\A\\B"]
    assert content["operations"][1]["before"] == {
        "exists": True,
        "kind": 4,
        "data": base64.b64encode(b"\1\0\0\0").decode(),
    }
    assert content["operations"][2]["after"] == {"exists": False}
    assert host.journal_files()["change-1.reg"].startswith(b"\xff\xfeW\0")
    (one,) = read(host, journal=True)["journal"]
    assert (one["id"], unpacked(one)) == ("change-1", host.journal_files()["change-1.json"])


def test_a_mismatch_writes_nothing_leaves_no_journal_and_shows_what_is_there(host: LabHost) -> None:
    before = host.snapshot()
    answer = write(host, setting(), setting(T, "old", 2, expect=there(3)))
    assert answer["status"] == "mismatch"
    assert [item["status"] for item in answer["operations"]] == ["not_written", "mismatch"]
    assert answer["operations"][1]["found"] == there(1)
    assert host.snapshot() == before
    assert host.journal_files() == {}


def test_nothing_to_do_is_unchanged_whatever_was_expected(host: LabHost) -> None:
    answer = write(host, setting(T, "old", 1, expect=there(7)))
    assert (answer["status"], answer["changed"], answer["journal"]) == ("unchanged", False, None)


def test_check_mode_says_what_would_be_done_and_does_nothing(host: LabHost) -> None:
    before = host.snapshot()
    answer = write(host, setting(), _ansible_check_mode=True)
    assert (answer["status"], answer["changed"], answer["journal"]) == ("written", True, None)
    assert host.snapshot() == before
    assert host.files.folder(journal.FOLDER) is None


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_write_that_fails_is_put_back_with_everything_before_it(host: LabHost, failing: int) -> None:
    before = host.snapshot(T)
    host.faults.add("deny_write", at_write=failing, code=5)
    operations = [setting(f"{T}\\A"), setting(T, "old", 2, expect=there(1)), setting()]
    answer = write(host, *operations)
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    assert [item["status"] for item in answer["operations"]] == ["put_back"] * failing + ["failed"] + [
        "not_written"
    ] * (2 - failing)
    assert answer["operations"][failing]["code"] == 5
    assert host.snapshot(T) == before
    assert json.loads(host.journal_files()["change-1.json"])["state"] == "put_back"


@pytest.mark.parametrize(
    "operation",
    [
        setting(f"{T}\\kept", "v", 2, expect=there(1)),
        setting(f"{T}\\kept", "absent"),
        {"op": "delete_value", "path": f"{T}\\kept", "name": "v", "expect": there(1)},
        {"op": "delete_key", "path": f"{T}\\empty", "expect": {"exists": True}},
    ],
)
def test_a_key_that_may_be_read_but_not_written_is_as_it_was(host: LabHost, operation: Json) -> None:
    host.registry.create(f"{T}\\kept")
    host.registry.create(f"{T}\\empty")
    host.registry.set_value(f"{T}\\kept", "v", 4, b"\1\0\0\0")
    before = host.snapshot(T)
    host.registry.deny(operation["path"], reading=0)
    answer = write(host, setting(T, "old", 2, expect=there(1)), operation, setting())
    assert (answer["status"], answer["changed"]) == ("put_back", False)
    assert [item["status"] for item in answer["operations"]] == ["put_back", "failed", "not_written"]
    assert answer["operations"][1]["code"] == 5
    assert host.snapshot(T) == before
    assert json.loads(host.journal_files()["change-1.json"])["state"] == "put_back"


@pytest.mark.parametrize("written", [0, 1, 2])
def test_power_loss_leaves_an_open_journal_and_so_many_values(host: LabHost, written: int) -> None:
    host.faults.add("power_loss", at_write=written)
    with pytest.raises(PowerLossError):
        write(host, setting(T, "a"), setting(T, "b"))
    assert sum(host.registry.value(T, name) is not None for name in "ab") == written
    assert json.loads(host.journal_files()["change-1.json"])["state"] == "open"
    assert json.loads(host.journal_files()["change-1.json"])["operations"][0]["before"] == {"exists": False}


def test_a_full_disk_refuses_before_the_first_write(host: LabHost) -> None:
    before = host.snapshot(T)
    host.faults.add("disk_full")
    answer = write(host, setting())
    assert answer["status"] == "refused"
    assert "not enough space" in answer["reason"]
    assert host.snapshot(T) == before
    assert host.journal_files() == {}


def test_a_second_writer_is_refused_at_once(host: LabHost) -> None:
    host.faults.add("mutex_busy")
    assert "Another change" in write(host, setting())["reason"]
    assert write(host, setting())["status"] == "written"


def test_an_id_is_used_once(host: LabHost) -> None:
    write(host, setting())
    assert "has a journal already" in write(host, setting(T, "other"))["reason"]


@pytest.mark.parametrize(
    "folder",
    [
        Folder(journal.ROOT, owner="S-1-5-21-1-2-3-1001"),
        Folder(journal.ROOT, open_to=frozenset({"S-1-5-18", "S-1-1-0"})),
        Folder(journal.ROOT, inherits=True),
        Folder(journal.ROOT, reparse=True),
        Folder("C:\\ProgramData", reparse=True),
        Folder("C:\\ProgramData", open_to=frozenset({"S-1-5-32-545"})),
    ],
)
def test_a_folder_that_others_may_have_touched_is_refused_and_not_read(host: LabHost, folder: Folder) -> None:
    journal.make_folder(host)
    host.files.make_folder(folder)
    assert write(host, setting())["status"] == "refused"
    assert [error["code"] for error in read(host, journal=True)["errors"]] == [0]


def test_a_key_is_deleted_once_the_change_has_emptied_it(host: LabHost) -> None:
    host.registry.create(f"{T}\\A")
    host.registry.set_value(f"{T}\\A", "v", 4, b"\1\0\0\0")
    removal = {"op": "delete_key", "path": f"{T}\\A", "expect": {"exists": True}}
    answer = write(host, removal)
    assert answer["operations"][0]["found"] == {"exists": True, "empty": False}
    value = {"op": "delete_value", "path": f"{T}\\a", "name": "V", "expect": there(1)}
    assert write(host, value, removal)["status"] == "written"
    assert not host.registry.exists(f"{T}\\A")


def test_a_broken_journal_comes_as_it_is_and_one_that_is_too_large_says_so(host: LabHost) -> None:
    write(host, setting())
    host.files.add(f"{journal.FOLDER}\\broken-1.json", b'{"contract": 1, "id": "bro')
    host.files.add(f"{journal.FOLDER}\\large-01.json", b" " * (journal.SIZE_LIMIT + 1))
    found = {one["id"]: one for one in read(host, journal=True)["journal"]}
    assert sorted(found) == ["broken-1", "change-1", "large-01"]
    assert unpacked(found["broken-1"]) == b'{"contract": 1, "id": "bro'
    assert found["large-01"] == {"id": "large-01", "error": "The journal is larger than 1 MB."}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"op": "rename", "path": T, "expect": {"exists": True}}, "op must be"),
        ({**setting(), "path": "HKEY_LOCAL_MACHINE"}, "path is no path"),
        ({**setting(), "path": "HKEY_CURRENT_USER\\X"}, "path is no path"),
        ({**setting(), "kind": 6, "raw": True, "data": ""}, "must not be 6"),
        ({**setting(), "data": None}, "needs kind and data"),
        ({**setting(), "data": "1"}, "data must be a number"),
        ({**setting(), "raw": True, "data": "?"}, "must be base64"),
        ({**setting(), "name": None}, "name belongs to"),
        ({**setting(), "expect": {"exists": False, "kind": 4}}, "belong to a value that exists"),
        ({"op": "delete_key", "path": T, "name": "x", "expect": {"exists": True}}, "name belongs to"),
        ({"op": "delete_key", "path": T, "expect": {"exists": False}}, "must be true"),
        ({"op": "delete_value", "path": T, "name": "x", "kind": 4, "expect": {"exists": False}}, "belong to set only"),
    ],
)
def test_an_operation_that_makes_no_sense_is_refused(host: LabHost, operation: Json, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        write(host, operation)


def test_two_operations_on_one_value_are_refused(host: LabHost) -> None:
    with pytest.raises(ArgumentError, match="target of another"):
        write(host, setting(T, "a"), setting(T.lower().replace("hkey_local_machine", "HKEY_LOCAL_MACHINE"), "A"))


@pytest.mark.parametrize("change", ["short", "UPPERCASE-1", "-begins-so", "with.dots", "x" * 65])
def test_a_change_has_a_plain_name(host: LabHost, change: str) -> None:
    with pytest.raises(ArgumentError, match="change must be"):
        write(host, setting(), change=change)
