# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables that ``make audit-reg`` prints."""

from __future__ import annotations

import typing as t

import pytest
from tools.audit_reg import sections, summary, table

pytestmark = pytest.mark.proves("reg_export")

RESULT: dict[str, t.Any] = {
    "profile": "exchange_current",
    "stages": [{"stage": "prepare", "state": "open", "detail": "2 of 12 settings differ."}],
    "rules": [
        {"verdict": "pass", "setting": "protocols.tls_1_2.server", "detail": "TLS 1.2 (server) is enabled."},
        {"verdict": "unknown", "setting": "winhttp.default", "detail": "It was not read."},
        {"verdict": "fail", "setting": "protocols.tls_1_2.client", "detail": "", "before": None, "after": "enabled"},
    ],
    "findings": [],
    "ignored": [{"line": 12, "text": '"Enabled"=dword:xyz', "why": "No hexadecimal number."}],
}


def test_what_passes_is_counted_and_what_does_not_is_shown_worst_first() -> None:
    shown = {title: rows for title, _head, rows in sections(RESULT)}
    assert [row[1] for row in shown["Settings that are not as the baseline wants them"]] == [
        "protocols.tls_1_2.client",
        "winhttp.default",
    ]
    assert summary(RESULT) == "3 rules: 1 pass, 1 fail, 1 unknown"


def test_a_table_without_rows_is_left_out() -> None:
    assert "Findings" not in [title for title, _head, _rows in sections(RESULT)]


def test_the_last_column_wraps_under_itself() -> None:
    shown = table(("A", "B"), [("x", "one two three four five six seven eight nine ten")], 33)
    assert shown.splitlines() == ["A  B", "-  -", "x  one two three four five six", "   seven eight nine ten"]


def test_columns_are_as_wide_as_their_longest_text() -> None:
    shown = table(("LONG HEAD", "B"), [("x", "y"), ("longer than head", "z")], 80)
    assert {line.rindex(last) for line, last in zip(shown.splitlines(), "B-yz")} == {18}


def test_a_rule_that_failed_shows_what_is_there_and_what_is_wanted_not_the_motive() -> None:
    motive = "Microsoft asks for it."
    rule = {
        "verdict": "fail",
        "setting": "protocols.tls_1_2.server",
        "before": None,
        "after": "enabled",
        "detail": motive,
    }
    refused = {**rule, "after": None, "detail": "A Group Policy of the domain sets this value."}
    shown = {title: rows for title, _head, rows in sections({**RESULT, "rules": [rule, refused]})}
    details = [row[2] for row in shown["Settings that are not as the baseline wants them"]]
    assert details == ["is not set, wanted on", "A Group Policy of the domain sets this value."]
