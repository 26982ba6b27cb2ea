# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter broken names the servers of a batch that stop the others."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.filter.broken import broken

pytestmark = pytest.mark.proves("stages_and_gates")


def test_who_failed_or_was_lost_is_named_in_the_order_of_the_batch() -> None:
    hostvars = {
        "lost": {"change": {"unreachable": True, "changed": False}},
        "well": {"change": {"changed": True, "failed": False}},
        "failed": {"change": {"failed": True}},
        "without": {},
    }
    assert broken(["without", "failed", "well", "lost", "nobody"], hostvars, "change") == ["failed", "lost"]


@pytest.mark.parametrize(
    ("names", "hostvars", "words"),
    [("ex1", {}, "list of the names"), ({}, {}, "list of the names"), ([], [], "hostvars")],
)
def test_what_is_no_list_or_no_hostvars_is_refused_in_one_sentence(names: t.Any, hostvars: t.Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=rf"^broken: .*{words}"):
        broken(names, hostvars, "change")
