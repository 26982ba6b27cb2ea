# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Wine host behind one lab host: made of a persona, restarted, read, asked to run what ansible sent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import typing as t

from tools.powershell import WineHost, find_engine
from tools.task_scheduler import HostScheduler

from ..result import Output
from . import hive_file, pe_version

if t.TYPE_CHECKING:
    from ..host import LabHost

#: What endpoints and service states of the lab depend on; read back at every boot.
MIRRORED = (
    "System\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL",
    "System\\CurrentControlSet\\Control\\Cryptography\\Configuration",
    "Software\\Policies\\Microsoft\\Cryptography",
    "Software\\Microsoft\\ExchangeServer",
)

#: No Windows boots twice within these seconds; the product takes two boots so near for one. Wine boots in two.
BETWEEN_BOOTS = 11.0


class Windows:
    """A Wine prefix with PowerShell in it. All methods that take time are coroutines."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._host: WineHost | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._booted = 0.0
        self._has_power = False

    async def make(self, host: LabHost) -> None:
        """Makes and starts the host with the persona's registry and files. Raises NoEngineError."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        engine = await asyncio.to_thread(find_engine)
        self._guard = _guard(engine.scripts / "wine-host", self._folder)
        found = self._host = await asyncio.to_thread(engine.new_host, self._folder)
        await asyncio.to_thread(found.stop)
        await asyncio.to_thread(self._install, host)
        await self._boot(found)

    async def _boot(self, found: WineHost) -> None:
        await asyncio.sleep(self._booted + BETWEEN_BOOTS - time.monotonic() if self._booted else 0)
        await asyncio.to_thread(found.restart)
        self._booted = time.monotonic()
        self._has_power = True

    def _install(self, host: LabHost) -> None:
        found = self._made()
        hives = found.folder / "system.reg"
        text = hives.read_text(encoding="ascii") + hive_file.render(host.registry, "HKEY_LOCAL_MACHINE")
        hives.write_text(text, encoding="ascii")
        for file in host.files.all():
            path = found.drive.joinpath(*file.path[3:].split("\\"))
            if file.path.lower().startswith("c:\\windows\\"):
                continue  # Wine finds its own libraries by these files
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pe_version.program(file.version) if file.version else file.content)

    def _made(self) -> WineHost:
        if self._host is None:
            raise RuntimeError("the Wine host was not made yet")
        return self._host

    def scheduler(self) -> HostScheduler:
        """Its scheduled tasks."""
        return HostScheduler(self._made())

    @property
    def exists(self) -> bool:
        """Whether it was made."""
        return self._host is not None

    @property
    def drive(self) -> pathlib.Path:
        """Drive C."""
        return self._made().drive

    async def restart(self, host: LabHost) -> None:
        """A new boot; what the registry says about TLS then is copied to the simulated registry of the lab host."""
        await self._boot(self._made())
        await asyncio.to_thread(self.mirror, host)

    def mirror(self, host: LabHost) -> None:
        """Brings the mirrored keys of the lab host's registry to the state of the file."""
        text = (self._made().folder / "system.reg").read_text(encoding="ascii", errors="replace")
        for path in MIRRORED:
            host.registry.delete_tree(f"HKEY_LOCAL_MACHINE\\{path}")
        for path, values in hive_file.parse(text, MIRRORED).items():
            host.registry.create(f"HKEY_LOCAL_MACHINE\\{path}")
            for name, (kind, content) in values.items():
                host.registry.set_value(f"HKEY_LOCAL_MACHINE\\{path}", name, kind, content)

    def command(self, *words: str) -> int:
        """Runs a program of Windows to its end; its exit code."""
        return self._made().run(*words).returncode

    async def lose_power(self) -> None:
        """Ends every program at once, wherever it is; :meth:`restart` boots again. The registry stays as it is."""
        self._has_power = False
        await asyncio.to_thread(self._made().stop)

    async def run(self, words: t.Sequence[str], stdin: bytes) -> Output:
        """Runs a program to its end. Now and then one ends under Wine before it has begun: without a word and not well.
        Such a one is started again, once.
        """
        output = await self._run(words, stdin)
        is_stillborn = output.exit_code != 0 and not output.stdout and not output.stderr
        return await self._run(words, stdin) if is_stillborn and self._has_power else output

    async def _run(self, words: t.Sequence[str], stdin: bytes) -> Output:
        """Its output comes through files: a process of Wine may outlive it and keep a pipe."""
        found = self._made()
        with tempfile.TemporaryDirectory(prefix="msexchange-lab-") as name:
            source = pathlib.Path(name) / "stdin"
            await asyncio.to_thread(source.write_bytes, stdin)
            with source.open("rb") as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
                process = await asyncio.create_subprocess_exec(
                    str(found.tool),
                    "run",
                    str(found.folder),
                    *words,
                    stdin=given,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
                try:
                    code = await process.wait()
                except asyncio.CancelledError:
                    # As Windows does when a client ends its command: the program ends too, wherever it is.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    raise
                for file in (out, err):
                    file.seek(0)
                return Output(out.read(), err.read(), code)

    async def stop(self) -> None:
        """Ends it and removes what it left."""
        guard, self._guard, self._host = self._guard, None, None
        if guard is not None and guard.stdin is not None:
            guard.stdin.close()
            await asyncio.to_thread(guard.wait)


def _guard(tool: pathlib.Path, folder: pathlib.Path) -> subprocess.Popen[bytes]:
    """A process that waits for the end of its input, then ends the Wine host and removes it.

    The pipe closes with us, however we end: what Wine has started would outlive us otherwise.
    """
    script = 'cat >/dev/null; [ -d "$1" ] || exit 0; "$0" stop "$1"; rm -rf "$1"'
    nothing = subprocess.DEVNULL
    command = ["/bin/sh", "-c", script, str(tool), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, start_new_session=True)
