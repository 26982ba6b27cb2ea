# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stage that waits for a boot names the change that was stopped in the middle, and the way back."""

from __future__ import annotations

import pytest
from tools.registry import change, state_of, written

from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import StageState
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.gates import earlier_stage

pytestmark = pytest.mark.proves("stages_and_gates")

SERVER = r"SCHANNEL\Protocols\TLS 1.2\Server"
WAITS = StageState("prepare", "pending", "Waits for a restart: tls_1_2_server.")


@pytest.mark.parametrize("state", ["open", "put_back_failed"])
def test_a_change_that_did_not_end_is_blamed_and_can_be_taken_back(state: str) -> None:
    stopped = change("stopped-1", state=state, operations=[written(SERVER, "Enabled", 0, 1)])
    gate = earlier_stage("obsolete", WAITS, state_of(f'[{SERVER}]\n"Enabled"=dword:1\n', journal=[stopped]))
    assert gate.kind == "boot"
    assert "The change stopped-1 did not end and left some values behind." in gate.reason
    assert "Take it back with msexchange.tls.rollback" in gate.remedy


def test_a_change_that_was_finished_is_not_blamed() -> None:
    done = change("done-0001", operations=[written(SERVER, "Enabled", 0, 1)])
    gate = earlier_stage("obsolete", WAITS, state_of(f'[{SERVER}]\n"Enabled"=dword:1\n', journal=[done]))
    assert "done-0001" not in gate.reason
    assert gate.remedy == "Restart the server, then apply stage 'obsolete'."
