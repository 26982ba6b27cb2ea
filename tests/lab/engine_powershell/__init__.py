# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell engine: the very payload that ansible sent runs in a real PowerShell on a real (Wine) registry."""

from __future__ import annotations

import pathlib
import sys

# The lab is started as `python -m tests.lab` and as `python -m lab`; its neighbour `tools` is found either way.
_TESTS = str(pathlib.Path(__file__).resolve().parents[2])
if _TESTS not in sys.path:
    sys.path.append(_TESTS)

from .engine import PowerShellEngine  # noqa: E402

__all__ = ["PowerShellEngine"]
