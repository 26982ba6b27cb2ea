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
    apply_saved,
    baseline_of,
    stages_of,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import host_data_of, host_plan
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Member, make_plan, normalised
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import AMONG_OTHERS, CHANGE, JUDGE


class ActionModule(ChangeAction):
    """Read, plan as far as the gates allow, write; or apply a plan that was saved, and nothing else."""

    ARGUMENTS = {
        **JUDGE,
        **CHANGE,
        **AMONG_OTHERS,
        "normalise": {"type": "bool", "default": False},
        "plan_file": {"type": "path"},
        "plan_key": {"type": "path"},
        "plan_max_age": {"type": "str", "default": "7d"},
    }
    # What a saved plan holds cannot be asked for beside it.
    CONDITIONS = {
        "mutually_exclusive": [["plan_file", name] for name in ("profile", "stage", "overlays", "force", "normalise")],
        "required_by": {"plan_key": "plan_file"},
    }

    def perform(self, task: Task) -> Result:
        """One execution when nothing differs or in check mode, else two, or three for a saved plan."""
        members = read_members(task.arguments["organisation"])
        if task.arguments["plan_file"] is not None:
            return apply_saved(self, task, members)
        wanted = self.wanted(task)
        state = read_state(task.read(), task.catalogue)
        baseline = baseline_of(wanted, task, state.identity)
        force = task.arguments["force"]
        plan = make_plan(
            state,
            baseline,
            task.arguments["stage"],
            members=members,
            observed=task.arguments["observed"],
            force=force,
        )
        if task.arguments["normalise"]:
            plan = normalised(plan, state, force=force)
        result = {**self.conclude(task, state, baseline, plan), **stages_of(plan)}
        if self.only_predicts:
            # What is done already is in no plan for later, and half of all that a result would hold.
            name = str(task.variables.get("inventory_hostname", ""))
            result["plan"] = host_data_of(host_plan(name, state, baseline, plan, force=force))
        return result


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
