# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read answers what it could read and names what it could not; only a bad request fails as a whole."""

from __future__ import annotations

import json
import typing as t

import pytest
from tools.host_stage import Json, Stage, T

pytestmark = [pytest.mark.proves("registry_read"), pytest.mark.engine_powershell]

UNREAD: Json = {"exists": None, "written": None, "values": [], "keys": []}


def seed(stage: Stage) -> None:
    stage.poke(T, "v", 4, b"\x01\0\0\0").poke(f"{T}\\RC4 128/128", "Enabled", 4, b"\0\0\0\x80")
    stage.poke(T, "w", 7, "one\0two\0\0".encode("utf-16-le"))
    stage.poke(f"{T}\\z", "text", 2, "%x%\0".encode("utf-16-le"))


def errors(answer: Json) -> list[tuple[str, int]]:
    assert all(entry["text"] for entry in answer["errors"])
    return [(entry["path"], entry["code"]) for entry in answer["errors"]]


@pytest.mark.parametrize(("code", "function"), [(5, "RegOpenKeyExW"), (1450, "RegOpenKeyExW")])
def test_a_denied_key_is_an_entry_of_its_own_and_the_others_are_read(stage: Stage, code: int, function: str) -> None:
    seed(stage)
    stage.add("fault", module="_Windows", function=function, text="SOFTWARE\\T\\RC4 128/128", code=code)
    answer = stage.read(keys=[{"path": T, "depth": 1}, {"path": f"{T}\\z"}]).one()
    denied, other = answer["keys"][0]["keys"]
    assert denied == {"path": f"{T}\\RC4 128/128", **UNREAD}
    assert other["values"][0]["name"] == "text"
    assert answer["keys"][1]["exists"] is True
    assert errors(answer) == [(f"{T}\\RC4 128/128", code)]
    assert "failed" not in answer


@pytest.mark.parametrize("code", [2, 3, 1018])
def test_a_key_that_vanishes_while_it_is_read_does_not_exist(stage: Stage, code: int) -> None:
    seed(stage)
    stage.add("fault", module="_Windows", function="RegOpenKeyExW", text="SOFTWARE\\T\\z", code=code)
    answer = stage.read(keys=[{"path": f"{T}\\z"}]).one()
    assert answer["keys"] == [{"path": f"{T}\\z", **UNREAD, "exists": False}]
    assert answer["errors"] == []


@pytest.mark.parametrize("function", ["RegQueryInfoKeyW", "RegEnumValueW", "RegEnumKeyExW"])
def test_half_of_a_key_is_never_shown_as_the_whole(stage: Stage, function: str) -> None:
    seed(stage)
    stage.add("fault", module="_Windows", function=function, code=1450)
    answer = stage.read(keys=[{"path": f"{T}\\z"}, {"path": T, "depth": 1}]).one()
    assert answer["keys"] == [{"path": path, **UNREAD} for path in (f"{T}\\z", T)]
    assert errors(answer)[-2:] == [(f"{T}\\z", 1450), (T, 1450)]


def test_a_value_that_grows_while_it_is_read_is_read_whole(stage: Stage) -> None:
    seed(stage)
    grow = "[Microsoft.Win32.Registry]::SetValue('HKEY_LOCAL_MACHINE\\SOFTWARE\\T\\z', 'text', ('x' * 5000))"
    stage.add("fault", module="_Windows", function="RegEnumValueW", nth=1, script=grow)
    answer = stage.read(keys=[{"path": f"{T}\\z"}]).one()
    assert answer["keys"][0]["values"] == [{"name": "text", "kind": 1, "data": "x" * 5000}]


def test_where_native_calls_are_blocked_values_are_read_and_times_are_unknown(stage: Stage) -> None:
    seed(stage)
    request: t.Any = [{"path": T, "depth": 1}, {"path": f"{T}\\none"}]
    native = stage.read(keys=request).run()[-1]
    block = "{ function script:New-NativeApi { throw 'not allowed here' } }"
    stage.add("script", text=f"& (Get-Module _Windows) {block}; 1")
    managed = stage.read(keys=request).one()
    assert errors(managed) == [("", 0)]
    assert "not allowed here" in managed["errors"][0]["text"]
    assert managed["identity"]["boot"] is None
    assert native["keys"][0]["written"] is not None

    def timeless(key: Json) -> Json:
        return {**key, "written": None, "keys": [timeless(child) for child in key["keys"]]}

    assert managed["keys"] == [timeless(key) for key in native["keys"]]


