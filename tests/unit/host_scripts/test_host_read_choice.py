# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read returns of a key what was chosen, and what was not chosen does not leave the host."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from tools.host_stage import Json, Stage, T

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

pytestmark = [pytest.mark.proves("registry_read"), pytest.mark.engine_powershell]

ONE = b"\x01\0\0\0"
WINDOWS = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


def names(key: Json) -> list[str]:
    return [value["name"] for value in key["values"]]


def poke_all(stage: Stage, path: str, *values: str) -> Stage:
    for name in values:
        stage.poke(path, name, 4, ONE)
    return stage


@pytest.mark.parametrize(
    ("chosen", "returned"),
    [
        (["UBR"], ["UBR"]),
        (["ubr", "Build"], ["Build", "UBR"]),
        (["\u00c4"], ["\u00e4"]),
        (["", "none of these"], [""]),
        (["UBR "], []),
        (["U*"], []),
        (["UB\u00adR"], []),
        ([], []),
        (None, ["", "Build", "Secret", "UBR", "\u00e4"]),
    ],
)
def test_only_the_chosen_values_are_returned(stage: Stage, chosen: list[str] | None, returned: list[str]) -> None:
    poke_all(stage, T, "UBR", "Secret", "", "\u00e4", "Build")
    whole, part = stage.read(keys=[{"path": T}, {"path": T, "values": chosen}]).one()["keys"]
    assert names(part) == returned
    assert part == {**whole, "values": [value for value in whole["values"] if value["name"] in returned]}


def test_keys_below_keep_all_their_values(stage: Stage) -> None:
    poke_all(stage, T, "a", "b")
    poke_all(stage, f"{T}\\below", "a", "b")
    (key,) = stage.read(keys=[{"path": T, "depth": 1, "values": ["A"]}]).one()["keys"]
    assert (names(key), names(key["keys"][0])) == (["a"], ["a", "b"])


def test_a_choice_from_a_key_that_does_not_exist_is_no_error(stage: Stage) -> None:
    answer = stage.read(keys=[{"path": f"{T}\\none", "values": ["a"]}]).one()
    assert answer["keys"] == [{"path": f"{T}\\none", "exists": False, "written": None, "values": [], "keys": []}]
    assert answer["errors"] == []


def test_a_choice_counts_where_native_calls_are_blocked(stage: Stage) -> None:
    poke_all(stage, T, "a", "b")
    block = "{ function script:New-NativeApi { throw 'not allowed here' } }"
    stage.add("script", text=f"& (Get-Module _Windows) {block}; 1")
    assert names(stage.read(keys=[{"path": T, "values": ["B"]}]).one()["keys"][0]) == ["b"]


FORMS = """
    $text = [System.IO.File]::ReadAllText('C:\\test\\modules\\host_read.ps1')
    $path = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\T'
    $names = New-Object -TypeName System.Collections.ArrayList
    $null = $names.Add('a')
    $json = '{"contract":1,"keys":[{"path":"PATH","values":["a"]},{"path":"PATH","values":[]}]}'
    $forms = @(
        @{ contract = 1; keys = @(@{ path = $path; values = $names }, @{ path = $path; values = @() }) }
        (ConvertFrom-Json -InputObject $json.Replace('PATH', $path.Replace('\\', '\\\\')))
    )
    foreach ($form in $forms) { $global:complex_args = $form; & ([scriptblock]::Create($text)) }
"""


def test_lists_of_one_and_of_none_stay_lists_in_every_form_of_arguments(stage: Stage) -> None:
    poke_all(stage, T, "a", "b")
    answers = [json.loads(answer) for answer in stage.add("script", text=FORMS).one()]
    assert [[names(key) for key in answer["keys"]] for answer in answers] == [[["a"], []]] * 2


PRODUCT_KEY = bytes(range(0x30, 0x30 + 164))


def test_a_product_key_of_windows_is_in_no_answer_to_what_the_collection_asks(stage: Stage) -> None:
    planted = {"DigitalProductId": PRODUCT_KEY, "digitalproductid4": PRODUCT_KEY * 2}
    for name, data in planted.items():
        stage.poke(WINDOWS, name, 3, data)
    stage.read(**t.cast("Json", load().reading)).read(keys=[{"path": WINDOWS}])
    remove = f"$key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('{WINDOWS.partition(chr(92))[2]}', $true);"
    remove += "".join(f" $key.DeleteValue('{name}', $false);" for name in planted)
    *dummy, answer, whole, dummy = stage.add("script", text=remove + " 1").run()
    assert "failed" not in answer
    assert "CurrentBuildNumber" in json.dumps(answer)
    for name, data in planted.items():
        for form in (name, base64.b64encode(data).decode()):
            assert form.lower() in json.dumps(whole).lower()
            assert form.lower() not in json.dumps(answer).lower()


