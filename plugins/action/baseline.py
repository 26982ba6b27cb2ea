# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a server to a baseline, stage by stage. See the document of the module."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import (
    ChangeAction,
    Result,
    Task,
    TaskError,
    baseline_of,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Member, make_plan, to_data
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import CHANGE, JUDGE


class ActionModule(ChangeAction):
    """Read, plan as far as the gates allow, write."""

    ARGUMENTS = {
        **JUDGE,
        **CHANGE,
        "organisation": {"type": "dict"},
        "balancers": {"type": "list", "elements": "str", "default": []},
    }

    def perform(self, task: Task) -> Result:
        """One execution when nothing differs or in check mode, else two."""
        members = read_members(task.arguments["organisation"])
        wanted = self.wanted(task)
        state = read_state(task.read(), task.catalogue)
        baseline = baseline_of(wanted, task, state.identity)
        plan = make_plan(
            state,
            baseline,
            task.arguments["stage"],
            members=members,
            observed=task.arguments["observed"],
            force=task.arguments["force"],
        )
        return {
            **self.conclude(task, state, baseline, plan),
            "profile": plan.profile,
            "stage": plan.stage,
            "reached": plan.reached,
            "next_stage": plan.next_stage,
            "complete": plan.complete,
            "gates": [to_data(gate) for gate in plan.gates],
            "next_gates": [to_data(gate) for gate in plan.next_gates],
        }


def read_members(organisation: t.Mapping[str, t.Any] | None) -> dict[str, Member] | None:
    """The option ``organisation`` as members; None stays None: the organisation was not read."""
    if organisation is None:
        return None
    members: dict[str, Member] = {}
    for name, member in organisation.items():
        prepared = member.get("prepared") if isinstance(member, t.Mapping) else "wrong"
        if not (prepared is None or isinstance(prepared, bool)):
            raise TaskError(
                f"organisation: the entry of {name} needs prepared: true, false or null; "
                "make the option with the filter msexchange.tls.organisation."
            )
        members[name] = Member(name, prepared, str(member.get("detail") or ""))
    return members
