# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands below the table: findings, partners, conformance."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import endpoint_name

from .layout import clean, columns, paragraph
from .ports import end_word, versions_word

Data = t.Mapping[str, t.Any]

_RANK = {"error": 0, "warning": 1, "note": 2}
_MARGIN = 10
#: What became of a hello of ours, in words for a person.
_ENDS = {"chosen": "answered", "refused": "refused", "unknown": "not known"}


def all_findings(result: Data) -> list[Data]:
    """Of endpoints, groups and partners, the worst first."""
    owners = (*result["endpoints"], result, *result["partners"])
    findings = [finding for owner in owners for finding in owner["findings"]]
    return sorted(findings, key=lambda one: (_RANK[one["severity"]], one["id"]))


def finding_lines(result: Data) -> list[str]:
    """Those of one kind together: what was seen, then once what to do about it."""
    kinds: dict[tuple[str, str], list[Data]] = {}
    for finding in all_findings(result):
        kinds.setdefault((finding["severity"], finding["id"]), []).append(finding)
    lines: list[str] = []
    for (severity, name), findings in kinds.items():
        lines.append(f"  {severity:<{_MARGIN - 2}}{name}")
        for message in dict.fromkeys(clean(finding["message"]) for finding in findings):
            lines += paragraph(f"{message}.", _MARGIN, 2)
        for remedy in dict.fromkeys(clean(finding["remedy"]) for finding in findings):
            lines += paragraph(f"-> {remedy}.", _MARGIN, 3)
    return lines


def partner_lines(partners: t.Iterable[Data]) -> list[str]:
    """Each mail exchanger: versions, end of the certificate, and how each kind of our servers gets on with it."""
    lines: list[str] = []
    for partner in partners:
        lines.append(f"  {clean(partner['domain'], 110)}")
        if not partner["endpoints"]:
            lines += paragraph(f"{clean(partner['detail'])}.", 4)
            continue
        lines += columns([_exchanger(endpoint) for endpoint in partner["endpoints"]], 4)
        for endpoint in partner["endpoints"]:
            for row in endpoint["mail"] if endpoint["status"] == "answered" else ():
                who = f"{clean(row['name'])} at {endpoint_name(endpoint)}"
                lines += paragraph(f"{who}: {_ENDS[row['today']]} today, {_ENDS[row['after']]} after the stage.", 6, 2)
    return lines


def _exchanger(endpoint: Data) -> tuple[str, ...]:
    if endpoint["status"] != "answered":
        return endpoint_name(endpoint), f"{clean(endpoint['status'], 40)}: {clean(endpoint['detail'])}."
    return endpoint_name(endpoint), f"{versions_word(endpoint)}; certificate ends {end_word(endpoint)}"


def conformance_lines(endpoints: t.Iterable[Data]) -> list[str]:
    """The verdict on each endpoint and what deviates."""
    lines: list[str] = []
    for endpoint in endpoints:
        verdict = endpoint.get("conformance")
        if verdict is None:
            continue
        lines += paragraph(f"{endpoint_name(endpoint)}: {verdict['verdict'].replace('_', ' ')}.", 2, 2)
        for deviation in verdict["deviations"]:
            lines += paragraph(clean(deviation["detail"]) + ".", 4, 2)
        for question in verdict["open_questions"]:
            lines += paragraph(f"Open: {clean(question)}.", 4, 2)
    return lines
