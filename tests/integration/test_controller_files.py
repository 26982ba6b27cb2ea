# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the controller that are none: folders, pipes, devices and empty names, where one is read or written."""

from __future__ import annotations

import os
import pathlib
import re
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.lab import Lab

pytestmark = [pytest.mark.proves("saved_plan"), pytest.mark.lab_only]

PLAN = task("plan", "baseline", check_mode=True, register="msexchange_tls_change")
WRITE = task("write", "plan_file", {"path": "plan.json", "members": ["ex1"]})

#: What stands in the place of a file, and what the sentence says of it.
NO_FILES = {
    "folder": (".", "is a folder and no file|Is a directory"),
    "pipe": ("pipe", "is a pipe and no file"),
    "device": ("/dev/zero", "is a device and no file"),
    "empty": ("", "is empty; name a file, or leave the option out"),
    "nul": ("a\0b", "holds a NUL character"),
}
USES: dict[str, t.Callable[[str], dict[str, t.Any]]] = {
    "apply": lambda path: task("", "baseline", {"plan_file": path}),
    "key": lambda path: task("", "baseline", {"plan_file": "plan.json", "plan_key": path}),
    "overlay": lambda path: task("", "state_info", {"overlays": [path]}),
    "export": lambda path: task("", "state_info", {"reg_export": path, "os": "ws2016"}),
    "clients": lambda path: task("", "endpoint_info", {"partners": [], "endpoints": [], "clients": path}),
    "sign": lambda path: task("", "plan_file", {"path": "plan.json", "sign_with": path}),
    "compare": lambda path: task("", "plan_file", {"path": "plan.json", "compare": path}),
    "read": lambda path: task("", "plan_file", {"path": path, "verify": "plan.json"}),
    "written": lambda path: task("", "plan_file", {"path": path, "members": ["ex1"]}),
}


class Story(t.NamedTuple):
    """``folder``: what stood there before the run with all these files, and after it."""

    run: Run
    before: set[str]
    after: set[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start("ex2016_ws2016_mistakes") as lab:
        folder = tmp_path_factory.mktemp("files")
        controller = Controller(folder, lab.inventory_path)
        os.mkfifo(folder / "pipe")
        controller.play(PLAN, WRITE)
        (folder / "results").touch()
        before = _around(folder)
        tasks = [
            {**use(path), "name": f"{name} {kind}"}
            for name, use in USES.items()
            for kind, (path, _words) in NO_FILES.items()
        ]
        run = controller.play(PLAN, *tasks)
        yield Story(run, before, _around(folder))


def _around(folder: pathlib.Path) -> set[str]:
    return {f"{path} {path.is_fifo()}" for place in (folder, folder.parent) for path in place.iterdir()}


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("use", USES)
def test_what_is_no_file_is_refused_in_a_sentence_and_keeps_nobody_waiting(story: Story, use: str, kind: str) -> None:
    assert re.search(NO_FILES[kind][1], story.run.sentence(f"{use} {kind}"))


def test_nothing_is_left_beside_a_place_where_no_file_can_be(story: Story) -> None:
    assert story.after == story.before


def test_an_empty_key_never_means_that_no_signature_is_wanted(story: Story) -> None:
    assert story.run.sentence("key empty") == (
        "msexchange.tls.baseline: plan_key is empty; name a file, or leave the option out."
    )


def test_a_plan_that_cannot_be_written_leaves_the_page_of_the_one_before(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2016_ws2016_mistakes") as lab:
        controller = Controller(tmp_path, lab.inventory_path)
        again = {**WRITE, "name": "again"}
        (tmp_path / "plan.json").mkdir()
        (tmp_path / "plan.json.md").write_text("the page before")
        run = controller.play(PLAN, again)
    assert "is a folder and no file" in run.sentence("again")
    assert (tmp_path / "plan.json.md").read_text() == "the page before"
