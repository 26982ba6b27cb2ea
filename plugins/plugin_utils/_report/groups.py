# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What concerns more than one server: members of a VIP that answer differently, and mail partners."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    compare_groups,
    comparison_data,
    findings_of_groups,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import finding_data

from .finding_rows import finding_rows
from .plain import clean, record, records

Data = dict[str, t.Any]


def compared(answers: t.Iterable[t.Mapping[str, t.Any]]) -> list[Data]:
    """Per group, service and port the members and in what they differ; over all batches of a play."""
    rows = []
    for comparison in compare_groups(answers):
        findings = [finding_data(finding) for finding in findings_of_groups([comparison])]
        row = {**comparison_data(comparison), "findings": findings}
        rows.append({**clean(row), "findings": finding_rows(clean(row))})
    return rows


def partner_row(partner: Data) -> Data:
    """One partner: its exchangers with the versions they accept, and the findings."""
    return {
        "domain": str(partner.get("domain") or ""),
        "detail": str(partner.get("detail") or ""),
        "exchangers": [
            {
                "host": str(answer.get("host") or ""),
                "status": str(answer.get("status") or "unknown"),
                "accepted": [
                    version
                    for version, row in record(answer.get("versions")).items()
                    if record(row).get("state") == "accepted"
                ],
                "mail": [
                    {name: str(row.get(name) or "") for name in ("name", "today", "after")}
                    for row in records(answer.get("mail"))
                ],
            }
            for answer in records(partner.get("endpoints"))
        ],
        "findings": finding_rows(partner),
    }
