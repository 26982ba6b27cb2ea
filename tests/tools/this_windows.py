# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the tests themselves run on Windows, that Windows is the host: its own PowerShell, its own registry.

``MSEXCHANGE_TLS_POWERSHELL`` names the program, ``powershell.exe`` (Windows PowerShell 5.1) or ``pwsh.exe``. Not run
yet: ``.github/workflows/windows.yml`` does, on machines that are thrown away afterwards.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
from dataclasses import dataclass

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class ThisWindows:
    """Answers as ``tools.powershell.WineHost`` does, as far as the tests of the host scripts ask."""

    program: str

    @property
    def drive(self) -> pathlib.Path:
        """Drive C."""
        return pathlib.Path("C:/")

    def command(self, program: str, *words: str) -> list[str]:
        """The words that start a program of the host; ``powershell`` is the one under test."""
        return [self.program if program == "powershell" else program, *words]

    def run(self, *words: str, timeout: float = 180) -> Done:
        """Run a program to its end."""
        return _run(self.command(*words), timeout)

    def stop(self) -> None:
        """It goes on."""


@dataclass(frozen=True)
class WindowsEngine:
    """Answers as ``tools.powershell.Engine`` does."""

    program: str

    @classmethod
    def here(cls) -> WindowsEngine:
        """The PowerShell that the environment names."""
        return cls(os.environ.get("MSEXCHANGE_TLS_POWERSHELL", "powershell.exe"))

    @property
    def pwsh(self) -> pathlib.Path:
        """The program."""
        return pathlib.Path(self.program)

    def run(self, script: pathlib.Path, *words: str | pathlib.Path, timeout: float = 120) -> Done:
        """Run a script file."""
        options = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"]
        return _run([self.program, *options, str(script), *map(str, words)], timeout)

    def new_host(self, folder: pathlib.Path) -> ThisWindows:
        """There is one already."""
        return ThisWindows(self.program)


def _run(words: list[str], timeout: float) -> Done:
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, timeout=timeout
    )
