# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_write carries out all operations of a change or none, byte by byte."""

from __future__ import annotations

import base64
import typing as t

import pytest
from tools.host_stage import SOFTWARE, Json, Stage, T, delete_key, delete_value, set_value

pytestmark = [pytest.mark.proves("whole_or_nothing"), pytest.mark.engine_powershell]

ABSENT: Json = {"exists": False}
RC4 = f"{T}\\Ciphers\\RC4 128/128"


def dword(number: int) -> Json:
    return {"exists": True, "kind": 4, "data": number}


def statuses(answer: Json) -> list[str]:
    return [operation["status"] for operation in answer["operations"]]


#: kind, data as the contract has it, raw, and the bytes that must stand in the registry.
WRITES: list[tuple[int, t.Any, bool, bytes]] = [
    (4, 0xFFFFFFFF, False, b"\xff\xff\xff\xff"),
    (4, 0, False, b"\0\0\0\0"),
    (4, base64.b64encode(b"\x01\x00").decode(), True, b"\x01\x00"),
    (11, "18446744073709551615", False, b"\xff" * 8),
    (1, "a\u00e4\u20ac\U0001f512", False, "a\u00e4\u20ac\U0001f512\0".encode("utf-16-le")),
    (1, "", False, b"\0\0"),
    (1, base64.b64encode(b"a\0b\0").decode(), True, b"a\0b\0"),
    (1, base64.b64encode(b"a\0b").decode(), True, b"a\0b"),
    (1, "", True, b""),
    (2, "%SystemRoot%\\x", False, "%SystemRoot%\\x\0".encode("utf-16-le")),
    (7, ["one", "two"], False, "one\0two\0\0".encode("utf-16-le")),
    (7, ["one"], False, "one\0\0".encode("utf-16-le")),
    (7, [], False, b"\0\0"),
    (7, base64.b64encode(b"a\0\0\0").decode(), True, b"a\0\0\0"),
    (3, base64.b64encode(bytes(range(256))).decode(), True, bytes(range(256))),
    (0, base64.b64encode(b"\x07").decode(), True, b"\x07"),
    (99, base64.b64encode(b"\x07\x08").decode(), True, b"\x07\x08"),
]


def test_every_kind_is_written_and_found_again_byte_by_byte(stage: Stage) -> None:
    names = [f"v{number}" for number in range(len(WRITES))]
    operations = [
        set_value(RC4, name, {"kind": kind, "data": data, **({"raw": True} if raw else {})})
        for name, (kind, data, raw, dummy) in zip(names, WRITES, strict=True)
    ]
    stage.write("change-kinds", *operations).add("tree", path=RC4).read(keys=[{"path": RC4}])
    dummy, answer, tree, read = stage.run()
    assert answer["status"] == "written"
    assert answer["changed"] is True
    assert statuses(answer) == ["written"] * len(WRITES)
    assert tree["values"] == {
        name: {"kind": kind, "hex": data.hex()} for name, (kind, dummy, dummy, data) in zip(names, WRITES, strict=True)
    }
    # What host_read answers is what host_write takes and expects: written again it changes nothing.
    found = {value.pop("name"): value for value in read["keys"][0]["values"]}
    again = [set_value(RC4, name, found[name], {"exists": True, **found[name]}) for name in names]
    answer = stage.write("change-again", *again).one()
    assert (answer["status"], answer["changed"], answer["journal"]) == ("unchanged", False, None)


def test_keys_on_the_way_are_made_and_named_in_the_journal(stage: Stage) -> None:
    stage.poke(f"{T}\\Ciphers", "x", 4, b"\0\0\0\0")
    stage.write(
        "change-keys",
        set_value(RC4, "Enabled", {"kind": 4, "data": 0}),
        set_value(f"{RC4}\\deeper\\still", "", {"kind": 1, "data": "default"}),
    )
    answer = stage.add("tree", path=RC4).run()[-2]
    assert answer["journal"] == "C:\\ProgramData\\msexchange_tls\\changes\\change-keys.json"
    journal = stage.journal("change-keys")
    assert [operation["created_keys"] for operation in journal["operations"]] == [
        [RC4],
        [f"{RC4}\\deeper", f"{RC4}\\deeper\\still"],
    ]


