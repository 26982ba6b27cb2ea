# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real ansible-playbook, run on tasks that a test writes down, with every result at hand afterwards."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import typing as t

from integration.between import BeforeTask, announced

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent

Result = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Recorded:
    """What one task gave for one host. ``status``: ok, failed, unreachable, skipped."""

    host: str
    task: str
    status: str
    result: Result


@dataclasses.dataclass(frozen=True)
class Run:
    """One ansible-playbook that has ended. ``output``: what a person would have seen, without colours."""

    returncode: int
    output: str
    recorded: tuple[Recorded, ...]

    def of(self, task: str, host: str = "ex1") -> Recorded:
        """The one result of this task on this host."""
        (found,) = (one for one in self.recorded if (one.task, one.host) == (task, host))
        return found

    def result(self, task: str, host: str = "ex1") -> Result:
        """The result of a task that must have succeeded."""
        found = self.of(task, host)
        assert found.status == "ok", f"{task} on {host} {found.status}: {found.result.get('msg')}\n{self.output}"
        return found.result

    def sentence(self, task: str, host: str = "ex1", status: str = "failed") -> str:
        """The message of a task that must not have succeeded, held to what every message must be."""
        found = self.of(task, host)
        assert found.status == status, f"{task} on {host} {found.status}: {found.result.get('msg')}\n{self.output}"
        message: str = found.result["msg"]
        assert message.isprintable() or "error[" in message, f"not one printable line: {message!r}"
        assert message.endswith((".", "?")), f"no sentence: {message!r}"
        return message


def task(name: str, module: str, arguments: t.Mapping[str, t.Any] | None = None, **keywords: t.Any) -> dict[str, t.Any]:
    """A task of a module of this collection; its failure does not end the play."""
    return {
        "name": name,
        f"msexchange.tls.{module}": dict(arguments or {}),
        "ignore_errors": True,
        "ignore_unreachable": True,
        **keywords,
    }


#: Variables of a play whose connections are cut. Ansible asks once for the output of a program whose input it could not
#: send, and waits as long as this; its own 20 s are for servers far away.
PATIENCE = {"ansible_winrm_operation_timeout_sec": 4, "ansible_winrm_read_timeout_sec": 30}


@dataclasses.dataclass(frozen=True)
class Controller:
    """Where a test writes its playbooks. ``inventory``: the file of the lab. ``before_task``: called with the name of
    every task that is about to begin.
    """

    folder: pathlib.Path
    inventory: pathlib.Path
    before_task: BeforeTask | None = None

    def play(
        self, *tasks: t.Mapping[str, t.Any], hosts: str = "ex1", options: t.Sequence[str] = (), **keywords: t.Any
    ) -> Run:
        """Run one play with these tasks; ``keywords`` are keywords of the play."""
        return self.playbook([{"hosts": hosts, "gather_facts": False, **keywords, "tasks": list(tasks)}], options)

    def playbook(self, plays: t.Sequence[t.Mapping[str, t.Any]], options: t.Sequence[str] = ()) -> Run:
        """Run a playbook that a test has written down."""
        path = self.folder / "playbook.json"  # JSON is YAML
        path.write_text(json.dumps(plays), encoding="utf-8")
        return self.named(str(path), options)

    def named(self, playbook: str, options: t.Sequence[str] = ()) -> Run:
        """Run a playbook by its path, or one of a collection by its full name, and hold it to what every run must be:
        no traceback, whatever happened.
        """
        record = self.folder / "results"
        record.write_text("", encoding="utf-8")
        command = [sys.executable, "-m", "ansible", "playbook", "-i", str(self.inventory), *options, playbook]
        with announced(self.before_task) as channel:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment(RECORDED_RESULTS=str(record), **channel),
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        output = done.stdout + done.stderr
        lines = record.read_text(encoding="utf-8").splitlines()
        run = Run(done.returncode, output, tuple(Recorded(**json.loads(line)) for line in lines))
        assert run.recorded, f"nothing ran:\n{output}"
        # win_reboot keeps a traceback in a result that failed; callbacks do not show it.
        ours = "".join(line for line in lines if '"rebooted"' not in line)
        assert "Traceback" not in output + ours, output
        return run


def environment(**more: str) -> dict[str, str]:
    """The environment of a program of Ansible: this project's collections and none of the machine's settings.

    ``MSEXCHANGE_TLS_TEST_SETTINGS``, JSON, may hold settings of Ansible under which the tests are to pass too.
    """
    ours = {
        "ANSIBLE_CONFIG": str(HERE / "none.cfg"),  # a file that is not there, so that no other is looked for
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "recorded,announced",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {**inherited, **ours, **json.loads(os.environ.get("MSEXCHANGE_TLS_TEST_SETTINGS", "{}")), **more}
