# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_write refuses every request that is not exactly what the contract says, before it looks at anything."""

from __future__ import annotations

import typing as t

import pytest
from tools.host_stage import Json, Stage, T, delete_key, delete_value, set_value

pytestmark = [pytest.mark.proves("whole_or_nothing"), pytest.mark.engine_powershell]

ABSENT: Json = {"exists": False}
ONE: Json = {"exists": True, "kind": 4, "data": 1}
SET = set_value(T, "a", {"kind": 4, "data": 1})


def changed(operation: Json, **members: t.Any) -> Json:
    """An operation with other members; None takes a member away."""
    return {key: value for key, value in {**operation, **members}.items() if value is not None}


#: One wrong operation, and what the sentence must say.
OPERATIONS: list[tuple[t.Any, str]] = [
    ("x", "operations[0] must be a dictionary"),
    (changed(SET, op="write"), "operations[0].op must be set, delete_value or delete_key"),
    (changed(SET, op="SET"), "operations[0].op must be set"),
    (changed(SET, op=None), "operations[0].op is missing"),
    (changed(SET, path=None), "operations[0].path is missing"),
    (changed(SET, path="HKLM\\SOFTWARE"), "operations[0].path is no path"),
    (changed(SET, path="HKEY_LOCAL_MACHINE"), "operations[0].path is no path"),
    (changed(SET, path=f"{T}\\"), "operations[0].path is no path"),
    (changed(SET, path=f"HKLM:\\{T}"), "operations[0].path is no path"),
    (changed(SET, name=None), "operations[0].name belongs to set"),
    (changed(SET, name="x" * 16384), "operations[0].name is no name"),
    (changed(SET, name="a\0b"), "operations[0].name is no name"),
    (changed(SET, kind=None), "operations[0] needs kind and data"),
    (changed(SET, data=None), "operations[0] needs kind and data"),
    (changed(SET, kind=-1), "operations[0].kind must be the number"),
    (changed(SET, kind=4294967296), "operations[0].kind must be the number"),
    (changed(SET, kind="4"), "operations[0].kind must be a whole number"),
    (changed(SET, kind=6, data="", raw=True), "operations[0].kind must not be 6"),
    (changed(SET, raw=1), "operations[0].raw must be true or false"),
    (changed(SET, expected=ABSENT), "operations[0].expected is unknown"),
    (changed(SET, expect=None), "operations[0].expect is missing"),
    (changed(SET, expect={}), "operations[0].expect.exists is missing"),
    (changed(SET, expect={"exists": True}), "operations[0].expect needs kind and data"),
    (changed(SET, expect={"exists": True, "kind": 4, "data": "1"}), "operations[0].expect.data must be a number"),
    (changed(SET, expect={"exists": False, "kind": 4}), "operations[0].expect.kind, data and raw belong"),
    (
        changed(SET, expect={"exists": True, "kind": 4, "data": 1, "empty": True}),
        "operations[0].expect.empty is unknown",
    ),
    (changed(delete_value(T, "a", ONE), data=1), "operations[0].kind, data and raw belong to set"),
    (changed(delete_value(T, "a", ONE), name=None), "operations[0].name belongs to"),
    (changed(delete_key(T), name="a"), "operations[0].name belongs to"),
    (changed(delete_key(T), expect=ABSENT), "operations[0].expect.exists must be true"),
    (changed(delete_key(T), expect=ONE), "operations[0].expect.kind, data and raw belong"),
]

#: kind, data and what data must be instead.
DATA: list[tuple[int, t.Any, bool, str]] = [
    (4, "1", False, "must be a number from 0 to 4294967295"),
    (4, -1, False, "must be a number from 0 to 4294967295"),
    (4, 4294967296, False, "must be a number from 0 to 4294967295"),
    (4, True, False, "must be a number from 0 to 4294967295"),
    (4, 1.5, False, "must be a number from 0 to 4294967295"),
    (4, [1], False, "must be a number from 0 to 4294967295"),
    (11, 1, False, "must be a number from 0 to 18446744073709551615 in a string"),
    (11, "18446744073709551616", False, "must be a number from 0 to 18446744073709551615 in a string"),
    (11, "-1", False, "must be a number from 0"),
    (11, "01", False, "must be a number from 0"),
    (11, " 1", False, "must be a number from 0"),
    (1, 1, False, "must be a string"),
    (1, ["a"], False, "must be a string"),
    (1, "a\0", False, "must be a string without NUL"),
    (2, {"a": "b"}, False, "must be a string"),
    (7, "a", False, "must be a list of strings"),
    (7, {"a": "b"}, False, "must be a list of strings"),
    (7, ["a", ""], False, "must be a list of strings, none of them empty"),
    (7, ["a\0b"], False, "must be a list of strings"),
    (7, ["a", 1], False, "must be a list of strings"),
    (3, [1, 2], False, "of this kind must be base64"),
    (3, "AA==", False, "of this kind must be base64, with raw: true"),
    (99, "AA==", False, "of this kind must be base64, with raw: true"),
    (3, "no base64!", True, "must be base64"),
    (4, "AA=", True, "must be base64"),
    (4, 1, True, "must be base64"),
]

