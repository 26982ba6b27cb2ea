# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set the order of cipher suites and curves. See the document of the module."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import ChangeAction, Result, Task, TaskError
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import CHANGE, wanted_lists


class ActionModule(ChangeAction):
    """The engine of the module baseline, for the two lists in the place of Group Policy."""

    ARGUMENTS = {
        **CHANGE,
        "suites": {"type": "list", "elements": "str"},
        "curves": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }
    CONDITIONS = {"required_if": [["state", "present", ["suites", "curves"], True]]}

    def perform(self, task: Task) -> Result:
        """One execution when nothing differs or in check mode, else two."""
        arguments = task.arguments
        if arguments["state"] == "absent" and (arguments["suites"] or arguments["curves"]):
            raise TaskError(
                "state absent removes both lists and takes neither suites nor curves; to remove only one of them, set "
                "cipher_suites.group_policy or curves.group_policy to absent with msexchange.tls.schannel."
            )
        return self.apply(task, wanted_lists(arguments))
