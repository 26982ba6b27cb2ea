# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timer that takes a change back unless somebody confirms it: its terms, its task, the script that it starts."""

from __future__ import annotations

from .pending import armed, refused_confirmation, tls_answer
from .terms import DEFAULT_AFTER_BOOT, Terms, arm_request, confirm_request, read_duration, rolled_back_request

__all__ = [
    "DEFAULT_AFTER_BOOT",
    "Terms",
    "arm_request",
    "armed",
    "confirm_request",
    "read_duration",
    "refused_confirmation",
    "rolled_back_request",
    "tls_answer",
]
