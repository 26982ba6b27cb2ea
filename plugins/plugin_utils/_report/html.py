# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one HTML file that works without script and network, with its data inside."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import UNKNOWN

from .loader import environment
from .overview import COLUMNS, LEGEND, headline, overview, rule_words, stage_words
from .schema import readable
from .words import FAIL, VERDICTS, answered_versions, counted, exchanger_words, score_words, verdict_word, word

Data = dict[str, t.Any]


def _by_verdict(host: Data) -> list[tuple[str, list[Data]]]:
    """Rules of one server in groups, the groups in the order of the verdicts; groups that have none are left out."""
    groups = ((verdict, [rule for rule in host["rules"] if rule["verdict"] == verdict]) for verdict in VERDICTS)
    return [(verdict, rules) for verdict, rules in groups if rules]


def render_html(report: Data) -> str:
    """The page.

    :raises ReportError: the data is no report, or one of a later version
    """
    found = readable(report)
    page = environment().get_template("report.html.j2")
    return page.render(
        report=found,
        columns=COLUMNS,
        legend=LEGEND,
        overview=overview(found),
        headline=headline(found),
        verdicts=VERDICTS,
        by_verdict=_by_verdict,
        needs_somebody=(FAIL, UNKNOWN),
        word=word,
        verdict_word=verdict_word,
        counted=counted,
        score_words=score_words,
        answered_versions=answered_versions,
        exchanger_words=exchanger_words,
        stage_words=stage_words,
        rule_words=rule_words,
    )
