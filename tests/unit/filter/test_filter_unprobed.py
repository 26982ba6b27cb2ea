# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When nobody could connect to any port, that is said, with the reason and the ways out; else nothing is."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.msexchange.tls.plugins.filter.unprobed import unprobed


@pytest.mark.parametrize("how", ["failed", "unreachable"])
def test_a_failure_is_one_sentence_with_origin_reason_and_ways_out(how: str) -> None:
    (sentence,) = unprobed({how: True, "msg": "jump1 did not answer."}, "jump1")
    assert sentence.startswith("No port was connected to from jump1: jump1 did not answer. Mend that")
    assert "msexchange_tls_wire_from" in sentence
    assert "msexchange_tls_wire false" in sentence


def test_a_failure_without_a_reason_says_so() -> None:
    (sentence,) = unprobed({"failed": True}, "jump1")
    assert "from jump1: no reason was given. Mend that" in sentence


@pytest.mark.parametrize("result", [None, {}, "", {"skipped": True}, {"failed": False, "endpoints": []}])
def test_what_ran_was_skipped_or_never_was_there_is_no_failure(result: t.Any) -> None:
    assert unprobed(result, "localhost") == []