def test_the_identity_tells_the_host_its_boot_and_its_time(stage: Stage) -> None:
    now = "[DateTime]::UtcNow.ToFileTimeUtc().ToString()"
    facts = f"[Environment]::MachineName, $PSVersionTable.PSVersion.ToString(), {now}"
    dummy, first, second, truth = stage.read().read().add("script", text=facts).run()
    identity = first["identity"]
    assert (identity["computer"], identity["powershell"]) == (truth[0], truth[1])
    assert identity["elevated"] is True
    assert identity["domain"] is None
    assert identity["boot"] == second["identity"]["boot"]
    assert int(identity["boot"]) < int(identity["now"]) < int(second["identity"]["now"]) <= int(truth[2])
    assert first == {**first, "contract": 1, "changed": False, "files": [], "keys": [], "journal": [], "errors": []}


def test_the_domain_is_the_one_windows_uses_for_its_own_name(stage: Stage) -> None:
    path = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
    stage.poke(path, "Domain", 1, "example.com\0".encode("utf-16-le")).read()
    assert stage.poke(path, "Domain", 1, b"\0\0").run()[-2]["identity"]["domain"] == "example.com"


def test_files_are_answered_in_the_order_of_the_request(stage: Stage) -> None:
    folder = stage.driver.host.drive / "files"
    folder.mkdir(exist_ok=True)
    (folder / "small.txt").write_bytes(b"\x00\xff\r\n")
    (folder / "large.txt").write_bytes(bytes(262145))
    (folder / "limit.txt").write_bytes(bytes(262144))
    stage.poke(T, "Folder", 1, "C:\\files\\\0".encode("utf-16-le")).poke(T, "Number", 4, b"\x01\0\0\0")
    stage.poke(T, "Expand", 2, "%SystemDrive%\\files\0".encode("utf-16-le"))
    by_key = {"key": T, "relative": "small.txt", "content": True}
    answer = stage.read(
        files=[
            {"path": "%SystemRoot%\\system32\\schannel.dll"},
            {"path": "C:\\files\\small.txt", "content": True},
            {"path": "C:\\files\\large.txt", "content": True},
            {"path": "C:\\files\\limit.txt", "content": True},
            {"path": "C:\\files\\none.txt"},
            {"path": "C:\\none\\none.txt"},
            {"path": "C:\\files"},
            {"path": "\\\\elsewhere\\share\\file.txt"},
            {"path": "relative.txt"},
            {**by_key, "value": "Folder"},
            {**by_key, "value": "Expand"},
            {**by_key, "value": "Number"},
            {**by_key, "value": "Absent"},
        ]
    ).one()
    schannel, small, large, limit, *rest = answer["files"]
    assert schannel["exists"] is True
    assert schannel["path"].lower() == "c:\\windows\\system32\\schannel.dll"
    assert schannel["version"].count(".") == 3
    assert small == {"path": "C:\\files\\small.txt", "exists": True, "version": None, "size": 4, "content": "AP8NCg=="}
    assert (large["size"], large["content"]) == (262145, None)
    assert len(limit["content"]) == 349528
    nothing = {"version": None, "size": None, "content": None}
    assert rest[:5] == [
        {"path": "C:\\files\\none.txt", "exists": False, **nothing},
        {"path": "C:\\none\\none.txt", "exists": False, **nothing},
        {"path": "C:\\files", "exists": False, **nothing},
        {"path": "\\\\elsewhere\\share\\file.txt", "exists": None, **nothing},
        {"path": "relative.txt", "exists": None, **nothing},
    ]
    assert rest[5] == small
    assert rest[6] == small
    assert rest[7:] == [{"path": None, "exists": False, **nothing}] * 2
    codes = [("C:\\files\\large.txt", 223), ("\\\\elsewhere\\share\\file.txt", 0), ("relative.txt", 0)]
    assert errors(answer) == codes


def test_a_star_stands_for_every_folder_in_its_place_that_has_the_file(stage: Stage) -> None:
    folder = stage.driver.host.drive / "files" / "history"
    for name, has_it in (("{B}", True), ("{a}", True), ("none", False)):
        (folder / name / "Machine").mkdir(parents=True, exist_ok=True)
        if has_it:
            (folder / name / "Machine" / "x.xml").write_bytes(name.encode())
    (folder / "x.xml").write_bytes(b"in no folder")
    star = "C:\\files\\history\\*\\Machine"
    asked = [f"{star}\\x.xml", f"{star}\\y.xml", "C:\\none\\*\\x.xml", "\\\\elsewhere\\*\\x.xml"]
    answer = stage.read(files=[{"path": path, "content": True} for path in asked]).one()
    found = {file["path"]: file["content"] for file in answer["files"] if file["exists"]}
    assert found == {
        "C:\\files\\history\\{a}\\Machine\\x.xml": "e2F9",
        "C:\\files\\history\\{B}\\Machine\\x.xml": "e0J9",
    }
    assert [(file["path"], file["exists"]) for file in answer["files"] if not file["exists"]] == [
        (asked[1], False),
        (asked[2], False),
        (asked[3], None),
    ]