def test_a_journal_holds_what_was_there_and_what_is_there_now(stage: Stage) -> None:
    stage.poke(T, "malformed", 4, b"\x01\x00").poke(T, "gone", 1, b"a\0").poke(f"{T}\\empty", "x", 4, b"")
    answer = stage.write(
        "change-journal",
        set_value(T, "malformed", {"kind": 4, "data": 1}, {"exists": True, "kind": 4, "data": "AQA=", "raw": True}),
        delete_value(T, "gone", {"exists": True, "kind": 1, "data": "YQA=", "raw": True}),
        delete_value(f"{T}\\empty", "x", {"exists": True, "kind": 4, "data": "", "raw": True}),
        delete_key(f"{T}\\empty"),
        meta={"profile": "exchange_current", "ticket": "CHG-1 \u00e4"},
        reboot_required=True,
        undo="Windows Registry Editor Version 5.00\r\n\r\n; \u00e4\r\n",
    ).one()
    journal = stage.journal("change-journal")
    assert set(journal) == {
        "contract", "id", "state", "started", "closed", "boot", "computer", "meta", "reboot_required", "operations",
    }  # fmt: skip
    assert (journal["contract"], journal["id"], journal["state"]) == (1, "change-journal", "closed")
    assert journal["meta"] == {"profile": "exchange_current", "ticket": "CHG-1 \u00e4"}
    assert journal["reboot_required"] is True
    assert journal["boot"] == answer["boot"]
    assert int(answer["boot"]) < int(journal["started"]) < int(journal["closed"]) <= int(answer["now"])
    assert journal["operations"] == [
        {
            "op": "set", "path": T, "name": "malformed", "created_keys": [],
            "before": {"exists": True, "kind": 4, "data": "AQA="},
            "after": {"exists": True, "kind": 4, "data": "AQAAAA=="},
        },
        {
            "op": "delete_value", "path": T, "name": "gone", "created_keys": [],
            "before": {"exists": True, "kind": 1, "data": "YQA="}, "after": {"exists": False},
        },
        {
            "op": "delete_value", "path": f"{T}\\empty", "name": "x", "created_keys": [],
            "before": {"exists": True, "kind": 4, "data": ""}, "after": {"exists": False},
        },
        {
            "op": "delete_key", "path": f"{T}\\empty", "name": None, "created_keys": [],
            "before": {"exists": True}, "after": {"exists": False},
        },
    ]  # fmt: skip
    undo = (stage.changes / "change-journal.reg").read_bytes()
    assert undo == b"\xff\xfe" + "Windows Registry Editor Version 5.00\r\n\r\n; \u00e4\r\n".encode("utf-16-le")
    assert sorted(path.name for path in stage.changes.iterdir()) == ["change-journal.json", "change-journal.reg"]


def test_a_mismatch_anywhere_writes_nothing_and_leaves_no_journal(stage: Stage) -> None:
    stage.poke(T, "a", 4, b"\x01\0\0\0").poke(T, "b", 1, b"x\0\0\0").add("tree", path=T)
    stage.write(
        "change-moved",
        set_value(T, "new", {"kind": 4, "data": 1}),
        set_value(T, "a", {"kind": 4, "data": 0}, dword(2)),
        set_value(T, "b", {"kind": 4, "data": 0}, dword(1)),
        delete_value(T, "none", dword(1)),
        delete_key(f"{T}\\none"),
    ).add("tree", path=T)
    *dummy, before, answer, after = stage.run()
    assert (answer["status"], answer["changed"], answer["journal"]) == ("mismatch", False, None)
    assert statuses(answer) == ["not_written", *["mismatch"] * 4]
    assert [operation.get("found") for operation in answer["operations"]] == [
        None, dword(1), {"exists": True, "kind": 1, "data": "x"}, ABSENT, ABSENT,
    ]  # fmt: skip
    assert f"{T} a" in answer["reason"]
    assert before == after
    assert not stage.changes.exists()


def test_kinds_are_compared_too(stage: Stage) -> None:
    stage.poke(T, "a", 3, b"\x01\0\0\0")
    answer = stage.write("change-kind", set_value(T, "a", {"kind": 4, "data": 0}, dword(1))).one()
    assert answer["operations"][0]["found"] == {"exists": True, "kind": 3, "data": "AQAAAA==", "raw": True}


def test_a_change_that_is_there_already_writes_nothing_whatever_it_expected(stage: Stage) -> None:
    stage.poke(T, "a", 4, b"\x01\0\0\0").add("write_time", path=T)
    stage.write(
        "change-there", set_value(T, "a", {"kind": 4, "data": 1}), delete_value(T, "x", dword(1)), delete_key(f"{T}\\x")
    )
    stage.add("write_time", path=T)
    *dummy, before, answer, after = stage.run()
    assert (answer["status"], answer["changed"], answer["journal"]) == ("unchanged", False, None)
    assert statuses(answer) == ["not_written"] * 3
    assert before == after
    assert not stage.changes.exists()


