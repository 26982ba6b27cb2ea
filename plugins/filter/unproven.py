# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: what a result of state_info leaves unproven up to a stage."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES

Data = t.Mapping[str, t.Any]

_FULFILLED = ("effective", "not_applicable")
_PENDING = "pending"


def unproven(state: t.Any, stage: str, may_wait: bool = False) -> list[str]:
    """Sentences, one for everything that is not as the stages up to ``stage`` want it; empty means proven.

    What was not read is not proven, nor is a stage that waits for a boot, unless it ``may_wait``. An endpoint that
    contradicts the registry is not proven; one that could not be reached (a drained server) says nothing either way.

    :raises AnsibleFilterError: there is no such stage
    """
    if stage not in STAGES:
        raise AnsibleFilterError(f"{stage} is no stage; the stages are {', '.join(STAGES)}.")
    if not isinstance(state, t.Mapping) or not {"rules", "stages", "findings"} <= state.keys():
        words = state.get("msg", "") if isinstance(state, t.Mapping) else ""
        return [f"Nothing was read. {words}".strip()]
    wanted = STAGES[: STAGES.index(stage) + 1]
    sentences = [
        sentence
        for found in state["stages"]
        if found["stage"] in wanted and found["state"] not in _FULFILLED
        for sentence in _stage(found, state["rules"], may_wait)
    ]
    contradictions = [
        finding["message"]
        for finding in state["findings"]
        if finding["id"].startswith("observed.") and finding["severity"] == "error"
    ]
    return list(dict.fromkeys(sentences + contradictions))


def _stage(found: Data, rules: t.Iterable[Data], may_wait: bool) -> list[str]:
    name = found["stage"]
    if found["state"] == _PENDING:
        return [] if may_wait else [f"Stage {name} does not count yet. {found['detail']}"]
    own = [rule for rule in rules if rule["stage"] == name and rule["verdict"] in ("fail", "unknown")]
    # A stage can be open without a rule that fails: its values are right, and a connection says otherwise.
    return [_rule(rule) for rule in own] or [f"Stage {name} is not in effect. {found['detail']}"]


def _rule(rule: Data) -> str:
    before, after = rule["before"], rule["after"]
    if before == after:
        return f"{rule['setting']}: {rule['detail']}"
    if isinstance(after, list):
        return f"{rule['setting']} is not the list that is wanted."
    return f"{rule['setting']} is {_word(before)}, wanted is {_word(after)}."


def _word(meaning: t.Any) -> str:
    return "not set" if meaning is None else "a list" if isinstance(meaning, list) else str(meaning)


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file by name."""
        return {"unproven": unproven}
