# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plugin of pytest: of a test over a large grid (every Windows, every profile) only some points are run.

Who survives meets every test that reaches it; whole grids there would make a run take days.
"""

from __future__ import annotations

import collections

import pytest

MOST = 6


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps of the variants of each test at most ``MOST``, evenly spread."""
    variants: dict[str, list[pytest.Item]] = collections.defaultdict(list)
    for item in items:
        variants[item.nodeid.partition("[")[0]].append(item)
    kept = {id(item) for found in variants.values() for item in found[:: -(-len(found) // MOST)]}
    items[:] = [item for item in items if id(item) in kept]
