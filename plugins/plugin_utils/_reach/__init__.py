# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lock-out prediction: who could still speak to a host, and to whom it could still speak, when a plan counts."""

from __future__ import annotations

from .openssl import openssl_client
from .peers import Neighbour, Surroundings
from .predict import Reach, predict, prepare, reach_data, refusal

__all__ = [
    "Neighbour",
    "Reach",
    "Surroundings",
    "openssl_client",
    "predict",
    "prepare",
    "reach_data",
    "refusal",
]
