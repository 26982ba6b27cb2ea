# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a change is understood whole or refused in one sentence."""

from __future__ import annotations

import json
import typing as t

import pytest
from tools.journals import ABSENT, KEY, Json, dword, encoded, journal, operation, state

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    JournalError,
    RegistryValue,
    Revert,
    read_journal,
    to_bytes,
)

pytestmark = pytest.mark.proves("hostile_journals")

ID = "change-0001"


def read(content: Json | bytes) -> ChangeHeader:
    return read_journal(encoded(content), ID)


def refusal(content: Json | bytes) -> str:
    with pytest.raises(JournalError) as caught:
        read(content)
    message = str(caught.value)
    assert message.startswith("The journal ")
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 400
    return message


def test_a_journal_tells_everything_about_its_change() -> None:
    found = read(journal(meta={"ticket": "CHG1"}))
    assert (found.id, found.state, found.computer, found.reboot_required) == (ID, "closed", "SRV1", True)
    assert (found.started, found.closed, found.boot) == (134401600000000000, 134401600010000000, 134401500000000000)
    assert dict(found.meta) == {"ticket": "CHG1"}
    assert found.values == ((KEY, "Enabled"),)
    (one,) = found.operations
    assert (one.op, one.path, one.name, one.created_keys) == ("set", KEY, "Enabled", (KEY,))
    assert (one.before, one.after) == (None, RegistryValue("Enabled", 4, 0))
    assert found.revert is None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (0, b""),
        (1, b"a\0\0\0"),
        (1, b"a"),
        (2, b"\0\0"),
        (3, b"\1\2"),
        (4, b"\1"),
        (7, b"\0\0"),
        (11, bytes(8)),
        (4242, b"x"),
    ],
)
def test_values_of_every_kind_come_back_byte_for_byte(kind: int, data: bytes) -> None:
    (one,) = read(journal(operations=[operation(before=state(kind, data))])).operations
    assert one.before is not None
    assert (one.before.kind, to_bytes(one.before)) == (kind, data)


@pytest.mark.parametrize("name", ["open", "closed", "put_back", "put_back_failed", "reverted"])
def test_every_end_of_a_change_is_understood(name: str) -> None:
    assert read(journal(state=name)).state == name


def test_half_a_surrogate_pair_in_a_name_is_part_of_the_name() -> None:
    (one,) = read(journal(operations=[operation(name="\ud800x")])).operations
    assert one.name == "\ud800x"


def test_a_timer_is_told() -> None:
    timer = {"state": "armed", "task": r"\msexchange_tls\change-0001", "deadline": "134401700000000000"}
    found = read(journal(revert={**timer, "boot_minutes": 90}))
    assert found.revert == Revert("armed", timer["task"], 134401700000000000)


def test_what_a_later_version_adds_to_the_journal_itself_is_left_alone() -> None:
    assert read(journal(surprise={"a": [1]})).operations == read(journal()).operations


