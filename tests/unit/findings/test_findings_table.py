# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of findings: complete, readable, and equal to its page."""

from __future__ import annotations

import re

import pytest
from tools.findings_document import ALL_FAMILIES, render_findings
from tools.findings_page import PAGE

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import FINDINGS

KINDS = [kind for kinds in ALL_FAMILIES.values() for kind in kinds]

pytestmark = pytest.mark.proves("documents")


def test_the_page_of_findings_is_what_the_table_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_findings(load()), "run: make docs/findings.md"


def test_every_id_is_there_once() -> None:
    ids = [kind.id for kind in KINDS]
    assert len(set(ids)) == len(ids)
    assert set(FINDINGS) <= set(ids)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_finding_says_what_why_and_what_to_do_in_sentences_with_a_known_source(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", kind.id)
    for sentence in (kind.what, kind.why, kind.remedy):
        assert sentence[0].isupper() or sentence.startswith(("0x", ".NET"))
        assert sentence.endswith(".")
    # "Stage obsolete, or ..." names a thing and nothing to do.
    assert not kind.remedy.startswith("Stage ")
    assert len(kind.title) <= 75
    assert not kind.title.endswith(".")
    assert kind.sources
    assert set(kind.sources) <= set(load().sources)
