# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read tells of every journal on the host, whole or torn, and believes none that does not look like one."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from tools.host_stage import Json, Stage, T, delete_key, delete_value, set_value

pytestmark = [pytest.mark.proves("hostile_answers", "whole_or_nothing"), pytest.mark.engine_powershell]

FOLDER = "C:\\ProgramData\\msexchange_tls\\changes"


def journal(change: str, **members: t.Any) -> Json:
    """A journal as host_write leaves it, written by hand."""
    return {
        "contract": 1,
        "id": change,
        "state": "closed",
        "started": "134401600000000000",
        "closed": "134401600010000000",
        "boot": "134401500000000000",
        "computer": "SRV1",
        "meta": {"profile": "exchange_current"},
        "reboot_required": True,
        "operations": [
            {
                "op": "set",
                "path": T,
                "name": "Enabled",
                "before": {"exists": False},
                "after": {"exists": True, "kind": 4, "data": "AAAAAA=="},
                "created_keys": [T],
            }
        ],
        **members,
    }


def header(change: str, **members: t.Any) -> Json:
    return {
        "id": change,
        "state": "closed",
        "started": "134401600000000000",
        "closed": "134401600010000000",
        "boot": "134401500000000000",
        "reboot_required": True,
        "meta": {"profile": "exchange_current"},
        "values": [{"path": T, "name": "Enabled"}],
        **members,
    }


@pytest.fixture
def folder(stage: Stage) -> Stage:
    """A stage with a folder that host_write would use."""
    stage.run()
    stage.changes.mkdir(parents=True)
    stage.changes.parent.chmod(0o700)
    stage.changes.chmod(0o700)
    return stage


def put(stage: Stage, change: str, content: Json | bytes) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    (stage.changes / f"{change}.json").write_bytes(data)


def test_without_a_folder_there_are_no_journals_and_no_error(stage: Stage) -> None:
    answer = stage.read(journal=True).one()
    assert (answer["journal"], answer["errors"]) == ([], [])


def test_the_header_of_a_change_comes_back_from_its_journal(stage: Stage) -> None:
    stage.poke(T, "b", 4, b"\x01\0\0\0").poke(f"{T}\\k", "v", 4, b"\x01\0\0\0")
    one = {"exists": True, "kind": 4, "data": 1}
    stage.write(
        "change-head",
        set_value(T, "a", {"kind": 4, "data": 0}),
        delete_value(T, "b", one),
        delete_value(f"{T}\\k", "v", one),
        delete_key(f"{T}\\k"),
        meta={"ticket": "CHG-1"},
        reboot_required=True,
    )
    written, read = stage.read(journal=True).run()[-2:]
    head = read["journal"][0]
    assert head == {
        "id": "change-head",
        "state": "closed",
        "started": head["started"],
        "closed": head["closed"],
        "boot": written["boot"],
        "reboot_required": True,
        "meta": {"ticket": "CHG-1"},
        "values": [
            {"path": T, "name": "a"},
            {"path": T, "name": "b"},
            {"path": f"{T}\\k", "name": "v"},
            {"path": f"{T}\\k", "name": None},
        ],
    }


def test_journals_are_told_by_id_and_nothing_else_in_the_folder_counts(folder: Stage) -> None:
    put(folder, "change-0002", journal("change-0002", meta={}, operations=[], reboot_required=False))
    put(folder, "change-0001", journal("change-0001", closed=None, boot=None, state="open"))
    put(folder, "Upper-0001", journal("Upper-0001"))
    put(folder, "short", journal("short"))
    put(folder, "change-0003.json.new", journal("change-0003"))
    (folder.changes / "change-0001.reg").write_bytes(b"\xff\xfe")
    (folder.changes / "change-0004.json").mkdir()
    answer = folder.read(journal=True).one()
    assert answer["journal"] == [
        header("change-0001", closed=None, boot=None, state="open"),
        header("change-0002", meta={}, values=[], reboot_required=False),
    ]
    assert answer["errors"] == []


