# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for any observation whatever."""

from __future__ import annotations

import pytest
from hypothesis import given
from tools.examples import examples
from tools.observations import observations

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import MIXED, UNKNOWN, UNSUPPORTED, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin, read_state

pytestmark = pytest.mark.proves("unknown_is_no_pass")


@examples(200)
@given(observations())
def test_any_observation_gives_a_state_of_every_setting(observation: Observation) -> None:
    catalogue = load()
    state = read_state(observation, catalogue)
    assert list(state.settings) == list(catalogue.settings)
    for setting in catalogue.settings.values():
        assert len(state.settings[setting.id].values) == len(setting.places)


@examples(200)
@given(observations())
def test_what_was_not_read_or_is_malformed_has_no_meaning(observation: Observation) -> None:
    for found in read_state(observation, load()).settings.values():
        if found.form is Form.UNREAD:
            assert (found.configured, found.effective, found.future, found.origin) == (
                None,
                UNKNOWN,
                UNKNOWN,
                Origin.UNKNOWN,
            )
            assert not found.pending
        if found.form is Form.MALFORMED:
            assert found.configured is None


@examples(200)
@given(observations())
def test_what_waits_for_a_boot_is_never_called_effective(observation: Observation) -> None:
    catalogue = load()
    for found in read_state(observation, catalogue).settings.values():
        if found.pending and found.future != UNSUPPORTED:
            assert found.effective in (MIXED, UNKNOWN), found


@examples(100)
@given(observations())
def test_only_our_own_journal_makes_a_debt(observation: Observation) -> None:
    ours = {change.id for change in observation.journal if change.state == "closed" and change.reboot_required}
    assert set(read_state(observation, load()).debt.changes) <= ours
