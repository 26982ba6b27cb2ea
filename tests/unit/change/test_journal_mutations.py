# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spoiled journals give a sentence or a way back that they name; `make journal-mutations` does it a hundred thousand
times.
"""

from __future__ import annotations

import pytest
from tools.journals import encoded
from tools.spoiled_journals import check, run, samples

pytestmark = pytest.mark.proves("hostile_journals")


def test_journals_that_are_not_spoiled_are_read() -> None:
    assert [check(encoded(content)).split(",")[0] for content in samples()] == ["read"] * len(samples())


def test_spoiled_journals_give_a_sentence_or_a_way_back_that_they_name() -> None:
    outcomes = run(2000, 7)
    assert outcomes["refused in a sentence"] > 1000
    assert outcomes["read, with a way back"] > 100