def test_a_file_that_another_program_keeps_for_itself_is_an_error_with_its_number(stage: Stage) -> None:
    folder = stage.driver.host.drive / "files"
    folder.mkdir(exist_ok=True)
    (folder / "kept.txt").write_bytes(b"x")
    stage.add("script", text="$global:kept = [System.IO.File]::Open('C:\\files\\kept.txt', 'Open', 'Read', 'None'); 1")
    stage.read(files=[{"path": "C:\\files\\kept.txt", "content": True}])
    *dummy, answer, dummy = stage.add("script", text="$global:kept.Dispose(); 1").run()
    assert (answer["files"][0]["size"], answer["files"][0]["content"]) == (1, None)
    assert errors(answer) == [("C:\\files\\kept.txt", 32)]


BAD_REQUESTS: list[tuple[Json, str]] = [
    ({"contract": 2}, "contract 1, not 2"),
    ({"contract": "1"}, "contract must be a whole number"),
    ({"contract": None}, "contract is missing"),
    ({"kyes": []}, "kyes is unknown"),
    ({"Keys": []}, "Keys is unknown"),
    ({"keys": {}}, "keys must be a list"),
    ({"keys": ["x"]}, "keys[0] must be a dictionary"),
    ({"keys": [{"path": T}, {"path": T, "deep": 1}]}, "keys[1].deep is unknown"),
    ({"keys": [{"depth": 1}]}, "keys[0].path is missing"),
    ({"keys": [{"path": T, "depth": True}]}, "keys[0].depth must be a whole number"),
    ({"keys": [{"path": T, "depth": -1}]}, "depth must be 0 to 64"),
    ({"keys": [{"path": T, "depth": 65}]}, "depth must be 0 to 64"),
    ({"keys": [{"path": "HKLM\\SOFTWARE"}]}, "no path of a registry key"),
    ({"keys": [{"path": "HKEY_CURRENT_USER\\SOFTWARE"}]}, "no path of a registry key"),
    ({"keys": [{"path": f"{T}\\"}]}, "no path of a registry key"),
    ({"keys": [{"path": f"{T}\\\\x"}]}, "no path of a registry key"),
    ({"keys": [{"path": f"{T}\\a\0b"}]}, "no path of a registry key"),
    ({"keys": [{"path": f"{T}\\{'x' * 256}"}]}, "no path of a registry key"),
    ({"user_keys": [{"path": "\\Software"}]}, "no path of a registry key"),
    ({"files": [{}]}, "Each of files needs either"),
    ({"files": [{"path": "C:\\x", "key": T}]}, "Each of files needs either"),
    ({"files": [{"key": T, "value": "x"}]}, "Each of files needs either"),
    ({"files": [{"key": "HKLM\\x", "value": "x", "relative": "y"}]}, "no path of a registry key"),
    ({"journal": "yes"}, "journal must be true or false"),
    (
        {"_ansible_check_mode": True, "keys": [{"_ansible_check_mode": True, "path": T}]},
        "keys[0]._ansible_check_mode is",
    ),
]


def test_a_bad_request_fails_with_one_sentence_that_names_the_argument(stage: Stage) -> None:
    for request, dummy in BAD_REQUESTS:
        stage.read(**request)
    for (request, sentence), answer in zip(BAD_REQUESTS, stage.run()[1:], strict=True):
        assert set(answer) == {"contract", "changed", "failed", "msg"}, request
        assert (answer["failed"], answer["changed"]) == (True, False)
        assert sentence in answer["msg"], request


def test_what_ansible_adds_to_the_arguments_is_no_mistake(stage: Stage) -> None:
    added = {"_ansible_check_mode": True, "_ansible_diff": False, "_ansible_anything_new": {"a": [1]}}
    assert "failed" not in stage.read(**added).one()


def test_arguments_may_come_in_any_of_the_forms_that_ansible_core_gives_them(stage: Stage) -> None:
    seed(stage)
    plain = stage.read(keys=[{"path": T, "depth": 1}]).run()[-1]
    forms = """
        $list = New-Object -TypeName System.Collections.ArrayList
        $entry = New-Object -TypeName 'System.Collections.Generic.Dictionary[string,object]'
        $entry['path'] = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\T'; $entry['depth'] = [int]1
        $null = $list.Add($entry)
        $forms = @(
            @{ contract = 1; keys = $list }
            @{ contract = [long]1; keys = @([pscustomobject]@{ path = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\T'; depth = 1 }) }
            (ConvertFrom-Json '{"contract":1,"keys":[{"depth":1,"path":"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\T"}]}')
        )
        $text = [System.IO.File]::ReadAllText('C:\\test\\modules\\host_read.ps1')
        foreach ($form in $forms) { $global:complex_args = $form; & ([scriptblock]::Create($text)) }
    """
    answers = [json.loads(answer) for answer in stage.add("script", text=forms).one()]
    assert [answer["keys"] for answer in answers] == [plain["keys"]] * 3
