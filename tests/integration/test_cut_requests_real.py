# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection is cut around the writing, and power fails in it, with the real scripts in a real PowerShell.

One Wine host goes from one misfortune to the next, as before and as after by turns, so that each starts where the last
has left it. What Wine cannot do: it denies nothing and has no full disk for one folder (test_cut_requests has both
on the emulated engine; the real scripts are given the errors of Windows in tests/unit/host_scripts). Its registry is
kept by a server of its own that writes everything down when it ends, so a loss of power ends all programs in the middle
of what they do and loses nothing that was written before.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import time
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import PATIENCE, Run, task
from lab.faults import Fault, PowerLossError, What

if t.TYPE_CHECKING:
    from lab.engine_powershell import PowerShellEngine
    from lab.host import LabHost
    from lab.payload import Job
    from lab.result import Output

pytestmark = [
    pytest.mark.proves("host_failures", "rollback_exact", "whole_or_nothing"),
    pytest.mark.lab_only,
    pytest.mark.engine_powershell,
    pytest.mark.parametrize("target_of", ["powershell"], indirect=True, scope="module"),
]

APPLY, BACK = "baseline", "rollback"
ARGUMENTS: dict[str, dict[str, t.Any]] = {APPLY: {}, BACK: {"after": "2000-01-01"}}
POWER = "power fails"
#: Whatever a stage can write lies below these.
ROOTS = (
    r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders",
    r"HKLM\SOFTWARE\Microsoft\.NETFramework",
    r"HKLM\SOFTWARE\Wow6432Node\Microsoft\.NETFramework",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
    r"HKLM\SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Internet Settings",
)


@dataclasses.dataclass(frozen=True)
class Misfortune:
    """What happens to the writing of a module, and whether it is carried out all the same."""

    module: str
    operation: str
    what: What
    written: bool

    @property
    def name(self) -> str:
        """As a task is called."""
        return f"{self.module} {self.what.value} {self.operation}"

    def arm(self, host: LabHost) -> Fault:
        """Once the reading has begun: the next such request is one of the writing."""
        module = "host_write" if self.operation in ("Receive", "Signal") else None
        return host.faults.add(self.what, operation=self.operation, module=module)


def misfortunes() -> list[Misfortune]:
    """Nothing begins before its input has come whole. Ansible ends a program to which it could not listen, right after
    its start; from then on nobody needs to listen.
    """
    until = [
        ("Command", What.CUT_BEFORE),
        ("Command", What.CUT_AFTER),
        ("Send", What.CUT_BEFORE),
        ("Receive", What.CUT_BEFORE),
    ]
    since = [("Receive", What.CUT_AFTER), ("Signal", What.CUT_BEFORE), ("Signal", What.CUT_AFTER)]
    story = []
    for module in (APPLY, BACK):
        story += [Misfortune(module, *request, written=False) for request in until]
        story.append(Misfortune(module, "Send", What.CUT_AFTER, written=True))
    return story + [Misfortune(module, *request, written=True) for request in since for module in (APPLY, BACK)]


MISFORTUNES = misfortunes()


@dataclasses.dataclass(frozen=True)
class Seen:
    """The registry as its editor exports it, and the journals, oldest first."""

    registry: str
    journals: tuple[dict[str, t.Any], ...]


