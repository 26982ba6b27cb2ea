# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the findings of a port to its score; every point that is missing has a reason beside it."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import answered, versions_of
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding

from ..reduced import NOTHING, reduced
from .model import FULL, LETTERS, Deduction, Rule, Score

Answer = t.Mapping[str, t.Any]
#: Answer -> ids of the clients that connect.
Connects = t.Callable[[Answer], frozenset[str]]


def rate(
    answer: Answer, findings: t.Iterable[Finding], rules: t.Mapping[str, Rule], connects: Connects | None = None
) -> Score:
    """The score of one port. ``findings``: those of the port and its certificates.

    ``connects``: who connects to an answer; None = nobody is simulated, and no deduction names whom it would break.
    """
    evidence: dict[str, list[str]] = {}
    for finding in findings:
        if finding.id in rules:
            evidence.setdefault(finding.id, []).append(finding.message)
    today = connects(answer) if connects is not None and evidence else frozenset()
    deductions = tuple(
        Deduction(
            finding=rule.finding,
            points=rule.points,
            letter=rule.letter,
            evidence=tuple(evidence[rule.finding]),
            settings=rule.settings,
            breaks=_breaks(answer, rule, today, connects),
        )
        for rule in rules.values()
        if rule.finding in evidence
    )
    if not answered([answer]) and not deductions:
        return Score(None, None, False, ())
    points = max(0, FULL - sum(deduction.points for deduction in deductions))
    letter = max((deduction.letter for deduction in deductions), key=LETTERS.index, default=LETTERS[0])
    return Score(points, letter, _complete(answer), deductions)


def _breaks(answer: Answer, rule: Rule, today: frozenset[str], connects: Connects | None) -> tuple[str, ...] | None:
    if connects is None:
        return None
    if rule.without == NOTHING:
        return ()
    return tuple(sorted(today - connects(reduced(answer, rule.without))))


def _complete(answer: Answer) -> bool:
    rows = versions_of(answer).values()
    accepted = [row for row in rows if row.get("state") == "accepted"]
    return all(row.get("state") != "unknown" for row in rows) and all(row.get("complete") is True for row in accepted)


def score_data(score: Score) -> dict[str, t.Any]:
    """As plain data for a result."""
    return {
        "points": score.points,
        "letter": score.letter,
        "complete": score.complete,
        "deductions": [
            {
                "finding": deduction.finding,
                "points": deduction.points,
                "letter": deduction.letter,
                "evidence": list(deduction.evidence),
                "settings": list(deduction.settings),
                "breaks": None if deduction.breaks is None else list(deduction.breaks),
            }
            for deduction in score.deductions
        ],
    }
