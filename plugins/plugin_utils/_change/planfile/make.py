# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a plan to its record, and from records to a file."""

from __future__ import annotations

import typing as t

from ..._baseline import Baseline, want_data
from ..._plan import Plan
from ..._state import State
from .canonical import digest
from .data import facts_data, prior_data
from .model import Allowed, HostPlan
from .prior import facts_of_host, prior_of


def host_plan(name: str, state: State, baseline: Baseline, plan: Plan, *, force: bool = False) -> HostPlan:
    """The record of one host; ``name``: in the inventory."""
    facts, prior = facts_of_host(plan, state), prior_of(plan, state)
    return HostPlan(
        name=name,
        computer=state.identity.computer or "",
        domain=state.observation.machine.domain or "",
        force=force,
        baseline=baseline_digest(baseline),
        observed=digest([facts_data(facts), prior_data(prior)]),
        exceptions=tuple(Allowed(rule, entry.until) for rule, entry in sorted(baseline.exempt.items())),
        plan=plan,
        facts=facts,
        prior=prior,
    )


def baseline_digest(baseline: Baseline) -> str:
    """Over everything that is wanted of the host, overlays and exceptions included."""
    applies = {rule.id for rule in baseline.rules}
    considered: list[t.Any] = [
        [rule.id, rule.setting, want_data(rule.want), rule.stage, rule.severity, rule.id in applies]
        for rule in baseline.considered.values()
    ]
    exempt = [[rule, entry.owner, entry.ticket, entry.until] for rule, entry in sorted(baseline.exempt.items())]
    return digest([baseline.profile, considered, exempt])
