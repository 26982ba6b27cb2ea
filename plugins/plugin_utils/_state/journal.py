# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our own changes on the host: reboot debt, and whose value stands in a Group Policy place."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Setting
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    Observation,
    fold,
    group_policy_records,
    path_key,
)

from .model import Debt

#: The boot time is now minus uptime, so it moves a little from reading to reading; two boots are never this near
#: (100 ns units).
SAME_BOOT = 10 * 10_000_000

US = "us"
GROUP_POLICY = "group_policy"
UNKNOWN = "unknown"

#: Keys that Group Policy clears and rewrites ("true policies"); a value there needs an owner before we touch it
#: (design 15.9).
_POLICY_KEY = path_key(r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies")


def since_boot(change: ChangeHeader, boot: int | None) -> bool:
    """Whether a change was made since the host's last boot; False when that cannot be told."""
    if boot is None:
        return False
    if change.closed is not None and change.closed > boot:
        return True
    return change.boot is not None and abs(change.boot - boot) <= SAME_BOOT


def debt(observation: Observation) -> Debt:
    """The changes of ours that still wait for a boot, oldest first. Nothing else makes a reboot necessary."""
    boot = observation.machine.boot
    owed = [
        change
        for change in observation.journal
        if change.state == "closed" and change.reboot_required and since_boot(change, boot)
    ]
    return Debt(tuple(change.id for change in sorted(owed, key=lambda change: (change.started or 0, change.id))))


def touched_since_boot(observation: Observation) -> frozenset[tuple[tuple[str, ...], str]]:
    """Places (key for comparison, folded value name) that a change of ours wrote since the boot and left there."""
    boot = observation.machine.boot
    return frozenset(
        _place(observation, path, name)
        for change in observation.journal
        if change.state != "put_back" and since_boot(change, boot)
        for path, name in change.values
    )


def owners(observation: Observation, settings: t.Iterable[Setting]) -> dict[str, str]:
    """Whose the values in Group Policy places are, from evidence: Group Policy's own record, then our journal."""
    recorded = {_place(observation, path, name) for path, name in group_policy_records(observation)}
    ours = {
        _place(observation, path, name)
        for change in observation.journal
        if change.state == "closed"
        for path, name in change.values
    }
    found: dict[str, str] = {}
    for setting in settings:
        for place in setting.places:
            where = _place(observation, place.key, place.name)
            if where[0][: len(_POLICY_KEY)] == _POLICY_KEY and observation.value(place.key, place.name) is not None:
                found[setting.id] = GROUP_POLICY if where in recorded else US if where in ours else UNKNOWN
    return found


def _place(observation: Observation, path: str, name: str) -> tuple[tuple[str, ...], str]:
    return path_key(path, observation.current_control_set), fold(name)
