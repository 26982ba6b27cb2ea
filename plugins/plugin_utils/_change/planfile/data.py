# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan as JSON data, members in the order in which they are written."""

from __future__ import annotations

import typing as t

from ..._plan import to_data, value_data
from .model import FORMAT_VERSION, Data, Fact, HostPlan, PlanFile, Prior

#: Members of a plan in the order of the file; what a reviewer asks first comes first.
_HEAD = ("profile", "stage", "reached", "complete", "applyable", "reboot_required", "next_stage")


def host_data_of(host: HostPlan) -> Data:
    """The record of one host."""
    plan = host.plan
    return {
        "name": host.name,
        "computer": host.computer,
        "domain": host.domain,
        **{name: getattr(plan, name) for name in _HEAD},
        "force": host.force,
        "baseline": host.baseline,
        "observed": host.observed,
        "gates": to_data(plan.gates),
        "next_gates": to_data(plan.next_gates),
        "exceptions": [{"rule": one.rule, "until": one.until} for one in host.exceptions],
        "entries": to_data(plan.entries),
        "facts": facts_data(host.facts),
        "prior": prior_data(host.prior),
    }


def file_data(plans: PlanFile) -> Data:
    """The whole file without its digest."""
    return {
        "format_version": FORMAT_VERSION,
        "collection": "msexchange.tls",
        "version": plans.version,
        "made_at": plans.made_at,
        "ticket": plans.ticket,
        "hosts": [host_data_of(host) for host in plans.hosts],
    }


def facts_data(facts: t.Iterable[Fact]) -> Data:
    """Name -> value."""
    return {fact.name: fact.value for fact in facts}


def prior_data(prior: t.Iterable[Prior]) -> list[Data]:
    """One record for each value, in the words of contract W2."""
    return [
        {
            "path": one.path,
            "name": one.name,
            "exists": one.exists,
            **(value_data(one.value) if one.value is not None else {}),
        }
        for one in prior
    ]
