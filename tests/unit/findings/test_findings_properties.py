# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for any observation: findings never fail, never show raw control characters, and what was not read is
never judged.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from tools.examples import examples
from tools.observations import observations

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import FINDINGS, find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, read_state

pytestmark = pytest.mark.proves("unknown_is_no_pass")

RANKS = [Severity.ERROR, Severity.WARNING, Severity.NOTE]


@examples(150)
@given(observations())
def test_any_observation_gives_findings_that_a_person_can_read(observation: Observation) -> None:
    for finding in find(read_state(observation, load())):
        assert finding.id in FINDINGS
        for text in (finding.subject, finding.message, finding.reason, finding.remedy):
            assert text
            assert text.isprintable(), text
        assert finding.message.endswith((".", "?"))
        assert re.match(r"\S", finding.message)


@examples(40)
@given(observations())
def test_findings_come_sorted_and_each_once(observation: Observation) -> None:
    found = find(read_state(observation, load()))
    assert [RANKS.index(finding.severity) for finding in found] == sorted(RANKS.index(f.severity) for f in found)
    assert len(set(found)) == len(found)


@examples(60)
@given(observations())
def test_no_finding_is_made_about_a_protocol_that_was_not_read(observation: Observation) -> None:
    state = read_state(observation, load())
    unread = {name for name, found in state.settings.items() if found.form is Form.UNREAD}
    assert not {finding.subject for finding in find(state)} & unread
