# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from proof.marks import pytest_collection_modifyitems
from proof.windows_run import pytest_runtest_logreport, pytest_sessionfinish

#: Hooks that pytest calls.
__all__ = ["pytest_collection_modifyitems", "pytest_runtest_logreport", "pytest_sessionfinish"]

# How long an example takes says something about the machine, not about the code.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A build server must give the same answer twice.
settings.register_profile("server", settings.get_profile("here"), derandomize=True, database=None)
settings.load_profile("server" if os.environ.get("CI") else "here")
