# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ports really answer, and what that means. See the document of the module.

The module of the same name connects, wherever it is delegated to; what it saw is judged here, on the controller.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.msexchange.tls.plugins.module_utils._wire import CONDITIONS, argument_spec
from ansible_collections.msexchange.tls.plugins.plugin_utils._action import Result, Task, TaskError, TlsAction
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import ClientsError
from ansible_collections.msexchange.tls.plugins.plugin_utils._inquiry import Inquiry, InquiryError, inquire
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

MODULE = "msexchange.tls.endpoint_info"


class ActionModule(TlsAction):
    """Let the module ask, then say what the answers mean."""

    ARGUMENTS = argument_spec()
    CONDITIONS = CONDITIONS

    def perform(self, task: Task) -> Result:
        """One execution of the module; the hosts behind the ports are not touched."""
        inquiry = self._inquiry(task)
        raw = self._ask(inquiry.question, task)
        if raw.get("failed") or raw.get("unreachable") or not task.arguments["judge"]:
            return raw
        return {**raw, **inquiry.conclude(raw, datetime.datetime.now(datetime.timezone.utc).date())}

    def _inquiry(self, task: Task) -> Inquiry:
        """Looked at first, so that a misspelt build or client costs no connection."""
        path, own = task.arguments["clients"], None
        if path is not None and task.arguments["judge"]:
            own = self.read_controller_text(path, "file of clients")
        try:
            return inquire(task.arguments, own, task.catalogue)
        except InquiryError as error:
            raise TaskError(f"{self._task.action}: {error}") from error
        except ClientsError as error:
            raise TaskError(str(error)) from error

    def _ask(self, question: t.Mapping[str, t.Any], task: Task) -> Result:
        try:
            raw: Result = self._execute_module(
                module_name=MODULE, module_args=given(question), task_vars=dict(task.variables)
            )
        except AnsibleConnectionFailure as error:
            where = task.broker.host
            raise TaskError(
                f"{where}, from where the connections should leave, was unreachable: {one_line(error.message, 400)}.",
                unreachable=True,
            ) from error
        return raw


def given(value: t.Any) -> t.Any:
    """Without what was left out: to the module, an option that is there and null is a wrong one."""
    if isinstance(value, t.Mapping):
        return {name: given(item) for name, item in value.items() if item is not None}
    return [given(item) for item in value] if isinstance(value, list) else value
