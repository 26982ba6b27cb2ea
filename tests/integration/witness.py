# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Wine host that is looked at and put back between two tasks, for tests in which one misfortune follows the other.

What is looked at is what Windows itself says: the registry as its editor exports it, and the files on its drive.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import pathlib
import time
import typing as t

from lab.faults import Fault, Faults, PowerLossError

if t.TYPE_CHECKING:
    from lab.engine_powershell import PowerShellEngine
    from lab.host import LabHost
    from lab.lab import Lab
    from lab.payload import Job
    from lab.result import Output

#: Whatever a stage can write lies below these.
ROOTS = (
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Wow6432Node\Microsoft\.NETFramework",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Internet Settings",
)
#: Where this collection keeps files, and Wine its scheduled tasks.
CHANGES, TASKS = "ProgramData/msexchange_tls/changes", "windows/system32/tasks"
_HEADER = "Windows Registry Editor Version 5.00"


@dataclasses.dataclass(frozen=True)
class Seen:
    """A host at one moment: the registry as its editor exports it, the files of :data:`CHANGES` and :data:`TASKS`."""

    registry: str
    files: t.Mapping[str, bytes]

    @property
    def journals(self) -> list[dict[str, t.Any]]:
        """All that can be read whole, oldest first."""
        found = []
        for name, content in self.files.items():
            if name.startswith(CHANGES) and name.endswith(".json"):
                with contextlib.suppress(ValueError):
                    found.append(json.loads(content))
        return sorted(found, key=lambda one: int(one["started"]))

    @property
    def states(self) -> list[str]:
        """What the journals say."""
        return [one["state"] for one in self.journals]

    @property
    def tasks(self) -> list[str]:
        """Names of the scheduled tasks of ours."""
        return [name.rpartition("/")[2] for name in self.files if name.startswith(f"{TASKS}/msexchange_tls")]

    @property
    def halves(self) -> list[str]:
        """Files that were not written to their end."""
        return [name for name in self.files if name.endswith(".new")]


class Witness:
    """An engine whose host can be looked at and put back, and that can lose power in its next writing."""

    name = "powershell"

    def __init__(self, lab: Lab, host: LabHost) -> None:
        self.loses_power = False
        self._lab = lab
        self._host = host
        self._engine: PowerShellEngine = t.cast("t.Any", host.engine)
        self._turn = asyncio.Lock()
        host.engine = self

    async def run(self, host: LabHost, job: Job) -> Output:
        async with self._turn:
            if self.loses_power and job.name.endswith("host_write"):
                await self._lose_power(host, job)
            return await self._engine.run(host, job)

    async def _lose_power(self, host: LabHost, job: Job) -> t.NoReturn:
        self.loses_power = False
        known = self._journals()
        writing = asyncio.ensure_future(self._engine.run(host, job))
        while self._journals() == known and not writing.done():
            await asyncio.sleep(0.001)
        await self._engine.windows.lose_power()
        await writing
        raise PowerLossError

    def look(self) -> Seen:
        """The host once nothing runs on it any more: what nobody listens to comes to its end all the same.

        Now and then a program ends under Wine before it has begun, so the editor has to say the same twice in a row.
        """
        self.settle()
        looks = [self._look(), self._look()]
        while looks[-1] != looks[-2] or ROOTS[0] not in looks[-1].registry:
            assert len(looks) < 10, "the registry cannot be exported"
            looks.append(self._look())
        return looks[-1]

    def settle(self) -> None:
        """Until nothing runs on the host any more."""
        self._lab.call(self._settle())

    def _look(self) -> Seen:
        drive = self._engine.windows.drive
        (drive / "look.cmd").write_text(
            "".join(f'@reg export "{root}" C:\\look{number}.reg /y >nul\r\n' for number, root in enumerate(ROOTS)),
            encoding="ascii",
        )
        self._engine.windows.command("cmd", "/c", "C:\\look.cmd")
        exported = [drive / f"look{number}.reg" for number in range(len(ROOTS))]
        text = "".join(file.read_text(encoding="utf-16") for file in exported if file.exists())
        for file in exported:
            file.unlink(missing_ok=True)
        return Seen(text.replace(_HEADER, ""), {name: path.read_bytes() for name, path in self._files().items()})

    async def _settle(self) -> None:
        await self._engine.make(self._host)
        async with self._turn:
            pass

    def put_back(self, seen: Seen) -> None:
        """As a virtual machine is put back to a snapshot."""
        drive = self._engine.windows.drive
        gone = "".join(f"[-{root}]\n\n" for root in ROOTS)
        (drive / "back.reg").write_text(f"{_HEADER}\n\n{gone}{seen.registry}", encoding="utf-16", newline="\r\n")
        assert 0 in (self._engine.windows.command("reg", "import", "C:\\back.reg") for _attempt in range(3))
        for name, path in self._files().items():
            if name not in seen.files:
                path.unlink()
        for name, content in seen.files.items():
            (drive / name).write_bytes(content)

    def wait_until_up(self) -> None:
        """Until power is back."""
        end = time.monotonic() + 120
        while not self._host.is_up:
            assert time.monotonic() < end
            time.sleep(0.1)

    def _files(self) -> dict[str, pathlib.Path]:
        drive = self._engine.windows.drive
        found = [path for folder in (CHANGES, TASKS) for path in (drive / folder).glob("*") if path.is_file()]
        return {path.relative_to(drive).as_posix(): path for path in sorted(found)}

    def _journals(self) -> list[str]:
        return [name for name in self._files() if name.endswith(".json")]

    async def start_tasks(self, host: LabHost) -> bool:
        return await self._engine.start_tasks(host)

    async def refresh(self, host: LabHost) -> None:
        await self._engine.refresh(host)

    async def stop(self) -> None:
        await self._engine.stop()


class Line(Faults):
    """Faults on requests as a client makes them that has to ask but once for an output, however long it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        self._last = ""

    def on_request(self, operation: str, module: str) -> list[Fault]:
        asks_again = operation == self._last == "Receive"
        self._last = operation
        if asks_again:
            return []
        self.made.append(operation)
        return super().on_request(operation, module)