REQUESTS: list[tuple[Json, str]] = [
    ({"contract": 2}, "contract 1, not 2"),
    ({"change": "short"}, "change must be 8 to 64"),
    ({"change": "Change-0001"}, "change must be 8 to 64"),
    ({"change": "../change-0001"}, "change must be 8 to 64"),
    ({"change": "-change-0001"}, "change must be 8 to 64"),
    ({"change": "change-0001\n"}, "change must be 8 to 64"),
    ({"change": "c" * 65}, "change must be 8 to 64"),
    ({"change": None}, "change is missing"),
    ({"operations": None}, "operations is missing"),
    ({"operations": {}}, "operations must be a list"),
    ({"meta": []}, "meta must be a dictionary"),
    ({"meta": {"a": 1}}, "meta.a must be a string"),
    ({"meta": {"a": {"b": "c"}}}, "meta.a must be a string"),
    ({"meta": {"": "a"}}, "names in the argument meta"),
    ({"meta": {"a b": "a"}}, "names in the argument meta"),
    ({"meta": {"ticket": "1", "Ticket": "2"}}, "meta.Ticket differs from another one in case only"),
    ({"reboot_required": "no"}, "reboot_required must be true or false"),
    ({"undo": 1}, "undo must be a string"),
    ({"check_mode": True}, "check_mode is unknown"),
    ({"operations": [SET, SET]}, "operations[1] has the target of another one"),
    (
        {"operations": [SET, delete_value(T.lower(), "A", ONE)]},
        "operations[1] has the target of another one",
    ),
    (
        {"operations": [set_value(T, name, {"kind": 4, "data": 0}) for name in ("\u01c4", "\u01c5")]},
        "operations[1] has the target of another one",
    ),
    ({"operations": [delete_key(T), SET, delete_key(T.upper())]}, "operations[2] has the target of another one"),
]


def refused(answers: list[Json], sentences: list[str]) -> None:
    for answer, sentence in zip(answers, sentences, strict=True):
        assert set(answer) == {"contract", "changed", "failed", "msg"}, sentence
        assert (answer["failed"], answer["changed"]) == (True, False)
        assert sentence in answer["msg"]


def test_a_wrong_operation_is_named_and_nothing_is_written(stage: Stage) -> None:
    good = set_value(f"{T}\\good", "a", {"kind": 4, "data": 1})
    for operation, dummy in OPERATIONS:
        stage.write("change-0001", operation, good)
    *answers, tree = stage.add("tree", path=T).run()[1:]
    refused(answers, [sentence for dummy, sentence in OPERATIONS])
    assert tree is None
    assert not stage.changes.exists()


def test_data_that_is_not_what_its_kind_needs_is_named(stage: Stage) -> None:
    for kind, data, raw, dummy in DATA:
        stage.write("change-0001", set_value(T, "a", {"kind": kind, "data": data, "raw": raw}))
    answers = stage.run()[1:]
    refused(answers, [f"operations[0].data {sentence}" for *dummy, sentence in DATA])


def test_half_a_surrogate_pair_is_no_text(stage: Stage) -> None:
    # JSON on the way to the host would lose it; a caller in PowerShell would not.
    request = """
        $operation = @{
            op = 'set'; path = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\T'; name = 'a'; kind = 1; data = 'x' + [char]0xd83d
            expect = @{ exists = $false }
        }
        $global:complex_args = @{ contract = 1; change = 'change-0001'; operations = @($operation) }
        & ([scriptblock]::Create([System.IO.File]::ReadAllText('C:\\test\\modules\\host_write.ps1')))
    """
    assert "half a surrogate pair" in stage.add("script", text=request).one()


def test_a_wrong_request_is_named(stage: Stage) -> None:
    for request, dummy in REQUESTS:
        args = {"contract": 1, "change": "change-0001", "operations": [SET], **request}
        stage.add("host_write", args=args)
    *answers, tree = stage.add("tree", path=T).run()[1:]
    refused(answers, [sentence for dummy, sentence in REQUESTS])
    assert tree is None


def test_a_null_is_an_argument_that_was_left_out(stage: Stage) -> None:
    operation = {**SET, "raw": None, "expect": {"exists": False, "kind": None, "data": None, "raw": None}}
    answer = stage.write("change-0001", operation, meta=None, undo=None, reboot_required=None).one()
    assert answer["status"] == "written"
