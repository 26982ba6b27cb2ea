# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Differences between members as findings."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, Kind, Severity, in_order
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

from .compare import Comparison, Difference

_DIFFERS = Kind(
    id="organisation.tls_differs",
    severity=Severity.WARNING,
    title="Members of a group answer differently",
    what="Servers behind one name accept other versions or suites, have another order, or send another certificate.",
    why=(
        "Which one a client meets is chance, so failures come and go. Extended Protection and load balancers that "
        "re-encrypt need the same certificate and the same TLS settings on all of them."
    ),
    remedy="Bring all members to the same stage of the same baseline, and give their services the same certificate.",
    sources=("S11",),
)

KINDS: tuple[Kind, ...] = (_DIFFERS,)


def findings_of(comparisons: t.Iterable[Comparison]) -> tuple[Finding, ...]:
    """One finding for each aspect that differs in a group."""
    return in_order(
        _DIFFERS.finding(_subject(comparison), f"{_subject(comparison)}: {_sentence(difference)}")
        for comparison in comparisons
        for difference in comparison.differences
    )


def _subject(comparison: Comparison) -> str:
    return f"{one_line(comparison.group, 200)}, port {comparison.port} ({one_line(comparison.service, 100)})"


def _sentence(difference: Difference) -> str:
    values = "; ".join(f"{', '.join(names)}: {one_line(value, 300)}" for value, names in difference.values)
    return f"the {difference.aspect} differ{_s(difference.aspect)}: {values}."


def _s(aspect: str) -> str:
    return "" if aspect.startswith(("versions", "suites")) else "s"
