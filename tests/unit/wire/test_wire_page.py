# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about the prober: its tables are written by a command, and the tests that it names exist."""

from __future__ import annotations

import pathlib
import re

import pytest
from bench.wire_page import table, with_block

pytestmark = pytest.mark.proves("documents")

ROOT = pathlib.Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")


def test_every_test_and_target_that_the_page_names_exists() -> None:
    known = {
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 15
    assert named - known == set()
    targets = set(re.findall(r"`make ([a-z-]+)", PAGE))
    assert targets - set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) == set()
    assert all((ROOT / name).exists() for name in re.findall(r"`(tests/[\w/.]+)`", PAGE))


def test_each_of_the_twelve_promises_names_what_shows_it() -> None:
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", PAGE[PAGE.index("## What is promised") :], re.MULTILINE)
    assert [number for number, _proof in rows] == [str(number) for number in range(1, 13)]
    assert all("`" in proof for _number, proof in rows)


def test_a_block_is_replaced_and_nothing_else() -> None:
    page = "before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n"
    made = with_block(page, "figures", table(["A"], [["1"]]))
    assert made == "before\n<!-- figures -->\n| A |\n| --- |\n| 1 |\n<!-- /figures -->\nafter\n"
    assert with_block(made, "figures", "old") == page
    with pytest.raises(ValueError, match="0 blocks other"):
        with_block(page, "other", "")
