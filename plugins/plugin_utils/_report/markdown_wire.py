# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ports answered, in Markdown: of one server, of the members of a group, of partners."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._markdown import markdown_text, sentences, table

from .words import answered_versions, partner_words, score_words, word

Data = dict[str, t.Any]

_HEADS = ("Endpoint", "Status", "Accepts", "Refuses", "Certificate until", "Score")


def endpoint_lines(host: Data) -> list[str]:
    """The connections to one server, what is to be said of them, and who does not get in."""
    rows = [
        (
            row["endpoint"],
            word(row["status"]),
            answered_versions(row, "accepted"),
            answered_versions(row, "refused"),
            row.get("certificate_until") or "-",
            score_words(row),
        )
        for row in host["endpoints"]
    ]
    if not rows:
        why = host.get("unprobed")
        return ["", "### Connections", "", f"- None was made: {markdown_text(why)}."] if why else []
    lines = ["", "### Connections", "", *table(_HEADS, rows)]
    said = [finding for row in host["endpoints"] for finding in row.get("findings", ())]
    lines += [""] if said else []
    lines += [f"- {finding['severity']}: {sentences(finding, 'message', 'remedy')}" for finding in said]
    return lines + _cut_off(host)


def _cut_off(host: Data) -> list[str]:
    rows = [
        f"- {markdown_text(row['endpoint'])}, {markdown_text(client['name'])}: {markdown_text(client['detail'])}"
        for row in host["endpoints"]
        for client in row.get("cut_off", ())
    ]
    return ["", "Clients that do not connect:", "", *rows] if rows else []


def groups_lines(report: Data) -> list[str]:
    """Differences between members; reports of older releases have none."""
    said = [finding for group in report.get("groups", ()) for finding in group["findings"]]
    lines = [f"- {finding['severity']}: {sentences(finding, 'message', 'remedy')}" for finding in said]
    return ["", "## Members that answer differently", "", *lines] if lines else []


def partners_lines(report: Data) -> list[str]:
    """Partners with the versions that their exchangers accept, and what a stage would end."""
    lines: list[str] = []
    for partner in report.get("partners", ()):
        lines.append(f"- {markdown_text(partner_words(partner))}")
        lines += [f"  - {one['severity']}: {sentences(one, 'message', 'remedy')}" for one in partner["findings"]]
    return ["", "## Mail partners", "", *lines] if lines else []