# -- keys that are named by values ----------------------------------------------------------------------------------


STORE, SOURCE = f"{T}\\store", f"{T}\\source"
NAMED: Json = {"path": STORE, "depth": 1, "named_by": {"path": SOURCE, "value": "Hash"}}


def seed_store(stage: Stage) -> None:
    for name in ("0A1B", "0a1c", "FF", "Hash"):
        poke_all(stage, f"{STORE}\\{name}", "Blob")
    stage.poke(f"{SOURCE}\\0.0.0.0:443", "HASH", 3, b"\x0a\x1b").poke(f"{SOURCE}\\0.0.0.0:444", "Hash", 3, b"\x0a\x1c")
    stage.poke(f"{SOURCE}\\[::]:25", "Hash", 3, b"\x77").poke(f"{SOURCE}\\[::]:26", "Other", 3, b"\xff")
    stage.poke(SOURCE, "Hash", 3, b"\xff").poke(f"{SOURCE}\\a\\deep", "Hash", 3, b"\xff")


def test_of_the_keys_below_only_those_are_returned_that_a_value_names_in_hexadecimal(stage: Stage) -> None:
    seed_store(stage)
    poke_all(stage, STORE, "kept")
    (key,) = stage.read(keys=[NAMED]).one()["keys"]
    assert [below["path"] for below in key["keys"]] == [f"{STORE}\\0A1B", f"{STORE}\\0a1c"]
    assert [names(below) for below in key["keys"]] == [["Blob"], ["Blob"]]
    assert names(key) == ["kept"]


def test_a_key_that_no_value_names_is_not_even_opened(stage: Stage) -> None:
    seed_store(stage)
    for name in ("FF", "0A1B"):
        stage.add("fault", module="_Windows", function="RegOpenKeyExW", text=f"SOFTWARE\\T\\store\\{name}", code=5)
    answer = stage.read(keys=[NAMED]).one()
    assert [(entry["path"], entry["code"]) for entry in answer["errors"]] == [(f"{STORE}\\0A1B", 5)]
    assert [below["exists"] for below in answer["keys"][0]["keys"]] == [None, True]


@pytest.mark.parametrize(
    ("code", "text", "returned"),
    [(5, "SOFTWARE\\T\\source", []), (5, "SOFTWARE\\T\\source\\0.0.0.0:443", ["0a1c"]), (2, "SOFTWARE\\T\\source", [])],
)
def test_what_cannot_be_read_names_no_key_and_is_told_unless_it_is_absent(
    stage: Stage, code: int, text: str, returned: list[str]
) -> None:
    seed_store(stage)
    stage.add("fault", module="_Windows", function="RegOpenKeyExW", text=text, code=code)
    answer = stage.read(keys=[NAMED]).one()
    assert [below["path"] for below in answer["keys"][0]["keys"]] == [f"{STORE}\\{name}" for name in returned]
    assert [entry["path"] for entry in answer["errors"]] == ([f"HKEY_LOCAL_MACHINE\\{text}"] if code == 5 else [])


def test_a_wrong_choice_is_refused_by_name(stage: Stage) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"keys": [{"path": T, "values": "a"}]}, "keys[0].values must be a list"),
        ({"keys": [{"path": T, "values": ["a", 1]}]}, "keys[0].values[1] must be a string"),
        ({"keys": [{"path": T, "values": ["a", None]}]}, "keys[0].values[1] must be a string"),
        ({"keys": [{"path": T, "named_by": []}]}, "keys[0].named_by must be a dictionary"),
        ({"keys": [{"path": T, "named_by": {"path": T}}]}, "keys[0].named_by.value is missing"),
        ({"keys": [{"path": T, "named_by": {"path": "HKLM\\X", "value": "v"}}]}, "no path of a registry key"),
        ({"user_keys": [{"path": "T", "values": ["a"]}]}, "user_keys[0].values is unknown"),
        ({"user_keys": [{"path": "T", "named_by": {"path": T, "value": "v"}}]}, "user_keys[0].named_by is unknown"),
    ]
    for request, dummy in wrong:
        stage.read(**request)
    for (dummy, sentence), answer in zip(wrong, stage.run()[1:], strict=True):
        assert answer["failed"] is True
        assert sentence in answer["msg"]
