# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ansible-playbook against an estate, with what it took on both sides."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import types
import typing as t

from integration.controller import environment

from . import proc

#: More of them bring nothing on few processors: the controller is what is short.
FORKS = 10
TESTS = pathlib.Path(__file__).resolve().parents[1]


class BenchError(Exception):
    """A run that did not do what is to be measured; the text is its output."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run took, for all hosts together.

    ``wall``, ``cpu`` (user and system, all processes of the controller) and ``lab_cpu`` in seconds; ``memory`` (all
    processes of the controller, highest sum) and ``lab_memory`` (highest ever) in bytes; ``stdin`` are the bytes that
    PowerShell reads, ``sent`` and ``received`` the HTTP bodies. ``on_hosts``: seconds from the start of each program on
    a host, its input whole, to its end.
    """

    wall: float
    cpu: float
    memory: int
    executions: int = 0
    requests: int = 0
    stdin: int = 0
    sent: int = 0
    received: int = 0
    on_hosts: float = 0.0
    lab_cpu: float = 0.0
    lab_memory: int = 0


class Estate:
    """A lab of so many hosts in a process of its own. A context manager."""

    def __init__(self, folder: pathlib.Path, hosts: int, engine: str = "emulated") -> None:
        self.folder = folder
        self.hosts = hosts
        self.inventory = folder / "state" / "inventory.yml"
        words = [sys.executable, "-m", "bench.serve", engine, str(folder / "state"), str(hosts)]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TESTS, env=_environment()
        )
        self._lab_cpu = 0.0
        if self._line() != "READY\n":
            raise BenchError("the lab did not start")

    def _line(self) -> str:
        if self._process.stdout is None:
            raise BenchError("the lab has no output")
        return self._process.stdout.readline()

    def costs(self) -> dict[str, t.Any]:
        """What the lab counted since the last call."""
        if self._process.stdin is None:
            raise BenchError("the lab has no input")
        self._process.stdin.write("costs\n")
        self._process.stdin.flush()
        found: dict[str, t.Any] = json.loads(self._line())
        before, self._lab_cpu = self._lab_cpu, found["lab_cpu"]
        return {**found, "lab_cpu": found["lab_cpu"] - before}

    def run(self, playbook: str, *options: str, prefix: t.Sequence[str] = ("-m", "ansible", "playbook")) -> Cost:
        """Run a playbook, a file or a full name, on all hosts. Raises BenchError."""
        self.costs()
        words = [sys.executable, *prefix, "-i", str(self.inventory), "-f", str(FORKS), *options, playbook]
        output = self.folder / "output"
        begun = time.monotonic()
        with output.open("wb") as file:
            process = subprocess.Popen(
                words, cwd=self.folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
            with _Memory(process.pid) as memory:
                # Only this says what the processes took that Ansible made and waited for.
                _pid, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise BenchError(f"{' '.join(words)} ended with {process.returncode}:\n{output.read_text()[-3000:]}")
        return Cost(wall, used.ru_utime + used.ru_stime, max(memory.highest, used.ru_maxrss * 1024), **self.costs())

    def __enter__(self) -> Estate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


class _Memory:
    """Looks twice a second what a family of processes has."""

    def __init__(self, pid: int) -> None:
        self.highest = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            self.highest = max(self.highest, proc.family_memory(self._pid))

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join()


def _environment() -> dict[str, str]:
    ours = environment(PYTHONPATH=str(TESTS))
    # Without the callback of the tests: what a site would run.
    tests_only = ("ANSIBLE_CALLBACKS_ENABLED", "ANSIBLE_CALLBACK_PLUGINS")
    return {name: value for name, value in ours.items() if name not in tests_only}