def test_an_operation_without_effect_is_not_carried_out_beside_others(stage: Stage) -> None:
    stage.poke(f"{T}\\a", "v", 4, b"\x01\0\0\0").add("write_time", path=f"{T}\\a")
    stage.write(
        "change-part",
        set_value(f"{T}\\a", "v", {"kind": 4, "data": 1}, dword(1)),
        set_value(T, "w", {"kind": 4, "data": 1}),
    )
    stage.add("write_time", path=f"{T}\\a")
    *dummy, before, answer, after = stage.run()
    assert (answer["status"], statuses(answer)) == ("written", ["not_written", "written"])
    assert before == after
    assert [operation["name"] for operation in stage.journal("change-part")["operations"]] == ["w"]


@pytest.mark.parametrize("check", [True, "yes"])
def test_check_mode_answers_as_the_real_run_would_and_writes_nothing(stage: Stage, check: object) -> None:
    operations = [
        set_value(RC4, "Enabled", {"kind": 4, "data": 0}),
        set_value(T, "same", {"kind": 4, "data": 1}, dword(1)),
        delete_value(f"{T}\\k", "v", dword(1)),
        delete_key(f"{T}\\k"),
    ]
    stage.poke(T, "same", 4, b"\x01\0\0\0").poke(f"{T}\\k", "v", 4, b"\x01\0\0\0").add("tree", path=T)
    stage.write("change-check", *operations, _ansible_check_mode=check).add("tree", path=T)
    *dummy, before, predicted, after = stage.run()
    assert before == after
    assert not stage.changes.parent.exists()
    assert predicted["journal"] is None
    real = stage.write("change-check", *operations, _ansible_check_mode=False).one()
    for answer in (real, predicted):
        del answer["now"], answer["journal"]
    assert predicted == real
    assert statuses(real) == ["written", "not_written", "written", "written"]


def test_check_mode_tells_a_mismatch_too(stage: Stage) -> None:
    operation = set_value(T, "a", {"kind": 4, "data": 0}, dword(1))
    answer = stage.write("change-check", operation, _ansible_check_mode=True).one()
    assert (answer["status"], answer["operations"][0]["found"]) == ("mismatch", ABSENT)


def test_only_an_empty_key_is_deleted(stage: Stage) -> None:
    stage.poke(f"{T}\\full", "v", 4, b"\x01\0\0\0").poke(f"{T}\\parent\\child", "v", 4, b"\x01\0\0\0").add(
        "tree", path=T
    )
    stage.write("change-full", delete_key(f"{T}\\full"), delete_key(f"{T}\\parent")).add("tree", path=T)
    *dummy, before, answer, after = stage.run()
    assert statuses(answer) == ["mismatch", "mismatch"]
    assert answer["operations"][0]["found"] == {"exists": True, "empty": False}
    assert before == after
    stage.write(
        "change-emptied",
        delete_value(f"{T}\\full", "V", dword(1)),
        delete_key(f"{T}\\FULL"),
        delete_value(f"{T}\\parent\\child", "v", dword(1)),
        delete_key(f"{T}\\parent\\child"),
        delete_key(f"{T}\\parent"),
    ).add("tree", path=T)
    answer, tree = stage.run()
    assert answer["status"] == "written", answer
    assert tree == {"values": {}, "keys": {}}


def test_a_key_that_an_earlier_operation_fills_counts_as_full(stage: Stage) -> None:
    stage.poke(f"{T}\\k", "v", 4, b"\x01\0\0\0")
    answer = stage.write(
        "change-fills",
        delete_value(f"{T}\\k", "v", dword(1)),
        set_value(f"{T}\\K\\sub", "w", {"kind": 4, "data": 1}),
        delete_key(f"{T}\\k"),
    ).one()
    assert statuses(answer) == ["not_written", "not_written", "mismatch"]


def test_the_other_view_is_written_where_its_path_says(stage: Stage) -> None:
    wow = f"{SOFTWARE}\\WOW6432Node\\T"
    stage.write(
        "change-views", set_value(T, "v", {"kind": 4, "data": 64}), set_value(wow, "v", {"kind": 4, "data": 32})
    )
    *dummy, native, other = stage.add("tree", path=T).add("tree", path=wow).run()
    assert native["values"]["v"]["hex"] == "40000000"
    assert other["values"]["v"]["hex"] == "20000000"


def test_an_id_is_used_once(stage: Stage) -> None:
    stage.write("change-once", set_value(T, "a", {"kind": 4, "data": 0}))
    stage.write("change-once", set_value(T, "a", {"kind": 4, "data": 1}, dword(0))).add("tree", path=T)
    *dummy, answer, tree = stage.run()
    assert (answer["status"], answer["changed"]) == ("refused", False)
    assert "change-once" in answer["reason"]
    assert tree["values"]["a"]["hex"] == "00000000"


def test_a_change_of_nothing_is_unchanged(stage: Stage) -> None:
    assert stage.write("change-nothing").one()["status"] == "unchanged"
