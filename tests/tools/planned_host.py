# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host in memory that is read, planned, written and restarted: scenarios of several runs without any connection."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    STAGES,
    Baseline,
    load_profile,
    read_overlay,
    resolve,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeHeader, Observation
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Entry,
    Gate,
    Member,
    Plan,
    check_plan,
    make_plan,
    stage_states,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, after, read_state

from .sample_host import Registry, sample_observation

#: Minutes pass between two runs (100 ns units).
MINUTES = 10 * 60 * 10_000_000

PREPARED = {"EX1": Member("EX1", True, ""), "EX2": Member("EX2", True, "")}


class PlannedHost:
    """One host over several runs. Every plan that is made is also looked at by ``check_plan``."""

    def __init__(
        self,
        os: str,
        exchange: str | None = None,
        registry: Registry | None = None,
        *,
        profile: str = "exchange_current",
        overlays: t.Sequence[str] = (),
        groups: t.Sequence[str] = ("exchange",),
        **more: t.Any,
    ) -> None:
        self.observation: Observation = sample_observation(os, exchange, registry, **more)
        self.profile, self.overlays, self.groups = profile, overlays, groups

    @property
    def state(self) -> State:
        """What the host would be read as now."""
        return read_state(self.observation, load())

    @property
    def baseline(self) -> Baseline:
        """What is wanted of it now."""
        overlays = [read_overlay(text, f"site{number}.yml") for number, text in enumerate(self.overlays, 1)]
        return resolve(
            load_profile(self.profile),
            overlays,
            self.state.identity,
            host="ex1",
            groups=self.groups,
            today=datetime.date(2026, 11, 26),
            catalogue=load(),
        )

    def plan(self, stage: str, **more: t.Any) -> Plan:
        """The plan for a stage; a mistake of the planner fails the test."""
        more.setdefault("members", PREPARED)
        state, baseline = self.state, self.baseline
        plan = make_plan(state, baseline, stage, **more)
        assert check_plan(state, baseline, plan) == ()
        assert unreadable(plan) == []
        return plan

    def apply(self, stage: str, **more: t.Any) -> Plan:
        """Plan, and write as host_write would, with its journal."""
        plan = self.plan(stage, **more)
        if plan.operations:
            machine = self.observation.machine
            assert machine.now is not None
            self.observation = dataclasses.replace(
                after(self.observation, plan.operations),
                journal=(
                    *self.observation.journal,
                    ChangeHeader(
                        id=f"change-{len(self.observation.journal) + 1:04}",
                        state="closed",
                        started=machine.now,
                        closed=machine.now,
                        boot=machine.boot,
                        reboot_required=plan.reboot_required,
                        meta={"stage": stage},
                        values=tuple((one.path, one.name) for one in plan.operations),
                    ),
                ),
            )
        self.wait()
        return plan

    def wait(self) -> None:
        """Minutes pass."""
        machine = self.observation.machine
        later = dataclasses.replace(machine, now=(machine.now or 0) + MINUTES)
        self.observation = dataclasses.replace(self.observation, machine=later)

    def restart(self) -> None:
        """The host starts anew; it takes minutes, too."""
        self.wait()
        machine = self.observation.machine
        self.observation = dataclasses.replace(self.observation, machine=dataclasses.replace(machine, boot=machine.now))
        self.wait()

    def stages(self, **more: t.Any) -> dict[str, str]:
        """Stage -> how far it is."""
        return {one.stage: one.state for one in stage_states(self.state, self.baseline, **more)}

    def harden(self, stage: str = "tls13", **more: t.Any) -> list[Plan]:
        """Apply and restart until nothing is left to do; every plan on the way."""
        plans: list[Plan] = []
        for _run in range(10):
            plans.append(self.apply(stage, **more))
            if not plans[-1].operations:
                return plans
            self.restart()
        raise AssertionError("the host does not come to rest")


SCOPES = {"host", "organisation"}
KINDS = {"boot", "proof", "ability", "unknown", "organisation", "ownership", "lockout"}


def unreadable(plan: Plan) -> list[object]:
    """Gates and entries of a plan that do not say to a person what they have to."""
    gates = [gate for gate in (*plan.gates, *plan.next_gates) if not _is_said(gate)]
    return [*gates, *(one for one in plan.entries if not isinstance(one.detail, str) or "None" in one.detail)]


def _is_said(gate: Gate) -> bool:
    sentences = [isinstance(text, str) and text.endswith((".", "?")) for text in (gate.reason, gate.remedy)]
    clean = "None" not in f"{gate.reason}{gate.remedy}" and "  " not in f"{gate.reason}{gate.remedy}"
    return all(sentences) and clean and gate.stage in STAGES and gate.scope in SCOPES and gate.kind in KINDS


def entry(plan: Plan, rule: str) -> Entry:
    """The entry of one rule."""
    (found,) = [one for one in plan.entries if one.rule == rule]
    return found


def written(plan: Plan) -> dict[tuple[str, str], t.Any]:
    """(last part of the key, value name) -> data that the plan writes, None = deleted."""
    return {
        (one.path.rsplit("\\", 1)[-1], one.name): None if one.after is None else one.after.data
        for one in plan.operations
    }
