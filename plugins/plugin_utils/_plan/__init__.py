# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would be done to a host and why: plans, stages, gates; and what is said about it: findings."""

from __future__ import annotations

from .audit import judge_rules
from .data import FORMAT, diff, meanings, rule_data, to_data, value_data
from .findings import FAMILIES, FINDINGS, find
from .gates import organisation as organisation_gate
from .guard import check_operations, check_plan
from .lockout import certificate_types, usable_suites
from .model import (
    Act,
    Entry,
    Gate,
    Member,
    Operation,
    Plan,
    Reason,
    StageState,
    Verdict,
)
from .normal import normalised
from .offer import Offer, offer_as_installed, offer_data, offer_of, read_offer
from .planner import make_plan
from .reg import render_plan_reg, render_profile_reg, render_undo_reg
from .stages import prepared, stage_states
from .values import same_meaning

__all__ = [
    "FAMILIES",
    "FINDINGS",
    "FORMAT",
    "Act",
    "Entry",
    "Gate",
    "Member",
    "Offer",
    "Operation",
    "Plan",
    "Reason",
    "StageState",
    "Verdict",
    "certificate_types",
    "check_operations",
    "check_plan",
    "diff",
    "find",
    "judge_rules",
    "make_plan",
    "meanings",
    "normalised",
    "offer_as_installed",
    "offer_data",
    "offer_of",
    "organisation_gate",
    "prepared",
    "read_offer",
    "render_plan_reg",
    "render_profile_reg",
    "render_undo_reg",
    "rule_data",
    "same_meaning",
    "stage_states",
    "to_data",
    "usable_suites",
    "value_data",
]
