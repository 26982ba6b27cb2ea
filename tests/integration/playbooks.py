# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of the collection on a lab, as a user starts them: by full name, with an inventory and variables."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import json
import pathlib
import typing as t

from integration.conftest import reboot
from integration.controller import Controller, Recorded, Result, Run
from lab import winvalue
from lab.engine_emulated import host_read
from lab.host import Timing
from lab.lab import Lab

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import load_profile, resolve
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import from_host
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Member, make_plan, to_data
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state

#: Down before the controller asks for the first time, up again before it asks for the second.
FAST = Timing(shutdown=0.0, down=0.3, services=0.0)
#: One endpoint is enough for most statements, and each costs seven connections.
HTTPS = [{"service": "https", "transport": "tls", "port": 443}]

#: Tasks by what they do, as the roles call them.
READ_ORGANISATION = "Read and judge the server"
WRITE = "msexchange.tls.harden : Bring the server to the baseline"
HAND_OVER = "msexchange.tls.harden : Say which servers of the organisation are prepared"
STOP = "msexchange.tls.harden : Stop the batch where one of its servers failed or was lost"
DECIDE = "msexchange.tls.harden : Decide about the reboot"
READ_AGAIN = "msexchange.tls.harden : Read the maintenance state again right before the reboot"
STILL_ALLOWED = "msexchange.tls.harden : Say whether the reboot is still allowed"
REBOOT = "msexchange.tls.harden : Reboot the server and wait until its automatic Exchange services run"
CAME_BACK = "msexchange.tls.harden : Stop where the restart did not come to its end"
READ = "msexchange.tls.audit : Read the TLS state of the server and judge it"
PROVE = "msexchange.tls.verify : Fail with what is not proven"
CONCLUDE = "msexchange.tls.harden : Refuse to call an unfinished stage done"


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run asked of one host. ``executions``: by module, "raw" for the commands of a restart."""

    executions: dict[str, int]
    requests: int
    reboots: int
    handshakes: int


@dataclasses.dataclass(frozen=True)
class PlaybookRun:
    """One run of a playbook. ``report``: what it left behind, empty if it left none."""

    run: Run
    costs: dict[str, Cost]
    report: Result
    folder: pathlib.Path

    @property
    def succeeded(self) -> bool:
        """Whether ansible-playbook was content."""
        return self.run.returncode == 0

    @property
    def results(self) -> tuple[Recorded, ...]:
        """All results in their order."""
        return self.run.recorded

    def all_of(self, host: str) -> list[str]:
        """Names of the tasks that were carried out for a host, in their order."""
        return [one.task for one in self.results if one.host == host and one.status != "skipped"]

    def changed(self, host: str) -> list[str]:
        """Names of the tasks that changed a host, or would in check mode."""
        return [one.task for one in self.results if one.host == host and one.result.get("changed")]

    def message(self, task: str, host: str = "ex1") -> str:
        """What a task that succeeded said."""
        text = self.run.result(task, host)["msg"]
        assert "  " not in str(text), f"two blanks: {text!r}"
        return " ".join(str(text).split())

    def refusal(self, task: str, host: str = "ex1") -> str:
        """The sentences with which a task failed."""
        return self.run.sentence(task, host)

    def row(self, host: str) -> Result:
        """A host in the report."""
        (found,) = (one for one in self.report["hosts"] if one["name"] == host)
        return t.cast("Result", found)


@dataclasses.dataclass(frozen=True)
class Estate:
    """A running lab and an Ansible beside it."""

    lab: Lab
    controller: Controller

    @classmethod
    def of(cls, lab: Lab, folder: pathlib.Path) -> Estate:
        """An estate whose playbooks are started in ``folder``."""
        return cls(lab, Controller(folder, lab.inventory_path))

    def run(self, playbook: str, *options: str, **variables: t.Any) -> PlaybookRun:
        """``ansible-playbook msexchange.tls.<playbook>``; ``variables`` without their prefix ``msexchange_tls_``."""
        extra = json.dumps({f"msexchange_tls_{name}": value for name, value in variables.items()})
        before = {name: self._asked(name) for name in self.lab.hosts}
        reports = self._reports()
        run = self.controller.named(f"msexchange.tls.{playbook}", ["-f", "6", "-e", extra, *options])
        new = sorted(self._reports() - reports, key=lambda path: path.stat().st_mtime_ns)
        report = json.loads((new[-1] / "report.json").read_text(encoding="utf-8")) if new else {}
        costs = {name: self._cost(name, before[name]) for name in self.lab.hosts}
        return PlaybookRun(run, costs, report, new[-1] if new else self.controller.folder)

    def host_variables(self, **hosts: t.Mapping[str, t.Any]) -> tuple[str, str]:
        """Options that give single hosts variables of their own, as an inventory does; new ones join the group."""
        path = self.controller.folder / "more.json"
        group = {"hosts": {name: dict(variables) for name, variables in hosts.items()}}
        path.write_text(json.dumps({"exchange": group}), encoding="utf-8")
        return "-i", str(path)

    def _reports(self) -> set[pathlib.Path]:
        return set((self.controller.folder / "msexchange_tls_reports").glob("*"))

    def _asked(self, name: str) -> tuple[collections.Counter[str], int, int, int]:
        counters = self.lab.host(name).counters
        totals = (sum(counters.requests.values()), counters.reboots, sum(counters.handshakes.values()))
        return collections.Counter(counters.executions), *totals

    def _cost(self, name: str, before: tuple[collections.Counter[str], int, int, int]) -> Cost:
        executions, *totals = self._asked(name)
        new = {job.rpartition(".")[2]: count for job, count in (executions - before[0]).items()}
        return Cost(new, *(now - then for now, then in zip(totals, before[1:], strict=True)))


def bring(lab: Lab, name: str, stage: str, *, restart: bool = True) -> None:
    """Bring a host of the lab to a stage of the default profile before a test begins, by hand and without a journal.

    Without ``restart`` the values of the first stage with something to do stand in the registry and wait.
    """
    catalogue, host = load(), lab.host(name)
    request = {**catalogue.reading, "contract": 1, "journal": True}
    for _boot in range(6):
        state = read_state(from_host(host_read.run(host, request)), catalogue)
        profile, day = load_profile("exchange_current"), datetime.date(2026, 1, 1)  # no exceptions, so any day will do
        baseline = resolve(profile, (), state.identity, host=name, groups=["exchange"], today=day, catalogue=catalogue)
        plan = make_plan(state, baseline, stage, members={name: Member(name, True, "")})
        for operation in (to_data(one) for one in plan.operations):
            host.registry.create(operation["path"])
            if operation["after"] is None:
                host.registry.delete_value(operation["path"], operation["name"])
            else:
                value = operation["after"]
                content = winvalue.encode(value["kind"], value["data"], value.get("raw", False))
                host.registry.set_value(operation["path"], operation["name"], value["kind"], content)
        if not restart or not plan.operations:
            return
        reboot(lab, name)
    raise AssertionError(f"{name} does not come to stage {stage}")
