# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of playbooks that hold what nobody meant: null, a list for a name, a number without end."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from integration.controller import Controller, Run
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("arguments"), pytest.mark.lab_only]

MACHINE = "HKEY_LOCAL_MACHINE"


class Story(t.NamedTuple):
    """``untouched``: whether the registry was the same after all runs."""

    runs: dict[str, Run]
    untouched: bool


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    folder: pathlib.Path = tmp_path_factory.mktemp("odd")
    with Lab.start("ex2016_ws2016_mistakes") as lab:
        controller = Controller(folder, lab.inventory_path)
        before = dump(lab.host("ex1").registry, MACHINE)

        def run(playbook: str, *options: str, **variables: t.Any) -> Run:
            said = {f"msexchange_tls_{name}": value for name, value in {"wire": False, **variables}.items()}
            return controller.named(f"msexchange.tls.{playbook}", ["-e", json.dumps(said), *options])

        runs = {
            "apply": run("apply", plan_file=None),
            "plan": run("plan", plan_file=None),
            "rollback": run("rollback", change_id=None),
            "audit": run("audit", hosts=["ex1"]),
            "harden": run("harden", "--check", hosts=["ex1"], serial="9" * 40),
        }
        yield Story(runs, dump(lab.host("ex1").registry, MACHINE) == before)


@pytest.mark.parametrize(
    ("playbook", "task", "words"),
    [
        ("apply", "Make sure that a file is named for the plan", "Name the plan that is to be applied"),
        ("plan", "Make sure that a file is named for the plan", "Name the file that the plan goes into"),
        ("rollback", "Make sure that the changes are named", "Name either one change"),
    ],
)
def test_null_names_no_plan_and_no_change(story: Story, playbook: str, task: str, words: str) -> None:
    assert words in story.runs[playbook].of(task).result["msg"]


@pytest.mark.parametrize("playbook", ["audit", "harden"])
def test_servers_may_be_named_in_a_list_and_a_batch_without_end_is_a_batch_of_one(story: Story, playbook: str) -> None:
    assert story.runs[playbook].returncode == 0


def test_none_of_it_wrote_anything(story: Story) -> None:
    assert story.untouched
