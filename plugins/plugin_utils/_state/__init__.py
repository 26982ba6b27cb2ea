# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an observation means: configured, effective, pending, and what will count after the next boot."""

from __future__ import annotations

from .after import Write, after
from .effective import default_of
from .journal import same_value, since_boot
from .meaning import ONE_IS_ON
from .model import Debt, Form, Origin, SettingState, State
from .read import read_state, state_after
from .suites import LONGEST_POLICY_LIST, own_list, usable_suites

__all__ = [
    "LONGEST_POLICY_LIST",
    "ONE_IS_ON",
    "Debt",
    "Form",
    "Origin",
    "SettingState",
    "State",
    "Write",
    "after",
    "default_of",
    "own_list",
    "read_state",
    "same_value",
    "since_boot",
    "state_after",
    "usable_suites",
]
