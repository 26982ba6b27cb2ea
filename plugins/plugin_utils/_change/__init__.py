# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes that can be trusted: saved plans, journals and the way back, who a plan would cut off."""

from __future__ import annotations

from .reach import (
    Neighbour,
    Reach,
    Surroundings,
    openssl_client,
    predict,
    reach_data,
    refusal,
)

__all__ = [
    "Neighbour",
    "Reach",
    "Surroundings",
    "openssl_client",
    "predict",
    "reach_data",
    "refusal",
]
