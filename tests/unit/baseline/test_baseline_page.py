# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/baselines.md says what the code does: the list of rules, the tables, and every example in it."""

from __future__ import annotations

import datetime
import re
import typing as t

import pytest
from tools.baselines_page import PAGE, page

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    STAGES,
    Context,
    lint,
    load_profile,
    profile_names,
    read_document,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

pytestmark = pytest.mark.proves("documents")

TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
OVERLAYS = [block for block in BLOCKS if re.match(r"(rules|add|exceptions):", block)]


def test_the_list_of_rules_is_that_of_the_profiles() -> None:
    assert page(TEXT) == TEXT, "run: python tests/tools/baselines_page.py"


def test_every_profile_and_every_stage_is_explained() -> None:
    assert [name for name in (*profile_names(), *STAGES) if f"| `{name}`" not in TEXT] == []


@pytest.mark.parametrize("block", OVERLAYS)
def test_an_example_of_an_overlay_is_a_valid_one(block: str) -> None:
    context = Context(
        documents=(read_document(block, "site.yml", "overlay"),),
        catalogue=load(),
        base={rule.id: rule for rule in load_profile("exchange_current").rules},
        today=datetime.date(2026, 11, 26),
    )
    assert [str(problem) for problem in lint(context)] == []


def test_there_are_examples_of_everything() -> None:
    assert {word for block in OVERLAYS for word in re.findall(r"^(\w+):", block, re.MULTILINE)} == {
        "rules",
        "add",
        "exceptions",
    }


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    targets: list[t.Any] = re.findall(r"\]\(#([^)]+)\)", TEXT)
    assert set(targets) <= headings
