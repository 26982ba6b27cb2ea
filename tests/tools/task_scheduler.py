# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scheduler that Wine does not have: it runs the definition that ``schtasks /create`` was given, as it stands.

Wine 8 keeps a task by name, without its triggers and its command, and starts nothing. So the definition is the file
that ``host_revert`` handed to schtasks and leaves beside the journal as long as the task is there.
"""

from __future__ import annotations

import pathlib
import re
import time
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tools.powershell import WineHost

_NS = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
_WORD = re.compile(r'"([^"]*)"|(\S+)')
PREFIX = "msexchange_tls-"


@dataclass(frozen=True)
class TaskDefinition:
    """What matters of a stored task. ``start``: of the trigger that fires once; ``repeated``: begin and interval."""

    command: str
    arguments: str
    user: str
    start: str
    repeated: tuple[str, str]
    boot_delay: str

    @classmethod
    def read(cls, data: bytes) -> TaskDefinition:
        """Of the file that schtasks was given."""
        root = ET.fromstring(data)

        def text(path: str, of: ET.Element = root) -> str:
            found = of.find(path, _NS)
            assert found is not None, path
            return found.text or ""

        once, repeated = root.findall("t:Triggers/t:TimeTrigger", _NS)
        return cls(
            text("t:Actions/t:Exec/t:Command"),
            text("t:Actions/t:Exec/t:Arguments"),
            text("t:Principals/t:Principal/t:UserId"),
            text("t:StartBoundary", once),
            (text("t:StartBoundary", repeated), text("t:Repetition/t:Interval", repeated)),
            text("t:Triggers/t:BootTrigger/t:Delay"),
        )

    @property
    def words(self) -> list[str]:
        """The command line, word by word."""
        return [self.command, *(quoted or plain for quoted, plain in _WORD.findall(self.arguments))]


@dataclass(frozen=True)
class HostScheduler:
    """The tasks of one Wine host."""

    host: WineHost

    @property
    def _folder(self) -> pathlib.Path:
        return self.host.drive / "windows" / "system32" / "tasks"

    @property
    def _changes(self) -> pathlib.Path:
        return self.host.drive / "ProgramData" / "msexchange_tls" / "changes"

    @property
    def tasks(self) -> list[str]:
        """Names of the tasks of ours that are stored."""
        return sorted(path.name for path in self._folder.glob(f"{PREFIX}*"))

    def definition(self, name: str) -> TaskDefinition:
        """A task as schtasks got it."""
        return TaskDefinition.read((self._changes / f"{name.removeprefix(PREFIX)}.xml").read_bytes())

    def run_all(self) -> list[int]:
        """Start every task once, now; the exit codes."""
        return [self.host.run(*self.definition(name).words).returncode for name in self.tasks]

    def run_until_gone(self, patience: float = 60) -> None:
        """Start the tasks again and again, as their repetition would, until none is left."""
        end = time.monotonic() + patience
        while self.tasks:
            assert time.monotonic() < end, f"still there: {self.tasks}"
            self.run_all()

    def age(self, seconds: float) -> None:
        """Date what is armed back by so many seconds: its time is over that much sooner."""
        for name in self.tasks:
            path = self._changes / f"{name.removeprefix(PREFIX)}.json"
            text = path.read_text(encoding="ascii")
            older = re.sub(
                r'("deadline":")(\d+)',
                lambda found: f"{found[1]}{int(found[2]) - int(seconds * 10_000_000)}",
                text,
                count=1,
            )
            path.write_text(older, encoding="ascii")

    def wants_restart(self) -> bool:
        """Whether a change that went back asked Windows to restart."""
        return any('"restart":true' in path.read_text(encoding="ascii") for path in self._changes.glob("*.json"))

    def clear(self) -> None:
        """Remove what a test left."""
        for name in self.tasks:
            (self._folder / name).unlink()
