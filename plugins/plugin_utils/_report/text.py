# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for a terminal: fits 120 columns, plain characters, words instead of colours."""

from __future__ import annotations

import functools
import textwrap
import typing as t
import unicodedata

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import UNKNOWN

from .overview import COLUMNS, LEGEND, headline, overview, rule_words, stage_words
from .schema import readable
from .words import FAIL, counted, partner_words, verdict_word

Data = dict[str, t.Any]

WIDTH = 120
_GAP = 2
_MARK = ".."
_SHORT: t.Mapping[str, str] = {"Errors": "err", "Warnings": "warn"}
#: Columns that may be cut, the first ones first, and what has to be left of them.
_MAY_SHRINK: t.Mapping[str, int] = {
    "Server": 16,
    "Client side": 18,
    "Server side": 18,
    "Exchange": 10,
    "Windows": 8,
}
_UNSURE = "?: at least one of these cannot be said from the settings alone, or only after the next restart."
#: Rules named per server; the other views have them all.
_RULES = 3


def render_text(report: Data) -> str:
    """The overview table, then what needs somebody, server by server. Ends with a line feed.

    :raises ReportError: the data is no report, or one of a later version
    """
    found = readable(report)
    lines = [found["title"], headline(found)]
    lines += [line for sentence in found.get("unprobed", ()) for line in _wrap(sentence, "")]
    lines += ["", *_table(found)]
    lines += ["", *_wrap(LEGEND, "")]
    if any("?" in cell for row in overview(found) for cell in row.cells[4:6]):
        lines += _wrap(_UNSURE, "")
    for host in found["hosts"]:
        details = list(_details(host))
        if details:
            lines += ["", f"{host['name']}: {verdict_word(host['verdict'])}"]
            lines += [line for sentence in details for line in _wrap(sentence, "  ")]
    for heading, sentences in (
        ("Members that answer differently", _groups(found)),
        ("Mail partners", _partners(found)),
    ):
        said = [line for sentence in sentences for line in _wrap(sentence, "  ")]
        lines += ["", f"{heading}:", *said] if said else []
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _details(host: Data) -> t.Iterator[str]:
    if host["problem"]:
        yield host["problem"]
    change = host["change"]
    if change and change["problem"]:
        yield f"The change failed: {change['problem']}"
    for gate in host["gates"]:
        yield f"Stage {gate['stage']} is held back: {gate['reason']} {gate['remedy']}"
    if host["verdict"] not in (FAIL, UNKNOWN) or not host["stages"]:
        return
    yield stage_words(host)
    open_rules = [rule for rule in host["rules"] if rule["verdict"] in (FAIL, UNKNOWN)]
    for rule in open_rules[:_RULES]:
        yield f"- {rule_words(rule)}"
    if len(open_rules) > _RULES:
        yield f"- and {counted(len(open_rules) - _RULES, 'more rule')}, all of them in the other forms of this report."


def _groups(report: Data) -> t.Iterator[str]:
    for group in report.get("groups", ()):
        yield from map(_finding, group["findings"])


def _partners(report: Data) -> t.Iterator[str]:
    """Partners with the versions that their exchangers accept, and what a stage would end; without the notes."""
    for partner in report.get("partners", ()):
        yield partner_words(partner)
        yield from (_finding(one) for one in partner["findings"] if one["severity"] != "note")


def _finding(finding: Data) -> str:
    return " ".join(part for part in (f"- {finding['severity']}:", finding["message"], finding["remedy"]) if part)


def _table(report: Data) -> list[str]:
    rows = overview(report)
    cells = [tuple(_SHORT.get(column, column).upper() for column in COLUMNS), *(_loud(row.cells) for row in rows)]
    widths = _fit([max(_length(row[place]) for row in cells) for place in range(len(COLUMNS))])
    lines = [(" " * _GAP).join(_pad(cell, width) for cell, width in zip(row, widths)) for row in cells]
    return [lines[0], "-" * min(WIDTH, sum(widths) + _GAP * (len(widths) - 1)), *lines[1:]]


def _loud(cells: tuple[str, ...]) -> tuple[str, ...]:
    return (*cells[:-1], cells[-1].upper())


def _fit(widths: list[int]) -> list[int]:
    """The widths cut down, column by column, until the line fits."""
    fitted = list(widths)
    for column, least in _MAY_SHRINK.items():
        place = COLUMNS.index(column)
        excess = sum(fitted) + _GAP * (len(fitted) - 1) - WIDTH
        fitted[place] -= max(0, min(excess, fitted[place] - least))
    return fitted


def _pad(text: str, width: int) -> str:
    if _length(text) > width:
        while _length(text) > width - len(_MARK):
            text = text[:-1]
        text += _MARK
    return text + " " * (width - _length(text))


def _length(text: str) -> int:
    """Columns on a terminal: wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


# Servers of one estate say mostly the same.
@functools.lru_cache(maxsize=8192)
def _wrap(sentence: str, indent: str) -> tuple[str, ...]:
    hang = indent + ("  " if sentence.startswith("- ") else "")
    return tuple(textwrap.wrap(sentence, WIDTH, initial_indent=indent, subsequent_indent=hang))
