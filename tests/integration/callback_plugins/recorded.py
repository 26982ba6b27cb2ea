# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callback of the integration tests: every task result as one line of JSON in the file $RECORDED_RESULTS."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorded
type: notification
short_description: Task results as lines of JSON
description: One object per task and host, with host, task, status and result.
"""


class CallbackModule(CallbackBase):
    """Runs beside the normal output."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorded"

    def _record(self, status: str, result: t.Any) -> None:
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "status": status,
            "result": {name: item for name, item in result._result.items() if not name.startswith("_ansible")},
        }
        with open(os.environ["RECORDED_RESULTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=repr) + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """The task succeeded."""
        self._record("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """The task failed."""
        self._record("failed", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """The host did not answer."""
        self._record("unreachable", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """The task did not run."""
        self._record("skipped", result)
