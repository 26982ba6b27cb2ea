# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of findings: complete, readable, and equal to its page."""

from __future__ import annotations

import re

import pytest
from tools.findings_page import PAGE

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import FAMILIES, FINDINGS, render_findings
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings.check import Check

pytestmark = pytest.mark.proves("documents")


def test_the_page_of_findings_is_what_the_table_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_findings(load()), "run: make docs/findings.md"


def test_every_id_is_there_once() -> None:
    ids = [check.id for checks in FAMILIES.values() for check in checks]
    assert sorted(ids) == sorted(FINDINGS)


@pytest.mark.parametrize("check", FINDINGS.values(), ids=lambda check: check.id)
def test_a_finding_says_what_why_and_what_to_do_in_sentences_with_a_known_source(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", check.id)
    for sentence in (check.what, check.why, check.remedy):
        assert sentence[0].isupper() or sentence.startswith(("0x", ".NET"))
        assert sentence.endswith(".")
    assert len(check.title) <= 75
    assert not check.title.endswith(".")
    assert check.sources
    assert set(check.sources) <= set(load().sources)
