# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the host scripts, and what a test of them needs, in a PowerShell of a lab host (steps: ``driver.ps1``)."""

from __future__ import annotations

import json
import pathlib
import typing as t
from dataclasses import dataclass, field

from tools.powershell import WineHost

#: Keys of a test live below this one, in both views; the stage begins without them.
SOFTWARE = "HKEY_LOCAL_MACHINE\\SOFTWARE"
T = SOFTWARE + "\\T"
Json = dict[str, t.Any]


@dataclass
class Stage:
    """Collects steps, runs them in one PowerShell of the host, and gives the answers in order."""

    host: WineHost
    steps: list[Json] = field(default_factory=list)

    @property
    def changes(self) -> pathlib.Path:
        """The folder of the journals, as the controller of the test sees it."""
        return self.host.drive / "ProgramData" / "msexchange_tls" / "changes"

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
        test = self.host.drive / "test"
        (test / "results.jsonl").unlink(missing_ok=True)
        (test / "steps.jsonl").write_text("".join(json.dumps(step) + "\n" for step in self.steps), encoding="ascii")
        names = ("driver.ps1", "", "steps.jsonl", "results.jsonl")
        done = self.host.run_script(*(f"C:\\test\\{name}" for name in names))
        assert (test / "results.jsonl").exists(), done.stdout + done.stderr
        answers = [json.loads(line) for line in (test / "results.jsonl").read_text(encoding="utf-8-sig").splitlines()]
        assert len(answers) == len(self.steps), done.stdout + done.stderr
        steps, self.steps = self.steps, []
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
