# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that deny something: a key that may not be written, a folder of journals that somebody else could have written.

On the emulated engine, because Wine denies nothing; how the real scripts decide stands in tests/unit/host_scripts.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.engine_emulated import journal
from lab.filesystem import ADMINISTRATORS, SYSTEM, Folder
from lab.hive_data import dump
from lab.host import LabHost
from lab.lab import Lab

pytestmark = [pytest.mark.proves("journal_access", "host_failures"), pytest.mark.lab_only]

PERSONA = "ex2016_ws2016_mistakes"
MACHINE = "HKEY_LOCAL_MACHINE"
PROTOCOLS = rf"{MACHINE}\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
USERS, SOMEBODY = "S-1-5-32-545", "S-1-5-21-1111111111-2222222222-3333333333-1105"
OURS = {"owner": ADMINISTRATORS}
_REMEDY = r"\. Look who made it and what is in it, then remove it; it will be made anew\."

#: Host -> the folder that is not as we would make it, and what is said about it.
FOLDERS: dict[str, tuple[Folder, str]] = {
    "of_somebody": (Folder(journal.FOLDER, owner=SOMEBODY), rf"it belongs to {SOMEBODY}{_REMEDY}"),
    "for_users": (
        Folder(journal.FOLDER, **OURS, open_to=frozenset({SYSTEM, ADMINISTRATORS, USERS})),
        rf"{USERS} has access to it{_REMEDY}",
    ),
    "from_above": (Folder(journal.FOLDER, **OURS, inherits=True), rf"it takes access from the folder above{_REMEDY}"),
    "elsewhere": (Folder(journal.FOLDER, **OURS, reparse=True), r"it leads elsewhere \(a reparse point\)\."),
    "root_elsewhere": (Folder(journal.ROOT, **OURS, reparse=True), r"it leads elsewhere \(a reparse point\)\."),
    "above_replaceable": (
        Folder("C:\\ProgramData", owner=SYSTEM, open_to=frozenset({SYSTEM, USERS})),
        rf"{USERS} may replace what is in it\. Correct its permissions\.",
    ),
}
HOSTS = (*FOLDERS, "read_only", "well")


@dataclasses.dataclass(frozen=True)
class Story:
    """A run on hosts that deny, a run after that was put right, and what the hosts had before, between and after."""

    first: Run
    second: Run
    before: dict[str, t.Any]
    between: dict[str, t.Any]
    files: dict[str, set[str]]
    made: dict[str, Folder | None]


def forged(host: LabHost) -> bytes:
    """A journal that would make us restart the host."""
    return json.dumps(
        {
            "contract": 1,
            "id": "forged-0001",
            "state": "closed",
            "started": str(host.boot + 1),
            "closed": str(host.boot + 2),
            "boot": str(host.boot),
            "computer": host.computer,
            "meta": {},
            "reboot_required": True,
            "operations": [],
        }
    ).encode("ascii")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(**dict.fromkeys(HOSTS, PERSONA)) as lab:
        controller = Controller(tmp_path_factory.mktemp("protection"), lab.inventory_path)
        program_data = lab.host("well").files.folder("C:\\ProgramData")
        assert program_data is not None
        for name, (folder, _sentence) in FOLDERS.items():
            files = lab.host(name).files
            for path in (journal.ROOT, journal.FOLDER):
                files.make_folder(Folder(path, **OURS))
            files.make_folder(folder)
            files.add(f"{journal.FOLDER}\\forged-0001.json", forged(lab.host(name)))
        lab.host("read_only").registry.deny(PROTOCOLS, reading=0)
        tasks = [task("look", "state_info"), task("bring", "baseline", {"stage": "obsolete"})]
        before = {name: dump(host.registry, MACHINE) for name, host in lab.hosts.items()}
        first = controller.playbook([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
        between = {name: dump(host.registry, MACHINE) for name, host in lab.hosts.items()}
        files_between = {name: set(host.journal_files()) for name, host in lab.hosts.items()}
        made = {name: host.files.folder(journal.FOLDER) for name, host in lab.hosts.items()}
        for name in FOLDERS:
            files = lab.host(name).files
            files.delete(f"{journal.FOLDER}\\forged-0001.json")
            for path in (journal.ROOT, journal.FOLDER):
                files.make_folder(Folder(path, **OURS))
            files.make_folder(program_data)
        lab.host("read_only").registry.allow_all()
        second = controller.playbook([{"hosts": "all", "gather_facts": False, "tasks": tasks[1:]}])
        yield Story(first, second, before, between, files_between, made)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_somebody_else_could_write_is_refused_with_the_reason_and_the_remedy(
    story: Story, name: str
) -> None:
    folder, sentence = FOLDERS[name]
    said = story.first.sentence("bring", name)
    assert re.search(rf"{name}: The folder {re.escape(folder.path)} is refused: {sentence}", said)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_journal_in_such_a_folder_is_not_believed_and_its_place_is_told_as_unread(story: Story, name: str) -> None:
    result = story.first.result("look", name)
    assert result["debt"] == []
    assert [error["path"] for error in result["read_errors"]] == [journal.FOLDER]


@pytest.mark.parametrize("name", FOLDERS)
def test_nothing_is_written_beside_a_folder_that_is_refused(story: Story, name: str) -> None:
    assert story.between[name] == story.before[name]
    assert story.files[name] == {"forged-0001.json"}


def test_a_key_that_may_be_read_but_not_written_fails_the_change_and_everything_is_put_back(story: Story) -> None:
    said = story.first.sentence("bring", "read_only")
    assert re.search(
        r"read_only: Everything was put back, because HKEY_.* could not be written: Access is denied", said
    )
    assert story.between["read_only"] == story.before["read_only"]
    assert {name.rsplit(".", 1)[1] for name in story.files["read_only"]} == {"json", "reg"}


def test_where_nothing_stands_against_it_the_folder_is_made_for_system_and_administrators_alone(story: Story) -> None:
    assert story.first.result("bring", "well")["changed"]
    assert story.made["well"] == Folder(journal.FOLDER, ADMINISTRATORS, frozenset({SYSTEM, ADMINISTRATORS}))


@pytest.mark.parametrize("name", [*FOLDERS, "read_only"])
def test_once_it_is_put_right_the_next_run_does_the_whole_work(story: Story, name: str) -> None:
    assert story.second.result("bring", name)["changed"]
