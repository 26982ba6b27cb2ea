# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way back: which changes to take back, and what that writes."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import JournalError, read_journal

from .choose import NoChangeError, chosen_after, chosen_change
from .data import change_data, conflict_data, is_in_force
from .model import Conflict, Rollback
from .plan import MODULE, rollback_plan
from .rollback import rollback, unread

__all__ = [
    "MODULE",
    "Conflict",
    "JournalError",
    "NoChangeError",
    "Rollback",
    "change_data",
    "chosen_after",
    "chosen_change",
    "conflict_data",
    "is_in_force",
    "read_journal",
    "rollback",
    "rollback_plan",
    "unread",
]
