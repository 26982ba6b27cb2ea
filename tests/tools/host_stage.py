# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the host scripts, and what a test of them needs, in a PowerShell of a lab host (steps: ``driver.ps1``)."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import time
import typing as t
from dataclasses import dataclass, field

from tools.powershell import ROOT, SCRIPT, WineHost

#: Keys of a test live below this one, in both views; the stage begins without them.
SOFTWARE = "HKEY_LOCAL_MACHINE\\SOFTWARE"
T = SOFTWARE + "\\T"
Json = dict[str, t.Any]


@dataclass(frozen=True)
class Driver:
    """A PowerShell of the host that waits for steps: its start costs ten times what a test does."""

    host: WineHost
    process: subprocess.Popen[bytes]
    folder: pathlib.Path

    @classmethod
    def start(cls, host: WineHost, script: pathlib.Path, name: str = "test") -> Driver:
        """Copy the scripts under test and ``script`` to a folder of the host and start it there."""
        folder = host.drive / name
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("modules", "module_utils"):
            shutil.copytree(ROOT / "plugins" / part, folder / part)
        shutil.copy(script, folder)
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                host.command(*SCRIPT, f"C:\\{name}\\{script.name}", f"C:\\{name}"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return cls(host, process, folder)

    def send(self, steps: list[Json]) -> None:
        """Give it a batch of steps."""
        (self.folder / "steps.new").write_text("".join(json.dumps(step) + "\n" for step in steps), encoding="ascii")
        (self.folder / "steps.new").rename(self.folder / "steps")

    def receive(self, patience: float = 120) -> list[t.Any]:
        """The answers to a batch, one for every step."""
        end = time.monotonic() + patience
        while not (self.folder / "results").exists():
            assert self.process.poll() is None, (self.folder / "output").read_text(errors="replace")
            assert time.monotonic() < end, f"no answer after {patience} s"
            time.sleep(0.01)
        lines = (self.folder / "results").read_text(encoding="utf-8-sig").splitlines()
        (self.folder / "results").unlink()
        return [json.loads(line) for line in lines]

    def stop(self) -> None:
        """End it; a driver that hangs ends with its host."""
        (self.folder / "quit").touch()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Stage:
    """Collects steps, runs them one after the other on the host, and gives the answers in order."""

    driver: Driver
    steps: list[Json] = field(default_factory=list)

    @property
    def changes(self) -> pathlib.Path:
        """The folder of the journals, as the controller of the test sees it."""
        return self.driver.host.drive / "ProgramData" / "msexchange_tls" / "changes"

    def journal(self, change: str) -> Json:
        """The journal of a change as it stands on the disk."""
        journal: Json = json.loads((self.changes / f"{change}.json").read_bytes().decode("ascii"))
        return journal

    def add(self, do: str, **step: t.Any) -> Stage:
        self.steps.append({"do": do, **step})
        return self

    def read(self, **args: t.Any) -> Stage:
        return self.add("host_read", args={"contract": 1, **args})

    def write(self, change: str, *operations: Json, **args: t.Any) -> Stage:
        return self.add("host_write", args={"contract": 1, "change": change, "operations": list(operations), **args})

    def poke(self, path: str, name: str, kind: int, data: bytes) -> Stage:
        """Put a value there, byte by byte, without the scripts under test."""
        # JSON would lose half a pair of UTF-16.
        units = {key: text.encode("utf-16-le", "surrogatepass").hex() for key, text in (("path", path), ("name", name))}
        return self.add("poke", **units, kind=kind, hex=data.hex())

    def run(self) -> list[t.Any]:
        """Answers of all steps; a host script's answer is parsed, after a look at its form."""
        steps, self.steps = self.steps, []
        self.driver.send(steps)
        answers = self.driver.receive()
        assert len(answers) == len(steps), answers
        return [self._checked(step, answer) for step, answer in zip(steps, answers, strict=True)]

    def one(self) -> t.Any:
        """The answer of the last step."""
        return self.run()[-1]

    @staticmethod
    def _checked(step: Json, answer: t.Any) -> t.Any:
        assert not (isinstance(answer, dict) and "broken" in answer), f"{step}: {answer}"
        if step["do"] not in ("host_read", "host_write"):
            return answer
        assert answer["types"] == ["String"], answer
        text = answer["output"][0]
        assert text.isascii()
        assert "\n" not in text
        return json.loads(text)


def set_value(path: str, name: str, data: Json, expect: Json | None = None) -> Json:
    """An operation that sets a value; what is not said about its expectation is that the value is absent."""
    return {"op": "set", "path": path, "name": name, **data, "expect": expect or {"exists": False}}


def delete_value(path: str, name: str, expect: Json) -> Json:
    """An operation that deletes a value."""
    return {"op": "delete_value", "path": path, "name": name, "expect": expect}


def delete_key(path: str) -> Json:
    """An operation that deletes an empty key."""
    return {"op": "delete_key", "path": path, "expect": {"exists": True}}
