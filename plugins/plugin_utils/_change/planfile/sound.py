# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a saved plan may write: values of the settings in the catalogue, as the planner itself would write them."""

from __future__ import annotations

import typing as t

from ..._baseline import NEVER_WRITTEN
from ..._catalogue import Setting, SettingKind
from ..._host import fold, path_key
from ..._plan import Entry, Plan, check_operations
from ..._state import State


def check_sound(plan: Plan, state: State) -> tuple[str, ...]:
    """Everything in a plan that no planner of ours would have planned for this state; empty for a sound one.

    A plan file is data that travels: whatever stands in it, nothing but TLS settings is ever written because of it.
    """
    settings = state.catalogue.settings
    unknown = sorted({entry.setting for entry in plan.entries if entry.setting not in settings})
    if unknown:
        return tuple(f"There is no setting {name!r}." for name in unknown)
    found = [sentence for entry in plan.entries for sentence in _entry(entry, settings[entry.setting])]
    return (*found, *check_operations(state, plan))


def _entry(entry: Entry, setting: Setting) -> t.Iterator[str]:
    if entry.operations and (setting.per_user or setting.id in NEVER_WRITTEN):
        yield f"{setting.id} is never written."
    kinds = {(path_key(place.key), fold(place.name)): place.kind for place in setting.places}
    for operation in entry.operations:
        after = operation.after
        if after is None:
            continue
        if after.raw or after.kind != kinds.get((path_key(operation.path), fold(operation.name)), after.kind):
            yield f"{setting.id}: {operation.name} would be of another kind than Windows reads there."
        if setting.kind is SettingKind.LIST and not after.data:
            yield f"{setting.id}: an empty list is never written."
