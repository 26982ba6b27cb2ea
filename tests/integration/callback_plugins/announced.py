# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callback of the integration tests: says each task at the Unix socket $ANNOUNCED_TASKS and waits for leave."""

from __future__ import annotations

import os
import socket
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: announced
type: notification
short_description: Tasks that wait until a test lets them begin
description: The name of every task is sent before any host has got it; a closed connection ends the run.
"""


class CallbackModule(CallbackBase):
    """Runs beside the normal output."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "announced"

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """A task is about to be given to its hosts."""
        del is_conditional
        path = os.environ.get("ANNOUNCED_TASKS")
        if not path:
            return
        with socket.socket(socket.AF_UNIX) as channel:
            channel.connect(path)
            channel.sendall(task.get_name().encode("utf-8"))
            channel.shutdown(socket.SHUT_WR)
            if not channel.recv(1):
                raise SystemExit("the test that listens to the tasks has failed")
