# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions that change a host do alike, from the plan to the result. Internal to this collection.

Check mode differs from a real run in one thing only: the last call is not made. Everything that a result tells about
before, after and operations is made from the plan before that call.
"""

from __future__ import annotations

import datetime
import secrets
import typing as t

from .._baseline import DIRECT_STAGE, Baseline, direct
from .._change import Terms, arm_request
from .._plan import Plan, check_plan, diff, make_plan, render_plan_reg, render_undo_reg, rule_data, to_data
from .._state import State, read_state, state_after
from .._task import ChangeError, HostError, builds, check_outcome, configured_data, host_data, write_request
from .._version import VERSION
from .base import Result, Task, TaskError, TlsAction
from .timer import TimerError, require_none_pending, terms_of, timer_data

_REPORT = "Please report this as a defect of msexchange.tls, with this message."


_REACH = "Bring the others to stage prepare first, or leave the setting out; {force} writes it all the same."


class ChangeAction(TlsAction):
    """Base of the actions that write."""

    def __init_subclass__(cls, **keywords: t.Any) -> None:
        """Load what a change needs where the action is imported: once, before there is a worker for each host."""
        # Not at the top: actions that only read come by here too.
        from .reach import preload  # noqa: PLC0415

        preload()
        super().__init_subclass__(**keywords)

    @property
    def only_predicts(self) -> bool:
        """Whether the task runs in check mode."""
        return bool(self._task.check_mode)

    def apply(self, task: Task, wants: t.Mapping[str, t.Any]) -> Result:
        """Bring exactly these settings about (id -> wanted value), or fail: there is no stage that could come later."""
        baseline = direct(wants, task.catalogue)
        state = read_state(task.read(), task.catalogue)
        plan = make_plan(state, baseline, DIRECT_STAGE, members={}, force=task.arguments["force"])
        if plan.gates:
            why = " ".join(f"{gate.reason} {gate.remedy}" for gate in plan.gates)
            raise TaskError(f"{task.broker.host}: {why} Nothing was written.")
        return self.conclude(task, state, baseline, plan)

    def conclude(self, task: Task, state: State, baseline: Baseline, plan: Plan) -> Result:
        """Carry a plan out that was made now, unless in check mode, and say what it was."""
        mistakes = check_plan(state, baseline, plan)
        if mistakes:
            why = " ".join(mistakes)
            raise TaskError(f"{task.broker.host}: nothing was written, the plan contradicts itself. {why} {_REPORT}")
        return self.carry_out(task, state, plan, force=task.arguments["force"])

    def carry_out(
        self,
        task: Task,
        state: State,
        plan: Plan,
        *,
        force: bool,
        meta: t.Mapping[str, str] | None = None,
        spared: t.Collection[str] = (),
    ) -> Result:
        """The same for a plan that somebody vouches for. ``meta``: what the journal is to hold besides. ``spared``: ids
        of changes with a timer that this one does not build on.
        """
        then = state_after(state, plan.operations) if plan.operations else state
        result = self._prediction(state, then, plan)
        terms = self._terms(task, state, plan, force=force, spared=spared)
        if terms is not None:
            result["revert"] = timer_data(terms, reboot_required=plan.reboot_required)
        if plan.operations:
            result["reach"] = self._reach(task, state, then, force=force)
        if plan.operations and not self.only_predicts:
            result.update(self._write(task, plan, result, meta or {}, terms))
        return result

    def _terms(self, task: Task, state: State, plan: Plan, *, force: bool, spared: t.Collection[str]) -> Terms | None:
        """The timer that this change is to have; None where there is none, or nothing to take back."""
        try:
            terms = terms_of(task, self._connection)
            if not plan.operations:
                return None
            if terms is not None or not force:
                others = [one for one in state.observation.journal if one.id not in spared]
                require_none_pending(others, task.broker.host, force="" if terms is not None else _forcing(task))
        except TimerError as error:
            raise TaskError(str(error)) from error
        return terms

    def _reach(self, task: Task, state: State, then: State, *, force: bool) -> list[Result]:
        """Who the plan would cut off; refuses it where that is its own management or a server of the organisation."""
        from .reach import reach_of  # noqa: PLC0415

        cuts, rows = reach_of(self._connection, task, state, then)
        if cuts and not force:
            why = " ".join(f"{sentence.rstrip('.')}." for sentence in cuts)
            remedy = _REACH.format(force=_forcing(task))
            raise TaskError(f"{task.broker.host}: nothing was written. {why} {remedy}", reach=rows)
        return rows

    def _prediction(self, state: State, then: State, plan: Plan) -> Result:
        names = [entry.setting for entry in plan.entries]
        debt = list(state.debt.changes)
        result: Result = {
            "changed": bool(plan.operations),
            "rules": [rule_data(entry) for entry in plan.entries],
            "before": configured_data(state, names),
            "after": configured_data(then, names),
            "operations": [to_data(operation) for operation in plan.operations],
            "reboot_required": bool(debt) or (plan.reboot_required and bool(plan.operations)),
            "debt": debt,
            "change": None,
            "journal": None,
            "revert": None,
            "reg": render_plan_reg(plan, state.identity.computer or "") if plan.operations else "",
            "undo": render_undo_reg(plan, state.identity.computer or "") if plan.operations else "",
            "host": host_data(state),
        }
        if self._task.diff:
            result["diff"] = diff(plan)
        return result

    def _write(self, task: Task, plan: Plan, result: Result, meta: t.Mapping[str, str], terms: Terms | None) -> Result:
        change = new_change_id(datetime.datetime.now(datetime.timezone.utc), secrets.token_hex(4))
        written = {**self._meta(task, plan), **builds(result["host"]), **meta}
        request = write_request(change, plan, written, result["undo"])
        if terms is not None:
            request["revert"] = arm_request(change, terms, reboot_required=plan.reboot_required)
        told = {**result, "change": change, "changed": False}
        try:
            answer = task.broker.write(request)
            check_outcome(answer, task.broker.host, request["operations"])
        except HostError as error:
            raise TaskError(error.sentence, unreachable=error.unreachable, **told) from error
        except ChangeError as error:
            raise TaskError(error.sentence, **{**told, "changed": not error.is_back}) from error
        if not answer.get("changed"):
            # Somebody else wrote the very same between our two calls; the host keeps no journal of nothing.
            return {"changed": False, "revert": None}
        done: Result = {"change": change, "journal": answer.get("journal")}
        if terms is not None:
            done["revert"] = timer_data(terms, reboot_required=plan.reboot_required, now=answer.get("now"))
        return done

    def _meta(self, task: Task, plan: Plan) -> dict[str, str]:
        return {
            "module": self._task.action.rpartition(".")[2],
            "profile": plan.profile,
            "stage": plan.stage,
            "reached": plan.reached,
            "ticket": task.arguments["ticket"],
            "version": VERSION,
        }


def _forcing(task: Task) -> str:
    """What a person asks for to have it written all the same. A saved plan is what was approved, forced or not."""
    return "a plan made with force: true" if task.arguments.get("plan_file") else "force: true"


def new_change_id(now: datetime.datetime, chance: str) -> str:
    """An id that sorts by time and that no two controllers make at once: 20261126t101500z-1f2e3d4c."""
    return f"{now.astimezone(datetime.timezone.utc):%Y%m%dt%H%M%Sz}-{chance}"
