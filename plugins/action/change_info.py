# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes that this collection made on a server; changes nothing. See the document of the module."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import Result, Task, TaskError, TlsAction
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import change_data
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import errors_data, host_data


class ActionModule(TlsAction):
    """Read the journals and what became of what they tell."""

    ARGUMENTS = {"change": {"type": "str"}}

    def perform(self, task: Task) -> Result:
        """One execution."""
        state = read_state(task.read(), task.catalogue)
        wanted = task.arguments["change"]
        found = [one for one in state.observation.journal if wanted in (None, one.id)]
        if wanted is not None and not found:
            raise TaskError(
                f"{task.broker.host}: there is no change {wanted} on this host; leave the option out to see all."
            )
        newest = sorted(found, key=lambda one: (one.started or 0, one.id), reverse=True)
        return {
            "changed": False,
            "changes": [change_data(one, state) for one in newest],
            "debt": list(state.debt.changes),
            "reboot_required": bool(state.debt.changes),
            "host": host_data(state),
            "read_errors": errors_data(state),
        }
