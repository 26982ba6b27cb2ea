# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plugin of pytest: of a test over a grid (every Windows times every profile) only some points are run.

Who survives meets every test that reaches it; whole grids there would make a run take days.
"""

from __future__ import annotations

import collections

import pytest

MOST = 10


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps of each test that is parametrized more than once about ``MOST`` variants, evenly spread."""
    grids: dict[str, list[pytest.Item]] = collections.defaultdict(list)
    for item in items:
        if len(list(item.iter_markers("parametrize"))) > 1:
            grids[item.nodeid.partition("[")[0]].append(item)
    left_out = {
        id(item) for found in grids.values() for number, item in enumerate(found) if number % max(1, len(found) // MOST)
    }
    items[:] = [item for item in items if id(item) not in left_out]
