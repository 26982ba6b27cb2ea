# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of any result as rows of the report, the worst first."""

from __future__ import annotations

import typing as t

from .plain import records, texts, words
from .words import SEVERITIES

Data = dict[str, t.Any]


def finding_rows(result: Data) -> list[Data]:
    """What stands under ``findings`` of a result."""
    rows = [
        {
            **texts(finding, "id", "severity", "subject", "message", "reason", "remedy"),
            "sources": words(finding.get("sources")),
        }
        for finding in records(result.get("findings"))
    ]
    return sorted(rows, key=_weight)


def _weight(finding: Data) -> int:
    severity = finding["severity"]
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
