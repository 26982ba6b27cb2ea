# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk that is full, with the real scripts in a real PowerShell: nothing is written that no journal can hold.

The Wine host is started anew on a file system that has no byte left soon, and the kernel says so. That wants the right
to mount one; where there is none the tests are skipped.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Run, task
from integration.witness import CHANGES, TASKS, Seen, Witness

if t.TYPE_CHECKING:
    from lab.engine_powershell import PowerShellEngine

pytestmark = [
    pytest.mark.proves("host_failures", "whole_or_nothing"),
    pytest.mark.lab_only,
    pytest.mark.engine_powershell,
    pytest.mark.parametrize("target_of", ["powershell"], indirect=True, scope="module"),
]

LOGGING = {"setting": "schannel.event_logging", "value": 7}
STEPS = {
    "apply": task("apply", "baseline"),
    "back": task("back", "rollback", {"after": "2000-01-01"}),
    "timed": task("timed", "schannel", {"setting": "schannel.event_logging", "value": 3, "revert_after": "30m"}),
}


@dataclasses.dataclass(frozen=True)
class Story:
    """``full``: steps while the disk was full, the host before and after them. ``begun``: what lay among the journals
    and scheduled tasks meanwhile. ``then``: once there was room again.
    """

    before: Seen
    full: Run
    begun: list[str]
    after: Seen
    then: Run
    last: Seen


class SmallDisk:
    """The folder of a Wine host as it is, and whatever is written to it goes to ``room``, which can be filled."""

    def __init__(self, ending: contextlib.ExitStack, folder: pathlib.Path, room: pathlib.Path) -> None:
        mount(ending, "tmpfs", "size=64m", room)
        self.upper, work = room / "upper", room / "work"
        self.upper.mkdir()
        work.mkdir()
        mount(ending, "overlay", f"lowerdir={folder},upperdir={self.upper},workdir={work}", folder)
        self._folder = folder
        self._filler = room / "filler"

    @contextlib.contextmanager
    def full(self) -> t.Iterator[None]:
        """Without a byte left, but for what PowerShell has to try out before anything begins."""
        with contextlib.ExitStack() as ending:
            for temporary in self._folder.glob("drive_c/users/*/Temp"):
                mount(ending, "tmpfs", "size=16m", temporary)
            with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
            assert shutil.disk_usage(self._folder).free == 0
            yield
            self._filler.unlink()


def mount(ending: contextlib.ExitStack, kind: str, options: str, place: pathlib.Path) -> None:
    words = ["mount", "-t", kind, "-o", options, kind, str(place)]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    # Programs of Wine that are still there may hold it.
    ending.callback(subprocess.run, ["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="module")
def story(target_of: TargetOf, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    lab, controller, _engine = target_of("ex2013_ws2012r2")
    host = lab.host("ex1")
    engine: PowerShellEngine = t.cast("t.Any", host.engine)
    witness = Witness(lab, host)
    controller.play(task("first", "schannel", LOGGING))
    folder = engine.windows.drive.parent
    with contextlib.ExitStack() as ending:
        lab.call(engine.windows.lose_power())
        disk = SmallDisk(ending, folder, tmp_path_factory.mktemp("room"))
        ending.callback(lambda: lab.call(engine.windows.lose_power()))
        lab.call(engine.windows.restart(host))
        before = witness.look()
        with disk.full():
            full = controller.play(*STEPS.values())
            witness.settle()
            begun = [path.name for folder in (CHANGES, TASKS) for path in (disk.upper / "drive_c" / folder).glob("*")]
        after = witness.look()
        then = controller.play(STEPS["apply"], {**STEPS["apply"], "name": "again"}, STEPS["back"])
        yield Story(before, full, begun, after, then, witness.look())


@pytest.mark.parametrize("step", STEPS)
def test_on_a_full_disk_nothing_is_written_and_the_sentence_says_so(story: Story, step: str) -> None:
    sentence = story.full.sentence(step)
    assert sentence.startswith("ex1: Nothing was written, because the journal could not be")
    assert not story.full.of(step).result["changed"]


def test_a_full_disk_leaves_registry_journals_and_scheduled_tasks_as_they_were(story: Story) -> None:
    assert story.after == story.before
    assert story.begun == []
    assert len(story.before.journals) == 1


def test_when_there_is_room_again_the_next_run_goes_on(story: Story) -> None:
    assert story.then.result("apply")["changed"]
    assert not story.then.result("again")["changed"]
    assert story.then.result("back")["changed"]
    assert story.last.registry.count("\n") > 1
    assert story.last.registry != story.before.registry  # The first change went back too.
    assert len(story.last.journals) == 3
