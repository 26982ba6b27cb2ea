# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""0 to 100 for a port, by published rules: each deduction with evidence, remedy, and whom the remedy would hit."""

from __future__ import annotations

from ..reduced import Without, reduced
from .load import load_rules
from .model import FULL, LETTERS, Deduction, Rule, Score
from .rate import Connects, rate, score_data

__all__ = [
    "FULL",
    "LETTERS",
    "Connects",
    "Deduction",
    "Rule",
    "Score",
    "Without",
    "load_rules",
    "rate",
    "reduced",
    "score_data",
]
