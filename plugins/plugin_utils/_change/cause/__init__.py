# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a setting is not as a change of ours left it."""

from __future__ import annotations

from .findings import FAMILIES, find_drift
from .model import Cause, CauseKind, Drift
from .preferences import PreferencesError, read_preferences
from .reason import drifts

__all__ = [
    "FAMILIES",
    "Cause",
    "CauseKind",
    "Drift",
    "PreferencesError",
    "drifts",
    "find_drift",
    "read_preferences",
]
