# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which jobs run for real in the Wine host, and which the lab answers because Wine has nothing behind them."""

from __future__ import annotations

import asyncio
import json
import os
import pathlib
import typing as t

from ..engine_emulated import engine as emulated
from ..engine_emulated import raw
from ..result import Output
from .windows import Windows

if t.TYPE_CHECKING:
    from ..host import LabHost
    from ..payload import Job

#: No CIM, no service manager worth the name: facts and services come from the persona.
ANSWERED_BY_THE_LAB = ("ansible.windows.setup", "ansible.windows.win_service_info")


class PowerShellEngine:
    """One Wine host for one lab host, made when the first job comes.

    A restart is a real one, so the boot time in answers is that of the Wine host and nothing in them is touched.
    """

    name = "powershell"
    _turns: t.ClassVar[dict[asyncio.AbstractEventLoop, asyncio.Semaphore]] = {}

    def __init__(self, folder: pathlib.Path) -> None:
        self.windows = Windows(folder)
        self._making = asyncio.Lock()
        self._aged = 0.0

    async def run(self, host: LabHost, job: Job) -> Output:
        """The output of one job."""
        if not job.module:
            if raw.is_about_power(job.script):
                return raw.run(host, job.script)
        elif emulated.resolve(job.module) in ANSWERED_BY_THE_LAB:
            return emulated.answer(host, job)
        if job.become:
            return _failed("The lab's PowerShell engine cannot become another account: Wine has no logon.")
        program, *words = job.line.split(" ")
        if program.lower().removesuffix(".exe") not in ("powershell", "pwsh"):
            return _failed(f"The lab's PowerShell engine runs PowerShell only, not {program!r}.")
        await self.make(host)
        async with self._turn():
            return await self.windows.run(["powershell", *words], job.stdin)

    async def make(self, host: LabHost) -> None:
        """Makes the Wine host unless it is there."""
        async with self._making:
            if not self.windows.exists:
                await self.windows.make(host)

    def _turn(self) -> asyncio.Semaphore:
        """As many PowerShells at a time as there are processors."""
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(os.cpu_count() or 1))

    async def start_tasks(self, host: LabHost) -> bool:
        """Starts the scheduled tasks of ours as they were defined; whether one of them has Windows restart.

        Time cannot be made to pass in a Wine host, so what passed on the clock of the lab host counts from its writing.
        """
        if not self.windows.exists:
            return False
        scheduler = self.windows.scheduler()
        scheduler.age(host.clock.offset - self._aged)
        self._aged = host.clock.offset
        await asyncio.to_thread(scheduler.run_all)
        return scheduler.wants_restart()

    async def refresh(self, host: LabHost) -> None:
        """Called at a boot of the lab host."""
        if self.windows.exists:
            await self.windows.restart(host)

    async def stop(self) -> None:
        """Ends the Wine host; one that is just being made is finished first."""
        async with self._making:
            await self.windows.stop()


def _failed(text: str) -> Output:
    return Output(json.dumps({"failed": True, "changed": False, "msg": text}).encode("ascii"), b"", 1)
