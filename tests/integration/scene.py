# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Steps of a change on one Wine host: first without a fault, to see what they do and which requests they make; then
with the connection cut at one of them, from the same beginning every time; then once more from what that has left.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from integration.controller import Controller, Run, task
from integration.witness import Line, Seen, Witness
from lab.faults import Fault, What

if t.TYPE_CHECKING:
    from lab.lab import Lab

Step = t.Mapping[str, t.Any]
#: Set by ``make cuts``, which takes minutes: no request is left out because another of its kind is cut.
EVERY = os.environ.get("MSEXCHANGE_TLS_EVERY_CUT") == "1"
#: Variables of a play whose connections are cut. Ansible asks once for the output of a program whose input it could not
#: send, and waits as long as this; a program that takes longer is asked for again.
PATIENCE = {"ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 30}


@dataclasses.dataclass(frozen=True)
class Whole:
    """A step without a fault: the host before and after it, the operations of its requests, what it said."""

    before: Seen
    after: Seen
    requests: list[str]
    result: dict[str, t.Any]

    def numbers(self, *executions: int) -> list[int]:
        """Numbers of the requests that make the connection, end it, or belong to one of these executions; all of them
        where every request is wanted.
        """
        found, execution = [], 0
        for number, operation in enumerate(self.requests, 1):
            execution += operation == "Command"
            if EVERY or operation in ("Create", "Delete") or execution in executions:
                found.append(number)
        return found


@dataclasses.dataclass(frozen=True)
class Cut:
    """A step whose connection was cut. ``fault``: as it struck. ``after``: the host when nothing ran on it any more."""

    step: str
    name: str
    fault: Fault
    after: Seen
    run: Run

    @property
    def is_done(self) -> bool:
        """Whether the run called the step done; if not, it said so in one sentence with the name of the server."""
        recorded = self.run.of(self.name)
        if recorded.status != "ok":
            assert self.run.sentence(self.name, status=recorded.status).startswith("ex1")
        return recorded.status == "ok"


@dataclasses.dataclass(frozen=True)
class Scene:
    """One Wine host and who looks at it."""

    witness: Witness
    line: Line
    controller: Controller

    @classmethod
    def on(cls, lab: Lab, controller: Controller) -> Scene:
        """The host ex1 of a lab."""
        host = lab.host("ex1")
        host.faults = line = Line()
        return cls(Witness(lab, host), line, controller)

    def play(self, tasks: t.Sequence[Step], before_task: t.Callable[[str], None] = lambda _name: None) -> Run:
        """One play of these tasks."""
        return dataclasses.replace(self.controller, before_task=before_task).play(*tasks, vars=PATIENCE)

    def rehearse(self, *steps: Step) -> dict[str, Whole]:
        """Each step once, one after the other, without a fault."""
        seen: list[Seen] = []
        requests: list[list[str]] = []

        def note(_name: str = "") -> None:
            seen.append(self.witness.look())
            requests.append(list(self.line.made))
            self.line.made.clear()

        run = self.play(steps, note)
        note()
        return {
            step["name"]: Whole(seen[number], seen[number + 1], requests[number + 1], run.result(step["name"]))
            for number, step in enumerate(steps)
        }

    def cut(self, whole: t.Mapping[str, Whole], *wanted_steps: tuple[Step, t.Sequence[int]]) -> list[Cut]:
        """Each step from its beginning, with each of these requests not carried out, and with its answer lost."""
        wanted = {
            f"{step['name']} {what.value} {number} {whole[step['name']].requests[number - 1]}": (step, what, number)
            for step, numbers in wanted_steps
            for number in numbers
            for what in (What.CUT_BEFORE, What.CUT_AFTER)
        }
        faults: list[Fault] = []
        seen: list[Seen] = []

        def arm(name: str) -> None:
            now = self.witness.look()
            seen.append(now)
            step, what, number = wanted[name]
            if now != whole[step["name"]].before:
                self.witness.put_back(whole[step["name"]].before)
            self.line.clear()
            faults.append(self.line.add(what, request=number))

        run = self.play([{**step, "name": name} for name, (step, _what, _number) in wanted.items()], arm)
        self.line.clear()
        seen.append(self.witness.look())
        return [
            Cut(step["name"], name, fault, after, run)
            for (name, (step, _what, _number)), fault, after in zip(wanted.items(), faults, seen[1:], strict=True)
        ]

    def again(self, *steps: tuple[Step, Seen]) -> list[tuple[Run, str, Seen]]:
        """Steps without a fault, each on the host as it was seen then: where to look for what it said, and the host."""
        before = {f"{step['name']} again {number}": seen for number, (step, seen) in enumerate(steps)}
        after: list[Seen] = []

        def put_back(name: str) -> None:
            after.append(self.witness.look())
            self.witness.put_back(before[name])

        run = self.play([{**step, "name": name} for name, (step, _seen) in zip(before, steps, strict=True)], put_back)
        after.append(self.witness.look())
        return [(run, name, seen) for name, seen in zip(before, after[1:], strict=True)]


def saved_plan(file: str) -> dict[str, t.Any]:
    """Write the plan that was made before into a file."""
    return task("save", "plan_file", {"path": file, "members": ["ex1"]}, delegate_to="localhost", run_once=True)
