# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which emulated answer belongs to which question; a question without an answer is a loud error that names the
nearest one.
"""

from __future__ import annotations

import difflib
import json
import typing as t

from ..payload import Job
from ..result import Output
from . import host_read, host_write, modules, raw, timer
from .arguments import ArgumentError

if t.TYPE_CHECKING:
    from ..host import LabHost

Handler = t.Callable[["LabHost", t.Mapping[str, t.Any]], dict[str, t.Any]]

ANSWERS: dict[str, Handler] = {
    "msexchange.tls.host_read": host_read.run,
    "msexchange.tls.host_write": host_write.run,
    "ansible.windows.setup": modules.setup,
    "ansible.windows.win_ping": modules.win_ping,
    "ansible.windows.win_regedit": modules.win_regedit,
    "ansible.windows.win_service_info": modules.win_service_info,
}


class EmulatedEngine:
    """Runs jobs against the host's own simulated registry and files."""

    name = "emulated"

    async def run(self, host: LabHost, job: Job) -> Output:
        """The output of one job."""
        if not job.module:
            return raw.run(host, job.script)
        too_old = powershell_too_old(host, job)
        if too_old is not None:
            return too_old
        return answer(host, job)

    async def start_tasks(self, host: LabHost) -> bool:
        """Starts the scheduled tasks of ours; whether one of them has Windows restart."""
        started = [timer.fire(host, name) for name in list(host.tasks)]
        return any(started)

    async def stop(self) -> None:
        """Nothing outlives a job."""


def powershell_too_old(host: LabHost, job: Job) -> Output | None:
    """What ansible's wrapper prints where PowerShell is older than it needs, None where it is not."""
    version = tuple(int(number) for number in host.powershell.split(".")[:2])
    if version >= (5, 1):
        return None
    if job.generation != "2.16":
        return Output(b'{"failed":true,"msg":"Ansible requires PowerShell v5.1"}\r\n', b"", 1)
    if "#Requires -Version 5.1" not in job.script:
        return None
    text = "internal error: This module cannot run as it requires a minimum PowerShell version of 5.1, "
    text += f"actual was {host.powershell}"
    return Output(json.dumps({"failed": True, "changed": False, "msg": text}).encode(), b"", 1)


def answer(host: LabHost, job: Job) -> Output:
    """The output of a module."""
    name = resolve(job.module)
    if name is None:
        return unknown(host, job.module)
    try:
        result = ANSWERS[name](host, job.args)
    except ArgumentError as error:
        result = {"contract": 1, "changed": False, "failed": True, "msg": str(error)}
    return Output(json.dumps(result).encode("ascii") + b"\r\n", b"", 0)


def resolve(module: str) -> str | None:
    """The full name under which the module is answered, None if it is not."""
    tail = module.rsplit(".", 1)[-1]
    short = module in (tail, f"ansible.legacy.{tail}", f"ansible.builtin.{tail}")
    for name in ANSWERS:
        if module == name or (short and name.endswith(f".{tail}")):
            return name
    return None


def unknown(host: LabHost, module: str) -> Output:
    """The loud error for a module that nobody taught the lab."""
    near = difflib.get_close_matches(module, ANSWERS, 1, 0.0)
    text = (
        f"The lab's emulated engine has no answer for module {module!r}; the nearest one that it knows is {near[0]!r}."
    )
    host.unanswered.append(text)
    return Output(json.dumps({"failed": True, "changed": False, "msg": text}).encode("ascii"), b"", 1)
