# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read hands over every journal on the host as it is, whole or torn, from a folder that nobody else can write to;
what is in it is for the controller to understand (tests/unit/host/test_journal_file.py).
"""

from __future__ import annotations

import os

import pytest
from tools.host_stage import Json, Stage, T, delete_key, delete_value, set_value
from tools.journals import encoded, journal, unpacked

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import read_journal

pytestmark = [pytest.mark.proves("hostile_answers", "whole_or_nothing"), pytest.mark.engine_powershell]

FOLDER = "C:\\ProgramData\\msexchange_tls\\changes"


@pytest.fixture
def folder(stage: Stage) -> Stage:
    """A stage with a folder that host_write would use."""
    stage.run()
    stage.changes.mkdir(parents=True)
    stage.changes.parent.chmod(0o700)
    stage.changes.chmod(0o700)
    return stage


def put(stage: Stage, change: str, content: Json | bytes) -> None:
    (stage.changes / f"{change}.json").write_bytes(encoded(content))


def test_without_a_folder_there_are_no_journals_and_no_error(stage: Stage) -> None:
    answer = stage.read(journal=True).one()
    assert (answer["journal"], answer["errors"]) == ([], [])


def test_the_journal_of_a_change_comes_back_byte_for_byte_and_can_be_understood(stage: Stage) -> None:
    stage.poke(T, "b", 4, b"\x01\0\0\0").poke(f"{T}\\k", "v", 4, b"\x01\0\0\0")
    one = {"exists": True, "kind": 4, "data": 1}
    stage.write(
        "change-head",
        set_value(f"{T}\\new\\er", "a", {"kind": 4, "data": 0}),
        delete_value(T, "b", one),
        delete_value(f"{T}\\k", "v", one),
        delete_key(f"{T}\\k"),
        meta={"ticket": "CHG-1"},
        reboot_required=True,
    )
    written, read = stage.read(journal=True).run()[-2:]
    (found,) = read["journal"]
    data = unpacked(found)
    assert data == (stage.changes / "change-head.json").read_bytes()
    change = read_journal(data, "change-head")
    assert (change.state, change.reboot_required, dict(change.meta)) == ("closed", True, {"ticket": "CHG-1"})
    assert str(change.boot) == written["boot"]
    assert [(one.op, one.path, one.name) for one in change.operations] == [
        ("set", f"{T}\\new\\er", "a"),
        ("delete_value", T, "b"),
        ("delete_value", f"{T}\\k", "v"),
        ("delete_key", f"{T}\\k", ""),
    ]
    assert change.operations[0].created_keys == (f"{T}\\new", f"{T}\\new\\er")


def test_journals_are_told_by_id_and_nothing_else_in_the_folder_counts(folder: Stage) -> None:
    put(folder, "change-0002", journal("change-0002", meta={}, operations=[], reboot_required=False))
    put(folder, "change-0001", journal("change-0001", closed=None, boot=None, state="open"))
    put(folder, "Upper-0001", journal("Upper-0001"))
    put(folder, "short", journal("short"))
    put(folder, "change-0003.json.new", journal("change-0003"))
    (folder.changes / "change-0001.reg").write_bytes(b"\xff\xfe")
    (folder.changes / "change-0004.json").mkdir()
    answer = folder.read(journal=True).one()
    assert [one["id"] for one in answer["journal"]] == ["change-0001", "change-0002"]
    assert answer["errors"] == []


TORN: dict[str, bytes] = {
    "empty": b"",
    "half": encoded(journal("change-torn"))[:200],
    "zeros": bytes(4096),
    "noise": bytes(range(256)) * 4,
    "one megabyte": b"x" * 1048576,
}


def test_a_torn_journal_comes_as_it_is_and_does_not_hide_the_others(folder: Stage) -> None:
    put(folder, "change-whole", journal("change-whole"))
    for content in TORN.values():
        put(folder, "change-torn", content)
        answer = folder.read(journal=True).one()
        torn, whole = answer["journal"]
        assert unpacked(whole) == encoded(journal("change-whole"))
        assert unpacked(torn) == content


def test_a_journal_that_is_too_large_says_so_and_does_not_hide_the_others(folder: Stage) -> None:
    put(folder, "change-large", b" " * 1048577)
    put(folder, "change-whole", journal("change-whole"))
    large, whole = folder.read(journal=True).one()["journal"]
    assert large == {"id": "change-large", "error": "The journal is larger than 1 MB."}
    assert unpacked(whole) == encoded(journal("change-whole"))


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
