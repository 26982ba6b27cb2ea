# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a server stands; changes nothing. See the document of the module."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import Result, Task, TlsAction, baseline_of
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import find_drift
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import in_order
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation, from_reg_export
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    find,
    judge_rules,
    offer_data,
    offer_of,
    prepared,
    rule_data,
    stage_states,
    to_data,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import (
    JUDGE,
    errors_data,
    host_data,
    settings_data,
)


class ActionModule(TlsAction):
    """Read or take an export, judge, tell."""

    ARGUMENTS = {
        **JUDGE,
        "reg_export": {"type": "path"},
        "os": {"type": "str"},
        "exchange": {"type": "str"},
        "role": {"type": "str", "choices": ["mailbox", "edge"]},
    }
    CONDITIONS = {
        "required_by": {
            "reg_export": ["os"],
            "os": ["reg_export"],
            "exchange": ["reg_export"],
            "role": ["reg_export"],
        }
    }

    def perform(self, task: Task) -> Result:
        """Contacts the host, unless an export is given."""
        wanted = self.wanted(task)
        observation, ignored = self._observe(task)
        state = read_state(observation, task.catalogue)
        baseline = baseline_of(wanted, task, state.identity)
        observed = task.arguments["observed"]
        stages = stage_states(state, baseline, observed)
        return {
            "changed": False,
            "host": host_data(state),
            "settings": settings_data(state),
            "suites": None if state.suites is None else list(state.suites),
            "curves": None if state.curves is None else list(state.curves),
            "offer": offer_data(offer_of(state, after_boot=False)),
            "findings": [to_data(one) for one in in_order([*find(state, observed=observed), *find_drift(state)])],
            "profile": baseline.profile,
            "stage": task.arguments["stage"],
            "rules": [rule_data(entry) for entry in judge_rules(state, baseline)],
            "stages": [to_data(stage) for stage in stages],
            "next_stage": next((stage.stage for stage in stages if stage.state in ("open", "pending", "unknown")), ""),
            "prepared": prepared(state, baseline, observed).prepared,
            "debt": list(state.debt.changes),
            "reboot_required": bool(state.debt.changes),
            "ignored": ignored,
            "read_errors": errors_data(state),
        }

    def _observe(self, task: Task) -> tuple[Observation, list[dict[str, t.Any]]]:
        path = task.arguments["reg_export"]
        if path is None:
            return task.read(), []
        named = {name: task.arguments[name] for name in ("os", "exchange", "role")}
        export = from_reg_export(self.read_controller_file(path, "export"), **named, catalogue=task.catalogue)
        return export.observation, [{"line": one.line, "text": one.text, "why": one.why} for one in export.ignored]
