# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our own changes on the host: reboot debt, and whose value stands in a Group Policy place."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Setting
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeOperation,
    ChangeState,
    Observation,
    RegistryValue,
    fold,
    group_policy_records,
    path_key,
    to_bytes,
)

from .model import Debt

#: host_read and host_write stamp a boot with the same number as long as Windows runs, whatever the clock does; other
#: ways to tell it (uptime) move a little. Two boots are never this near (100 ns units).
SAME_BOOT = 10 * 10_000_000

US = "us"
GROUP_POLICY = "group_policy"
UNKNOWN = "unknown"

#: Keys that Group Policy clears and rewrites ("true policies"); a value there needs an owner before we touch it
#: (design 15.9).
_POLICY_KEY = path_key(r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies")


#: All of the change stands in the registry, or stood there and was taken back while services could have read it.
_WHOLE = frozenset({ChangeState.CLOSED, ChangeState.REVERTED})
#: Some of it may stand there.
_IN_PART = frozenset({ChangeState.OPEN, ChangeState.PUT_BACK_FAILED})


def since_boot(change: ChangeHeader, boot: int | None) -> bool:
    """Whether a change was made since the host's last boot; False when that cannot be told.

    The stamps of the boots decide: a clock that was set makes no difference to them. Only a change without one (a host
    that forbids native calls tells none) is told by the clock.
    """
    if boot is None:
        return False
    stamp = change.boot if change.revert is None or change.revert.boot is None else change.revert.boot
    if stamp is not None:
        return abs(stamp - boot) <= SAME_BOOT
    return change.closed is not None and change.closed > boot


def debt(observation: Observation) -> Debt:
    """The changes of ours that still wait for a boot, oldest first. Nothing else makes a reboot necessary.

    A change that was begun and did not end counts as soon as one of its values is there.
    """
    boot = observation.machine.boot
    made = [change for change in observation.journal if change.reboot_required and since_boot(change, boot)]
    owed = [change for change in made if change.state in _WHOLE or is_left_in_part(change, observation)]
    unfinished = [change for change in owed if change.state in _IN_PART]
    return Debt(_oldest_first(owed), _oldest_first(unfinished))


def is_left_in_part(change: ChangeHeader, observation: Observation) -> bool:
    """Whether a change did not end well and left at least one of its values."""
    return change.state in _IN_PART and any(_is_there(one, observation) for one in change.operations)


def _is_there(operation: ChangeOperation, observation: Observation) -> bool:
    """Whether what an operation was to bring about is so now, and was not before."""
    if operation.is_key:
        key = observation.key(operation.path)
        return key is not None and not key.exists
    if operation.before == operation.after or not observation.was_read(operation.path, operation.name):
        return False
    return same_value(observation.value(operation.path, operation.name), operation.after)


def same_value(one: RegistryValue | None, other: RegistryValue | None) -> bool:
    """Whether two values are equal byte for byte; of the name, the spelling does not count."""
    if one is None or other is None:
        return one is other
    return (one.kind, to_bytes(one)) == (other.kind, to_bytes(other))


def _oldest_first(changes: t.Sequence[ChangeHeader]) -> tuple[str, ...]:
    return tuple(change.id for change in sorted(changes, key=lambda change: (change.started or 0, change.id)))


def touched_since_boot(observation: Observation) -> frozenset[tuple[tuple[str, ...], str]]:
    """Places (key for comparison, folded value name) that a change of ours wrote since the boot and left there."""
    boot = observation.machine.boot
    return frozenset(
        _place(observation, path, name)
        for change in observation.journal
        if change.state != ChangeState.PUT_BACK and since_boot(change, boot)
        for path, name in change.values
    )


def owners(observation: Observation, settings: t.Iterable[Setting]) -> dict[str, str]:
    """Whose the values in Group Policy places are, from evidence: Group Policy's own record, then our journal."""
    recorded = {_place(observation, path, name) for path, name in group_policy_records(observation)}
    ours = {
        _place(observation, path, name)
        for change in observation.journal
        if change.state == ChangeState.CLOSED or is_left_in_part(change, observation)
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