WHOLE = encoded(journal())
DAMAGED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "zeros": (bytes(4096), "is empty"),
    "cut": (WHOLE[:-30], "cut off or damaged"),
    "half": (WHOLE[: len(WHOLE) // 2], "cut off or damaged"),
    "zeros at the end": (WHOLE[:-60] + bytes(60), "cut off or damaged"),
    "two": (WHOLE + WHOLE, "cut off or damaged"),
    "no text": (b"\xff\xfe" + WHOLE, "no text from byte 0 on"),
    "words": (b"not json", "cut off or damaged"),
    "nested": (b"[" * 100_000, "nested without end"),
    "large": (WHOLE + b" " * 1_048_576, "larger than 1 MB"),
    "list": (b"[]", "an object is expected"),
    "null": (b"null", "an object is expected"),
    "NaN": (WHOLE.replace(b'"contract": 1', b'"contract": NaN'), "has NaN"),
    "fraction": (WHOLE.replace(b'"contract": 1', b'"contract": 1.0'), "whole ones only"),
    "endless number": (WHOLE.replace(b'"contract": 1', b'"contract": ' + b"1" * 900_000), "900000 digits"),
    "a member twice": (WHOLE.replace(b'"state"', b'"id": "change-0001", "state"'), "has the member id twice"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_in_one_sentence(name: str) -> None:
    content, words = DAMAGED[name]
    assert words in refusal(content)


BROKEN: dict[str, tuple[dict[str, t.Any], str]] = {
    "later contract": ({"contract": 2}, "contract: this version knows 1, found 2"),
    "contract true": ({"contract": True}, "contract: this version knows 1"),
    "other id": ({"id": "change-0002"}, "id: the file is named change-0001, found 'change-0002'"),
    "unknown state": ({"state": "melted"}, "state: one of open, closed, put_back"),
    "torn as state": ({"state": "torn"}, "state: one of"),
    "no start": ({"started": None}, "started: decimal digits"),
    "time a number": ({"closed": 5}, "closed: decimal digits"),
    "boot in words": ({"boot": "$(calc)"}, "boot: decimal digits"),
    "reboot a text": ({"reboot_required": "yes"}, "reboot_required: true or false"),
    "meta a number": ({"meta": {"ticket": 4}}, "meta: an object of texts"),
    "operations an object": ({"operations": {}}, "operations: a list"),
    "operation a text": ({"operations": ["x"]}, "operations[0]: an object"),
    "revert a text": ({"revert": "x"}, "revert: an object"),
    "the same twice": (
        {"operations": [operation(), operation(path=KEY.lower(), name="ENABLED", created_keys=[])]},
        "twice",
    ),
}
ABOVE = KEY.rsplit("\\", 1)[0]
BROKEN_OPERATIONS: dict[str, tuple[dict[str, t.Any], str]] = {
    "unknown op": ({"op": "run"}, "op: one of set, delete_value, delete_key"),
    "a member nobody knows": ({"command": "calc"}, "command: is not known to this version"),
    "other hive": ({"path": r"HKEY_CURRENT_USER\Software\x", "created_keys": []}, "path: the path of a registry key"),
    "hive alone": ({"path": "HKEY_LOCAL_MACHINE", "created_keys": []}, "path: the path of a registry key"),
    "double backslash": ({"path": KEY + "\\\\x", "created_keys": []}, "path: the path of a registry key"),
    "NUL in the path": ({"path": KEY + "\0", "created_keys": []}, "path: the path of a registry key"),
    "NUL in the name": ({"name": "a\0"}, "name: the name of a registry value"),
    "endless name": ({"name": "a" * 16384}, "name: the name of a registry value"),
    "no name": ({"name": None}, "name: text is expected"),
    "set to nothing": ({"after": ABSENT}, "after: with set, something must be there"),
    "deleted and there": (
        {"op": "delete_value", "created_keys": []},
        "after: with delete_value, nothing must be there",
    ),
    "key with a name": (
        {"op": "delete_key", "before": {"exists": True}, "after": ABSENT, "created_keys": []},
        "name: a key",
    ),
    "key that was not there": (
        {"op": "delete_key", "name": None, "before": ABSENT, "after": ABSENT, "created_keys": []},
        "before: with delete_key, something must be there",
    ),
    "link": ({"after": state(6, b"x\0")}, "kind: no change of ours writes a link"),
    "kind a text": ({"before": {"exists": True, "kind": "4", "data": ""}}, "kind: a number"),
    "data no base64": ({"before": {"exists": True, "kind": 4, "data": "%"}}, "data: base64"),
    "state with more": ({"before": {**dword(1), "note": "x"}}, "note: has no place there"),
    "absent with data": ({"before": {"exists": False, "kind": 4}}, "kind: has no place there"),
    "keys elsewhere": ({"created_keys": [r"HKEY_LOCAL_MACHINE\SOFTWARE\x"]}, "is not above the value"),
    "the hive as a key": ({"created_keys": ["HKEY_LOCAL_MACHINE"]}, "created_keys: the path of a registry key"),
    "a gap in the keys": ({"created_keys": [ABOVE]}, "down to that of the value"),
    "keys in the wrong order": ({"created_keys": [KEY, ABOVE]}, "down to that of the value"),
    "keys made by a deletion": ({"op": "delete_value", "after": ABSENT}, "delete_value makes no keys"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_in_a_journal_is_named_with_its_place(name: str) -> None:
    members, words = BROKEN[name]
    assert words in refusal(journal(**members))


@pytest.mark.parametrize("name", BROKEN_OPERATIONS)
def test_what_is_wrong_in_an_operation_is_named_with_its_place(name: str) -> None:
    members, words = BROKEN_OPERATIONS[name]
    message = refusal(journal(operations=[operation(**members)]))
    assert "operations[0]" in message
    assert words in message


@pytest.mark.parametrize("member", [name for name in journal() if name != "contract"])
def test_a_member_that_is_missing_is_named(member: str) -> None:
    content = journal()
    del content[member]
    assert f"{member}: is missing" in refusal(content)


def test_words_of_a_stranger_are_shown_in_a_form_that_cannot_do_harm() -> None:
    message = refusal(json.dumps(journal(state="\x1b[31m\u202etxt.exe")).encode())
    assert "\x1b" not in message
