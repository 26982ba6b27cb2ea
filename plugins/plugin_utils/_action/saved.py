# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan applied to one host, exactly: read, held against the host, carried out, and looked at afterwards."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import typing as t

from .._change import (
    SUFFIX,
    HostPlan,
    PlanFileError,
    StalePlanError,
    deviations,
    digest_of,
    fingerprint,
    host_data_of,
    plan_for,
    read_age,
    read_plan_file,
    record_of,
    require_age,
    require_gates,
    verify,
)
from .._plan import Member, Plan, to_data
from .._state import State, read_state
from .._task import HostError
from .._words import one_line
from .base import Result, Task, TaskError
from .change import ChangeAction

_UNTOUCHED = "Nothing was written."


@dataclasses.dataclass(frozen=True)
class SavedPlan:
    """The record of one host from a plan file. ``approver``: fingerprint of the key that signed it, empty: nobody."""

    file: str
    digest: str
    ticket: str
    approver: str
    record: HostPlan

    @classmethod
    def load(cls, action: ChangeAction, task: Task) -> SavedPlan:
        """Read and check everything that needs no host: file, signature, age, and whether it knows this host."""
        path, key = task.arguments["plan_file"], task.arguments["plan_key"]
        file = one_line(path, 200)
        host = task.broker.host
        try:
            most = read_age(task.arguments["plan_max_age"])
        except ValueError as error:
            raise TaskError(f"plan_max_age: {error}.") from None
        data = action.read_controller_file(path, "plan")
        with sentences_of(host):
            approver = ""
            if key:
                public = action.read_controller_file(key, "public key")
                verify(data, action.read_controller_file(path + SUFFIX, "signature"), public)
                approver = fingerprint(public)
            plans = read_plan_file(data, file)
            require_age(plans, datetime.datetime.now(datetime.timezone.utc), most, file)
            record = record_of(plans, str(task.variables.get("inventory_hostname", "")), file)
        return cls(file, digest_of(plans), plans.ticket, approver, record)

    def decide(self, state: State, members: t.Mapping[str, Member] | None, host: str) -> Plan:
        """What is to be done on the host as it is now; raises TaskError for a host that the plan does not fit."""
        with sentences_of(host):
            plan = plan_for(self.record, state, self.file)
            if plan.operations:
                require_gates(self.record, state, members, datetime.datetime.now().astimezone().date())
        return plan


@contextlib.contextmanager
def sentences_of(host: str) -> t.Iterator[None]:
    """Refusals of a plan as errors of the task."""
    try:
        yield
    except StalePlanError as error:
        raise TaskError(f"{host}: {_inside(error.sentence)} {_UNTOUCHED}", moved=list(error.moved)) from error
    except PlanFileError as error:
        raise TaskError(f"{host}: {_inside(error.sentence)} {_UNTOUCHED}") from error


def _inside(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def apply_saved(action: ChangeAction, task: Task, members: t.Mapping[str, Member] | None) -> Result:
    """One execution where the plan does not fit, is done already, or in check mode; three where it is carried out."""
    saved = SavedPlan.load(action, task)
    state = read_state(task.read(), task.catalogue)
    plan = saved.decide(state, members, task.broker.host)
    meta = {"plan": saved.digest, "ticket": task.arguments["ticket"] or saved.ticket}
    if saved.approver:
        meta["approved_by"] = saved.approver
    result = action.carry_out(task, state, plan, force=saved.record.force, meta=meta)
    result.update(
        plan=host_data_of(saved.record),
        plan_sha256=saved.digest,
        approved_by=saved.approver,
        deviations=[],
        **stages_of(plan),
    )
    if plan.operations and not action.only_predicts:
        _require_as_planned(task, saved.record, result)
    return result


def _require_as_planned(task: Task, record: HostPlan, result: Result) -> None:
    """Actual against planned, every value that the plan looked at."""
    host, change = task.broker.host, result["change"]
    done = f"change {change} is written" if change else "somebody wrote the same at the same time"
    try:
        found = deviations(record, task.read())
    except HostError as error:
        why = f"{host}: {done}, but the server was not looked at again. {error.sentence}"
        raise TaskError(why, unreachable=error.unreachable, **result) from error
    if found:
        result["deviations"] = list(found)
        why = "; ".join(found[:8]) + (f"; and {len(found) - 8} more" if len(found) > 8 else "")
        raise TaskError(
            f"{host}: {done}, and the server is not as planned: {why}. "
            "Find out who writes there, then make a plan anew.",
            **result,
        )


def stages_of(plan: Plan) -> Result:
    """How far a plan goes and why no further, as plain data."""
    return {
        "profile": plan.profile,
        "stage": plan.stage,
        "reached": plan.reached,
        "next_stage": plan.next_stage,
        "complete": plan.complete,
        "gates": to_data(plan.gates),
        "next_gates": to_data(plan.next_gates),
    }
