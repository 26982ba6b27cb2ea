# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulated engine: answers the modules that the plays use from the simulated registry, with nothing but Python."""

from __future__ import annotations

from .engine import EmulatedEngine

__all__ = ["EmulatedEngine"]
