# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Members of one VIP or DAG, compared: behind one name they have to answer alike."""

from __future__ import annotations

from .aspects import ASPECTS
from .compare import Comparison, Difference, compare_groups, comparison_data
from .kinds import KINDS, findings_of

__all__ = ["ASPECTS", "KINDS", "Comparison", "Difference", "compare_groups", "comparison_data", "findings_of"]
