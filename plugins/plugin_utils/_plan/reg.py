# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans and baselines as the text of ``.reg`` files: for a console without network, for clients, for Group Policy."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    STAGES,
    Absent,
    Baseline,
    Bits,
    Explicit,
    Rule,
    show,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, OperatingSystem
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import DELETE_KEY, RegistryValue, render_reg

from .model import Operation, Plan
from .values import bits_fit, default_mask, with_bits, writes

_Line = tuple[str, str, RegistryValue | None]

RESTART = "Restart the computer afterwards; most values count from then on."


def render_plan_reg(plan: Plan, host: str = "") -> str:
    """What the plan writes. Importing it checks no before-values: what moved since the reading is overwritten."""
    comments = (
        f"Plan for {host or 'one host'}: profile {plan.profile or '-'}, up to stage {plan.reached or '-'}.",
        RESTART,
    )
    return render_reg([(one.path, one.name, one.after) for one in _values(plan)], comments=comments)


def render_undo_reg(plan: Plan, host: str = "") -> str:
    """What was there before, the last operation first; keys that the plan creates stay behind, empty."""
    comments = (f"Undo of a plan for {host or 'one host'}: profile {plan.profile or '-'}.", RESTART)
    return render_reg([(one.path, one.name, one.before) for one in reversed(_values(plan))], comments=comments)


def _values(plan: Plan) -> tuple[Operation, ...]:
    """The operations on values. A file could only delete a key with everything that somebody put into it meanwhile."""
    return tuple(one for one in plan.operations if one.op != DELETE_KEY)


def render_profile_reg(
    baseline: Baseline, system: OperatingSystem, catalogue: Catalogue, *, stage: str = STAGES[-1]
) -> str:
    """Every value that a baseline wants of a host with this Windows, up to a stage, whatever the host has now.

    What depends on the values of the host (bits of a mask whose default does not fit) starts from the default of
    Windows; what cannot be known without the host stands there as a comment. Gates are not asked: the order of the
    stages, and the restarts between them, are up to whoever imports the file.
    """
    lines: list[_Line] = []
    comments = [f"Profile {baseline.profile or '-'} for {system.name}, up to stage {stage}.", RESTART]
    for rule in _one_for_each_mask([rule for rule in baseline.rules if _up_to(rule, stage)]):
        found, comment = _rule_lines(rule, system, catalogue)
        lines += found
        comments += [comment] if comment else []
    return render_reg(lines, comments=comments)


def _up_to(rule: Rule, stage: str) -> bool:
    return STAGES.index(rule.stage) <= STAGES.index(stage)


def _one_for_each_mask(rules: t.Sequence[Rule]) -> tuple[Rule, ...]:
    """A mask may gain bits in one stage and lose others later: one rule with both, at the place of the first."""
    merged: dict[str, Rule] = {}
    for rule in rules:
        known = merged.get(rule.setting)
        if known is not None and isinstance(known.want, Bits) and isinstance(rule.want, Bits):
            both = Bits(known.want.add | rule.want.add, known.want.without | rule.want.without)
            merged[rule.setting] = dataclasses.replace(known, want=both)
        else:
            merged[rule.setting] = rule
    return tuple(merged.values())


def _rule_lines(rule: Rule, system: OperatingSystem, catalogue: Catalogue) -> tuple[list[_Line], str]:
    setting = catalogue.settings[rule.setting]
    nothing: tuple[RegistryValue | None, ...] = (None,) * len(setting.places)
    want = rule.want.meaning if isinstance(rule.want, Explicit) else rule.want
    if isinstance(want, Absent):
        return [(place.key, place.name, None) for place in setting.places], ""
    if isinstance(want, Bits):
        default = default_mask(setting, system)
        if default is None:
            return [], f"{rule.id}: {show(want)}; look at the value of each host."
        if bits_fit(default, want):
            return [], f"{rule.id}: nothing to write, the default of {system.name} fits."
        want = with_bits(default, want)
    return [(one.path, one.name, one.after) for one in writes(setting, nothing, want)], ""