class Witness:
    """An engine that looks at the host before every reading, arms what is to happen next, and can lose power."""

    name = "powershell"

    def __init__(self, engine: PowerShellEngine) -> None:
        self.seen: list[Seen] = []
        self.armed: list[Fault] = []
        self.loses_power = False
        self._engine = engine
        self._turn = asyncio.Lock()

    async def run(self, host: LabHost, job: Job) -> Output:
        async with self._turn:  # A writing that nobody listens to any more comes to its end.
            if job.name.endswith("host_read"):
                await self._engine.make(host)
                self.seen.append(await asyncio.to_thread(self.look))
                if len(self.seen) <= len(MISFORTUNES):
                    self.armed.append(MISFORTUNES[len(self.seen) - 1].arm(host))
            elif self.loses_power:
                await self._lose_power(host, job)
            return await self._engine.run(host, job)

    async def _lose_power(self, host: LabHost, job: Job) -> t.NoReturn:
        self.loses_power = False
        known = len(self.journals())
        writing = asyncio.ensure_future(self._engine.run(host, job))
        while len(self.journals()) == known and not writing.done():
            await asyncio.sleep(0.001)
        await self._engine.windows.lose_power()
        await writing
        raise PowerLossError

    def look(self) -> Seen:
        """Both at this moment."""
        drive = self._engine.windows.drive
        (drive / "look.cmd").write_text(
            "".join(f'@reg export "{root}" C:\\look{number}.reg /y >nul\r\n' for number, root in enumerate(ROOTS)),
            encoding="ascii",
        )
        self._engine.windows.command("cmd", "/c", "C:\\look.cmd")
        files = [drive / f"look{number}.reg" for number in range(len(ROOTS))]
        text = "".join(file.read_text(encoding="utf-16") for file in files if file.exists())
        for file in files:
            file.unlink(missing_ok=True)
        return Seen(text, tuple(self.journals()))

    def journals(self) -> list[dict[str, t.Any]]:
        """All that can be read whole."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                found.append(json.loads(path.read_text(encoding="ascii")))
        return sorted(found, key=lambda one: int(one["started"]))

    @property
    def _folder(self) -> pathlib.Path:
        return self._engine.windows.drive / "ProgramData" / "msexchange_tls" / "changes"

    async def start_tasks(self, host: LabHost) -> bool:
        return await self._engine.start_tasks(host)

    async def refresh(self, host: LabHost) -> None:
        await self._engine.refresh(host)

    async def stop(self) -> None:
        await self._engine.stop()


@dataclasses.dataclass(frozen=True)
class Story:
    """``seen``: before each misfortune, and after the last. ``lost``: once power was back. ``last``: at the end."""

    seen: list[Seen]
    armed: list[Fault]
    lost: Seen
    last: Seen
    run: Run
    dark: Run
    again: Run

    @property
    def first(self) -> str:
        """The registry before anything was written."""
        return self.seen[0].registry

    @property
    def changed(self) -> str:
        """The registry after the first change."""
        return self.seen[5].registry


def back(name: str) -> dict[str, t.Any]:
    return task(name, BACK, ARGUMENTS[BACK])


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, _engine = target_of("ex2013_ws2012r2")
    host = lab.host("ex1")
    host.engine = witness = Witness(t.cast("t.Any", host.engine))
    run = controller.play(
        *(task(one.name, one.module, ARGUMENTS[one.module]) for one in MISFORTUNES), task("over", APPLY), vars=PATIENCE
    )
    seen = list(witness.seen)
    host.faults.clear()
    witness.loses_power = True
    dark = controller.play(back(POWER))
    end = time.monotonic() + 120
    while not host.is_up:
        assert time.monotonic() < end
        time.sleep(0.1)
    lost = witness.look()
    again = controller.play(back("back"), back("back again"))
    return Story(seen, witness.armed, lost, witness.look(), run, dark, again)


@pytest.mark.parametrize("number", range(len(MISFORTUNES)), ids=[one.name for one in MISFORTUNES])
def test_a_cut_around_the_writing_leaves_the_registry_as_before_or_as_after_and_the_journal_says_which(
    story: Story, number: int
) -> None:
    one, before, after = MISFORTUNES[number], story.seen[number], story.seen[number + 1]
    assert story.first != story.changed
    assert story.armed[number].struck == 1
    if one.written:
        assert (before.registry, after.registry)[:: 1 if one.module == APPLY else -1] == (story.first, story.changed)
        (new,) = [journal for journal in after.journals if journal not in before.journals]
        assert (new["state"], new["meta"]["module"], len(new["operations"]) > 1) == ("closed", one.module, True)
    else:
        assert after == before
    recorded = story.run.of(one.name)
    if recorded.status == "ok":
        assert one.written
        assert recorded.result["changed"]
    else:
        sentence = story.run.sentence(one.name, status=recorded.status)
        assert sentence.startswith("ex1 was unreachable while writing change ")
        assert "Whether anything was written is unknown" in sentence


def test_after_every_cut_the_next_run_goes_on_from_there(story: Story) -> None:
    assert story.run.result("over")["changed"]
    assert len(story.seen[len(MISFORTUNES)].journals) == sum(one.written for one in MISFORTUNES)
    assert story.seen[len(MISFORTUNES)].registry == story.first


def test_power_that_fails_in_the_way_back_leaves_a_journal_that_says_how_far_it_came(story: Story) -> None:
    assert "Whether anything was written is unknown" in story.dark.sentence(POWER, status="unreachable")
    newest = story.lost.journals[-1]
    assert newest["meta"]["module"] == BACK
    if newest["state"] == "closed":  # It was faster than the loss of power.
        assert story.lost.registry == story.first
    else:
        assert newest["state"] == "open"
        # Line by line: what is not as it was is as it was to become.
        assert set(story.lost.registry.splitlines()) <= {*story.first.splitlines(), *story.changed.splitlines()}


def test_after_a_loss_of_power_the_next_run_comes_to_the_end(story: Story) -> None:
    story.again.result("back")
    assert not story.again.result("back again")["changed"]
    assert story.last.registry == story.first
