# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damaged flights: whatever a peer sends, there is an answer or need of more, and only PeerError leaves the readers.

Ten thousand here; ``tests/tools/wire_mutations.py`` does as many as are asked for.
"""

from __future__ import annotations

import pytest
from wire_servers.mutations import FEEDERS, run

pytestmark = pytest.mark.proves("wire_hostile")


def test_no_damage_lets_anything_but_a_peer_error_escape() -> None:
    counts = run(10_000, seed=20261126)
    assert sum(counts.values()) == 10_000 * len(FEEDERS)
    # A run that only ever saw one kind of outcome would prove nothing.
    assert {"Chosen", "Refused", "Malformed", "NEED_DATA", "DecodeError"} <= set(counts)
