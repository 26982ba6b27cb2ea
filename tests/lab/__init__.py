# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated Exchange estate on the loopback address, driven by real ansible-playbook over WinRM. See README.md."""

from __future__ import annotations

from .host import LabHost, Timing
from .lab import Lab

__all__ = ["Lab", "LabHost", "Timing"]
