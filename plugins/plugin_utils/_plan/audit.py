# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit says of every rule: measured by the whole profile, with no stage asked for and no gate in the way."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES, Baseline
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .entries import in_order, leftover_entries
from .model import Entry
from .stages import judge_stage
from .walk import as_found


def judge_rules(state: State, baseline: Baseline) -> tuple[Entry, ...]:
    """One entry for every setting considered. ``after`` is what its rule wants, the operations would bring it there.

    A plan says why a rule is not carried out now (an earlier stage, the organisation); an audit says what is the matter
    with the setting.
    """
    entries = [entry for stage in STAGES for entry in as_found(judge_stage(stage, state, baseline))]
    return in_order([*entries, *leftover_entries(baseline, state, entries)], baseline)
