# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell of the lab: finds it, runs it on Linux, and makes Windows hosts of it under Wine.

The engine is a folder with the scripts ``unpack`` and ``wine-host``: ``$MSEXCHANGE_TLS_PWSH``, else ``../shared/pwsh``
beside the checkout. Where there is none, ``find_engine`` says so in a sentence, the reason to skip a test.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

from tools.this_windows import WindowsEngine

ROOT = pathlib.Path(__file__).resolve().parents[2]
WINE = pathlib.Path(os.environ.get("WINE64", "/usr/lib/wine/wine64"))
QUIET = {"NO_COLOR": "1", "POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off"}
SCRIPT = ("powershell", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Unrestricted", "-File")


Done = subprocess.CompletedProcess[str]


class NoEngineError(Exception):
    """The engine, or Wine, is not on this machine."""


def _call(*words: str | pathlib.Path, timeout: float, environment: dict[str, str] | None = None) -> Done:
    """Run a program to its end, without input."""
    return subprocess.run(
        [str(word) for word in words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=timeout,
    )


@dataclass(frozen=True)
class Engine:
    """PowerShell, unpacked. ``scripts`` holds ``wine-host``, ``unpacked`` the programs."""

    scripts: pathlib.Path
    unpacked: pathlib.Path

    @property
    def pwsh(self) -> pathlib.Path:
        """PowerShell 7 for Linux."""
        return self.unpacked / "linux-x64" / "pwsh"

    def run(self, script: pathlib.Path, *words: str | pathlib.Path, timeout: float = 120) -> Done:
        """Run a script file on Linux."""
        command = (self.pwsh, "-NoProfile", "-NonInteractive", "-File", script, *words)
        return _call(*command, timeout=timeout, environment=dict(os.environ) | QUIET)

    def new_host(self, folder: pathlib.Path) -> WineHost:
        """Make and start a Windows host in a folder that does not exist yet (9 s, 700 MB). Who makes it stops it."""
        if not WINE.exists():
            raise NoEngineError("wine64 is not installed (apt-get install wine64)")
        host = WineHost(self.scripts / "wine-host", folder)
        for is_last in (False, True):
            try:
                host.control("new")
                break
            except (RuntimeError, subprocess.TimeoutExpired):
                # On a machine with much to do, a program of Wine's own set-up ends now and then without a reason.
                host.stop()
                shutil.rmtree(folder, ignore_errors=True)
                if is_last:
                    raise
        return host


@dataclass(frozen=True)
class WineHost:
    """A simulated Windows host: a Wine prefix with a real PowerShell and a real (Wine) registry."""

    tool: pathlib.Path
    folder: pathlib.Path

    @property
    def drive(self) -> pathlib.Path:
        """Drive C of the host."""
        return self.folder / "drive_c"

    def control(self, verb: str, timeout: float = 180) -> str:
        """``new``, ``env``, ``reset`` or ``stop`` of wine-host; returns what it printed."""
        done = _call(self.tool, verb, self.folder, timeout=timeout)
        if done.returncode:
            said = done.stderr.strip() or "without a word"
            raise RuntimeError(f"wine-host {verb} {self.folder} ended with {done.returncode}: {said}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The environment in which a program of this host runs."""
        lines = (line.partition("=") for line in self.control("env").splitlines())
        return dict(os.environ) | {name: value for name, dummy, value in lines}

    def command(self, *words: str) -> list[str]:
        """The words that start a program in the host. ``powershell`` is the PowerShell of the host."""
        return [str(self.tool), "run", str(self.folder), *words]

    def run(self, *words: str, timeout: float = 180) -> Done:
        """Run a program in the host to its end."""
        return _call(*self.command(*words), timeout=timeout)

    def run_script(self, script: str, *words: str, timeout: float = 180) -> Done:
        """Run a script file, named by its Windows path, in a PowerShell of the host."""
        return self.run(*SCRIPT, script, *words, timeout=timeout)

    def windows_path(self, path: pathlib.Path) -> str:
        """The name that a file on drive C has inside the host."""
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    def restart(self) -> None:
        """End everything and start again with a later boot time; registry and files stay."""
        self.stop()
        environment = self.environment()
        # Started here it stays; one that the first program starts ends with the last, and the next is another boot.
        # It outlives us, so it must not get a pipe of ours.
        for command in ((environment["WINESERVER"], "-p"), (str(WINE), "cmd", "/c", "exit")):
            subprocess.run(
                command,
                env=environment,
                cwd=self.drive,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
                timeout=60,
            )

    def stop(self) -> None:
        """End the host and every program in it."""
        self.control("stop")


def find_engine() -> Engine | WindowsEngine:
    """The engine of this machine, unpacked; raises ``NoEngineError`` with the reason."""
    if sys.platform == "win32":
        return WindowsEngine.here()
    scripts = pathlib.Path(os.environ.get("MSEXCHANGE_TLS_PWSH") or ROOT.parent / "shared" / "pwsh")
    if not (scripts / "unpack").exists():
        raise NoEngineError(f"no PowerShell engine in {scripts}: set MSEXCHANGE_TLS_PWSH to its folder")
    done = _call(scripts / "unpack", timeout=300)
    if done.returncode:
        raise NoEngineError(f"the PowerShell engine in {scripts} cannot be unpacked: {done.stderr.strip()}")
    return Engine(scripts, pathlib.Path(done.stdout.strip()))
