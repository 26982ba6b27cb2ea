# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May this plan be applied to this host, now? Two different noes for another host's plan and for a stale one."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ..._host import printable
from ..._plan import Act, Entry, Member, Plan, Reason, organisation_gate
from ..._state import State
from .errors import ForeignPlanError, GateError, MissingPlanError, PlanFileError, StalePlanError
from .model import HostPlan, PlanFile
from .moved import moved_since, off_the_plan
from .sound import check_sound

#: As many differences stand in the sentence; all of them in the error.
_SPELLED_OUT = 8
_AGAIN = "Make the plan anew and have it approved."


def record_of(plans: PlanFile, name: str, file: str) -> HostPlan:
    """The record of a host. Raises MissingPlanError."""
    found = plans.of(name)
    if found is None:
        there = ", ".join(host.name for host in plans.hosts[:5]) or "nobody"
        more = f" and {len(plans.hosts) - 5} more" if len(plans.hosts) > 5 else ""
        raise MissingPlanError(
            f"The plan {file} has no record of it, only of {printable(there)}{more}. "
            "Leave the host out with --limit, or make a plan with it."
        )
    return found


def plan_for(host: HostPlan, state: State, file: str) -> Plan:
    """What is to be done on a host in this state.

    The plan as it was approved; or, where the host stands exactly where the plan leads, the same without operations, so
    that a run that was interrupted can be started again. Raises ForeignPlanError, StalePlanError, and PlanFileError for
    a plan that would write what no planner of ours writes.
    """
    _require_own(host, state, file)
    moved = moved_since(host, state)
    if moved and host.plan.operations and not off_the_plan(host, state):
        return without_operations(host.plan)
    if moved:
        first = "; ".join(moved[:_SPELLED_OUT])
        more = f"; and {len(moved) - _SPELLED_OUT} more" if len(moved) > _SPELLED_OUT else ""
        raise StalePlanError(f"The plan {file} is stale, the host has moved: {first}{more}. {_AGAIN}", moved)
    wrong = check_sound(host.plan, state)
    if wrong:
        raise PlanFileError(f"The plan {file} is not one that this collection makes. {' '.join(wrong[:3])} {_AGAIN}")
    return host.plan


def require_gates(host: HostPlan, state: State, members: t.Mapping[str, Member] | None, today: datetime.date) -> None:
    """The gates that depend on time, asked again: the organisation, and exceptions. Raises GateError.

    All others depend on what was observed, and that has not moved.
    """
    ended = [one for one in host.exceptions if one.until < today.isoformat()]
    if ended and host.plan.operations:
        first = ended[0]
        raise GateError(
            f"The exception for {printable(first.rule)} has ended on {first.until}, so the plan is not what is wanted "
            f"any more. {_AGAIN}"
        )
    for stage in dict.fromkeys(entry.stage for entry in host.plan.entries if entry.operations):
        gate = organisation_gate(stage, state, members)
        if gate is not None:
            raise GateError(f"{gate.reason} {gate.remedy}")


def without_operations(plan: Plan) -> Plan:
    """The plan of a host that stands where ``plan`` leads."""
    entries = tuple(_done(entry) for entry in plan.entries)
    return dataclasses.replace(plan, entries=entries, applyable=False, reboot_required=False)


def _done(entry: Entry) -> Entry:
    if not entry.operations:
        return entry
    return dataclasses.replace(
        entry, act=Act.NONE, reason=Reason.AS_WANTED, before=entry.after, detail="As planned already.", operations=()
    )


def _require_own(host: HostPlan, state: State, file: str) -> None:
    mine = (state.identity.computer or "", state.observation.machine.domain or "")
    theirs = (host.computer, host.domain)
    if not host.computer or [name.casefold() for name in mine] != [name.casefold() for name in theirs]:
        raise ForeignPlanError(
            f"The plan {file} is not of this computer: it was made for {_full(*theirs)}, this is {_full(*mine)}. "
            "Look at the inventory, then make a plan for this one."
        )


def _full(computer: str, domain: str) -> str:
    name = printable(computer, 80) or "a computer without a name"
    return f"{name} in {printable(domain, 80)}" if domain else name
