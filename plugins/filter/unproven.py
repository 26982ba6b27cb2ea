# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: what a result of state_info leaves unproven up to a stage."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES


def unproven(state: t.Any, stage: str) -> list[str]:
    """Sentences, one for everything that is not as the stages up to ``stage`` want it; empty means proven.

    What was not read is not proven. A stage that waits for a boot is not proven. An endpoint that contradicts the
    registry is not proven; one that could not be reached (a drained server) says nothing either way.
    """
    if stage not in STAGES:
        raise AnsibleFilterError(f"{stage} is no stage; the stages are {', '.join(STAGES)}.")
    if not isinstance(state, t.Mapping) or "rules" not in state:
        words = state.get("msg", "") if isinstance(state, t.Mapping) else ""
        return [f"Nothing was read. {words}".strip()]
    wanted = STAGES[: STAGES.index(stage) + 1]
    sentences = [
        f"{entry['setting']}: {entry['detail']}"
        for entry in state["rules"]
        if entry["stage"] in wanted and entry["verdict"] in ("fail", "unknown")
    ]
    sentences += [
        f"Stage {entry['stage']} is not in effect yet: {entry['detail']}"
        for entry in state["stages"]
        if entry["stage"] in wanted and entry["state"] == "pending"
    ]
    sentences += [
        f"{finding['subject']}: {finding['message']}"
        for finding in state["findings"]
        if finding["id"].startswith("observed.") and finding["severity"] == "error"
    ]
    return sentences


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"unproven": unproven}
