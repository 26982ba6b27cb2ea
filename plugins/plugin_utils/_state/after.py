# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry will say when operations are done: the prediction of check mode."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    Observation,
    RegistryKey,
    RegistryValue,
    fold,
    join_path,
    nest,
    path_key,
    split_path,
)


class Write(t.Protocol):
    """One write of a plan. ``op``: set, delete_value or delete_key; ``after``: None = delete."""

    @property
    def op(self) -> str:
        """``set``, ``delete_value`` or ``delete_key``."""

    @property
    def path(self) -> str:
        """The key."""

    @property
    def name(self) -> str:
        """The value; empty for the default value and for keys."""

    @property
    def after(self) -> RegistryValue | None:
        """What is there afterwards; None = nothing."""


def after(observation: Observation, operations: t.Iterable[Write]) -> Observation:
    """The observation that a reading right after the operations would bring.

    Keys with the time ``now``, later than the boot.

    Keys that could not be read stay so. The journal stays as it was; the change itself is the caller's to add.
    """
    keys = {path_key(key.path, observation.current_control_set): key for key in observation.walk()}
    for operation in operations:
        place = path_key(operation.path, observation.current_control_set)
        if not place:
            continue
        if operation.op == "delete_key":
            if place in keys:
                keys[place] = RegistryKey(operation.path, False)
        elif operation.op == "delete_value":
            if place in keys:
                keys[place] = _with(keys[place], operation.name, None, observation.machine.now)
        elif operation.after is not None:
            _create(keys, operation.path, observation)
            keys[place] = _with(keys[place], operation.name, operation.after, observation.machine.now)
    return dataclasses.replace(observation, keys=nest(keys))


def _create(keys: dict[tuple[str, ...], RegistryKey], path: str, observation: Observation) -> None:
    """The key and its missing parents, as far as the parents are among the keys that were looked at."""
    wanted = path_key(path, observation.current_control_set)
    for ancestor in itertools.accumulate(split_path(path), join_path):
        place = path_key(ancestor, observation.current_control_set)
        known = keys.get(place)
        missing = known is None and (place == wanted or _parent_known(keys, place))
        if missing or (known is not None and known.exists is False):
            keys[place] = RegistryKey(ancestor, True, observation.machine.now)


def _parent_known(keys: dict[tuple[str, ...], RegistryKey], place: tuple[str, ...]) -> bool:
    parent = keys.get(place[:-1])
    return parent is not None and parent.exists is True


def _with(key: RegistryKey, name: str, value: RegistryValue | None, now: int | None) -> RegistryKey:
    if key.exists is not True:
        return key
    values = [kept for kept in key.values if fold(kept.name) != fold(name)]
    if value is not None:
        # A value that is there keeps the spelling of its name, as in the registry.
        spelled = next((old.name for old in key.values if fold(old.name) == fold(name)), value.name)
        values.append(dataclasses.replace(value, name=spelled))
    return dataclasses.replace(key, values=tuple(sorted(values, key=lambda kept: fold(kept.name))), written=now)