def test_a_string_that_looks_like_a_date_stays_a_string(folder: Stage) -> None:
    meta = {"a": "2026-11-26T10:00:00Z", "b": "/Date(1234)/", "c": "2026-11-26", "d": '\u00e4\U0001f512"\\'}
    put(folder, "change-date", journal("change-date", meta=meta))
    assert folder.read(journal=True).one()["journal"] == [header("change-date", meta=meta)]


WHOLE = json.dumps(journal("change-torn")).encode()
TORN: dict[str, bytes | Json] = {
    "empty": b"",
    "cut": WHOLE[:-30],
    "half": WHOLE[: len(WHOLE) // 2],
    "zeros": bytes(4096),
    "noise": bytes(range(256)) * 4,
    "text": b"not json",
    "list": b"[]",
    "null": b"null",
    "number": b"7",
    "empty object": b"{}",
    "two": WHOLE + WHOLE,
    "large": b" " * 1048577 + WHOLE,
    "other id": journal("change-other"),
    "other contract": journal("change-torn", contract=2),
    "no meta": journal("change-torn", meta=None),
    "meta a list": journal("change-torn", meta=[]),
    "meta a number": journal("change-torn", meta={"ticket": 4.5}),
    "meta a list in a list": journal("change-torn", meta={"ticket": [[None]]}),
    "meta an object": journal("change-torn", meta={"ticket": {"a": "b"}}),
    "meta with two names in one": journal("change-torn", meta={"ticket": "x", "Ticket": "y"}),
    "reboot a string": journal("change-torn", reboot_required="yes"),
    "state a number": journal("change-torn", state=1),
    "operations an object": journal("change-torn", operations={}),
    "operation a string": journal("change-torn", operations=["x"]),
    "operation without path": journal("change-torn", operations=[{"op": "set"}]),
    "more than we know": journal("change-torn", surprise=1),
    "code": journal("change-torn", state="$(throw 'x')", id="$(throw 'x')"),
}


def test_a_torn_journal_is_told_and_does_not_hide_the_others(folder: Stage) -> None:
    put(folder, "change-whole", journal("change-whole"))
    for content in TORN.values():
        put(folder, "change-torn", content)
        answer = folder.read(journal=True).one()
        torn, whole = answer["journal"]
        assert whole == header("change-whole")
        assert (set(torn), torn["id"], torn["state"]) == ({"id", "state", "error"}, "change-torn", "torn"), content
        assert torn["error"]
        assert "failed" not in answer


def test_a_journal_of_one_megabyte_is_read(folder: Stage) -> None:
    text = json.dumps(journal("change-full"))
    put(folder, "change-full", (text + " " * (1048576 - len(text))).encode())
    assert folder.read(journal=True).one()["journal"] == [header("change-full")]


def test_of_very_many_journals_the_newest_are_read_and_the_rest_is_mentioned(folder: Stage) -> None:
    for number in range(503):
        name = f"change-{number:04}"
        put(folder, name, journal(name))
        os.utime(folder.changes / f"{name}.json", (1_700_000_000 + number, 1_700_000_000 + number))
    answer = folder.read(journal=True).one()
    assert [entry["id"] for entry in answer["journal"]] == [f"change-{number:04}" for number in range(3, 503)]
    assert [(error["path"], error["code"]) for error in answer["errors"]] == [(FOLDER, 234)]


def test_a_journal_is_not_read_from_a_folder_that_others_may_enter(folder: Stage) -> None:
    put(folder, "change-planted", journal("change-planted"))
    folder.changes.chmod(0o777)
    answer = folder.read(journal=True).one()
    assert answer["journal"] == []
    assert [(error["path"], error["code"]) for error in answer["errors"]] == [(FOLDER, 0)]
    assert "S-1-1-0" in answer["errors"][0]["text"]
