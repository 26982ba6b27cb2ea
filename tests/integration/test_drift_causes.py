# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who wrote over a change, from what the server itself keeps, by a real Ansible on each engine."""

from __future__ import annotations

import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import task

pytestmark = pytest.mark.proves("drift_cause")

SCHANNEL = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"


def written(name: str, key: str, value: str, data: int) -> dict[str, t.Any]:
    return {"name": name, "ansible.windows.win_regedit": {"path": key, "name": value, "type": "dword", "data": data}}


def test_what_preferences_and_a_hand_wrote_over_a_change_is_told_apart(target_of: TargetOf) -> None:
    _lab, controller, _engine = target_of("ex2016_ws2016_grouppolicy")
    wanted = {"schannel.event_logging": 3, "ciphers.rc4_128_128": "disabled"}
    run = controller.play(
        task("ours", "schannel", {"settings": wanted}),
        task("untouched", "state_info"),
        # Windows counts when a key was written, and our change has a few seconds of its own.
        {"name": "later", "ansible.builtin.pause": {"seconds": 6}},
        written("as a refresh does", SCHANNEL, "EventLogging", 1),
        written("as a person does", rf"{SCHANNEL}\Ciphers\RC4 128/128", "Enabled", 1),
        task("moved", "state_info"),
    )
    assert not [one for one in run.result("untouched")["findings"] if one["id"] == "changes.drift"]
    moved = {one["subject"]: one for one in run.result("moved")["findings"] if one["id"] == "changes.drift"}
    assert set(moved) == set(wanted)
    preferences = moved["schannel.event_logging"]
    assert "Cause: group_policy_preferences; an item of Group Policy Preferences" in preferences["message"]
    assert "{6AC1786C-016F-11D2-945F-00C04FB984F9}" in preferences["message"]
    assert "writes its value again at every refresh" in preferences["remedy"]
    assert "Cause: by_hand" in moved["ciphers.rc4_128_128"]["message"]
