# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set single settings of Windows' TLS. See the document of the module."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import ChangeAction, Result, Task
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import CHANGE, wanted_settings


class ActionModule(ChangeAction):
    """The engine of the module baseline, without profile, stages and gates."""

    ARGUMENTS = {**CHANGE, "settings": {"type": "dict"}, "setting": {"type": "str"}, "value": {"type": "raw"}}
    CONDITIONS = {
        "mutually_exclusive": [["settings", "setting"], ["settings", "value"]],
        "required_one_of": [["settings", "setting"]],
        "required_together": [["setting", "value"]],
    }

    def perform(self, task: Task) -> Result:
        """One execution when nothing differs or in check mode, else two."""
        return self.apply(task, wanted_settings(task.arguments, task.catalogue))
