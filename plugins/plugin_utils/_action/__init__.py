# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions share, with Ansible: the course that every action takes, the change it may end in, report files."""

from __future__ import annotations

from .base import Result, Task, TaskError, TlsAction, baseline_of
from .change import ChangeAction, new_change_id
from .read_files import read_regular
from .report_files import write_files, write_folder
from .saved import apply_saved, stages_of

__all__ = [
    "ChangeAction",
    "Result",
    "Task",
    "TaskError",
    "TlsAction",
    "apply_saved",
    "baseline_of",
    "new_change_id",
    "read_regular",
    "stages_of",
    "write_files",
    "write_folder",
]
