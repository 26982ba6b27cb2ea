# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown for tickets and merge requests; nothing that a server said can become markup there."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import UNKNOWN
from ansible_collections.msexchange.tls.plugins.plugin_utils._markdown import markdown_text, sentences, table

from .markdown_wire import endpoint_lines, groups_lines, partners_lines
from .overview import COLUMNS, LEGEND, headline, overview, rule_words, stage_words
from .schema import readable
from .words import FAIL, counted, verdict_word

Data = dict[str, t.Any]


def render_markdown(report: Data) -> str:
    """The report as one Markdown document.

    :raises ReportError: the data is no report, or one of a later version
    """
    found = readable(report)
    lines = [f"# {markdown_text(found['title'])}", "", markdown_text(headline(found)), ""]
    for sentence in found.get("unprobed", ()):
        lines += [f"**{markdown_text(sentence)}**", ""]
    lines += _overview(found)
    for host in found["hosts"]:
        lines += ["", f"## {markdown_text(host['name'])}: {verdict_word(host['verdict'])}", "", *_host(host)]
    lines += groups_lines(found) + partners_lines(found)
    if found["sources"]:
        lines += ["", "## Sources", ""]
        lines += [f"- {markdown_text(tag)}: {markdown_text(text)}" for tag, text in found["sources"].items()]
    profiles = ", ".join(found["profiles"]) or "none"
    lines += ["", markdown_text(f"Made {found['made_at']} by msexchange.tls {found['version']}, profile {profiles}.")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _overview(report: Data) -> list[str]:
    rows = [row.cells for row in overview(report)]
    return [*table(COLUMNS, rows), "", LEGEND]


def _host(host: Data) -> list[str]:
    lines: list[str] = []
    if host["problem"]:
        lines += [markdown_text(host["problem"]), ""]
    if host["stages"]:
        lines += [markdown_text(stage_words(host)), ""]
    for gate in host["gates"]:
        lines += [f"- Stage {markdown_text(gate['stage'])} is held back: {sentences(gate, 'reason', 'remedy')}"]
    lines += _change(host["change"])
    lines += _rules(host)
    lines += _findings(host)
    lines += endpoint_lines(host)
    lines += _read_errors(host)
    return lines


def _change(change: Data | None) -> list[str]:
    if not change:
        return []
    if change["problem"]:
        return [f"- The change failed: {markdown_text(change['problem'])}"]
    if not change["changed"]:
        return ["- Nothing had to be changed."]
    kept = f", journal {markdown_text(change['journal'])}" if change["journal"] else ""
    number = counted(len(change["operations"]), "value")
    return [f"- Change {markdown_text(change['change'])}: {number} written{kept}."]


def _rules(host: Data) -> list[str]:
    rules = [rule for rule in host["rules"] if rule["verdict"] in (FAIL, UNKNOWN)]
    lines = [
        f"- {verdict_word(rule['verdict'])}, stage {markdown_text(rule['stage'])}: {markdown_text(rule_words(rule))}"
        for rule in rules
    ]
    return ["", "### Not as wanted", "", *lines] if lines else []


def _findings(host: Data) -> list[str]:
    rows = [
        (row["severity"], row["subject"], row["message"], row["remedy"], ", ".join(row["sources"]))
        for row in host["findings"]
    ]
    heads = ("Severity", "Subject", "What", "Remedy", "Sources")
    return ["", "### Findings", "", *table(heads, rows)] if rows else []


def _read_errors(host: Data) -> list[str]:
    lines = [f"- {markdown_text(error['path'])}: {markdown_text(error['text'])}" for error in host["read_errors"]]
    return ["", "### Not read", "", *lines] if lines else []
