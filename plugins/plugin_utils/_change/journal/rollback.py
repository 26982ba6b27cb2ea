# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From journals and what is there now to the operations that bring back what was there before.

The changes are taken back one after the other, the newest first, on a copy of what was read; then the difference
between the copy and the original is written, each value once. So taking back three changes at once is the same as
taking them back one by one, conflicts included, and a change that is taken back already costs nothing.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    DELETE_KEY,
    ChangeHeader,
    ChangeOperation,
    Observation,
    PathKey,
    RegistryValue,
    fold,
    path_key,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Operation
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import after, same_value

from .model import Conflict, Rollback

#: A value for comparison: its key, its folded name.
Place = tuple[PathKey, str]
#: Places of values that only make sense together, as the two of a protocol.
Groups = t.Iterable[t.Sequence[tuple[str, str]]]

#: No value and no key has this name; whoever looked at everything there knows that it is absent.
_NOBODY = "\x01"


def rollback(
    changes: t.Sequence[ChangeHeader],
    observation: Observation,
    *,
    groups: Groups = (),
    later: t.Sequence[ChangeHeader] = (),
) -> Rollback:
    """The way back for ``changes``, newest first, none of them torn.

    Every value that they name has to be in the observation (see :func:`unread`); one that is not is a conflict.
    ``groups``: places of the settings with more than one value. ``later``: other changes of ours, to say who wrote what
    is there now.
    """
    work = _Work(observation)
    for change in changes:
        for operation in reversed(change.operations):
            work.take_back(change, operation)
    work.keep_together(groups)
    conflicts = tuple(_explained(conflict, later) for conflict in work.conflicts.values())
    values = work.operations()
    removed, kept = _created(changes, observation, values)
    return Rollback(
        changes=tuple(change.id for change in changes),
        operations=(*values, *removed),
        conflicts=conflicts,
        kept_keys=kept,
        missing=_missing(changes, observation, values),
        reboot_required=any(change.reboot_required for change in changes),
    )


def unread(changes: t.Iterable[ChangeHeader], observation: Observation) -> tuple[str, ...]:
    """Keys that have to be read, one level deep, before the way back is known; in the order of the journals."""
    found: dict[PathKey, str] = {}
    for change in changes:
        for one in change.operations:
            if not one.is_key and not observation.was_read(one.path, one.name):
                found.setdefault(_key(one.path, observation), one.path)
            for path in one.created_keys:
                if not _is_known_whole(path, observation):
                    found.setdefault(_key(path, observation), path)
            if one.is_key and not observation.was_read(one.path):
                found.setdefault(_key(one.path, observation), one.path)
    return tuple(found.values())


class _Work:
    """A copy of the values that the journals name, on which changes are taken back."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._now: dict[Place, RegistryValue | None] = {}
        self._spelled: dict[Place, tuple[str, str]] = {}
        self.conflicts: dict[Place, Conflict] = {}

    def take_back(self, change: ChangeHeader, operation: ChangeOperation) -> None:
        """One operation; a key that was deleted comes back with its values."""
        if operation.is_key:
            return
        place = self._place(operation.path, operation.name)
        found = self._observation.value(operation.path, operation.name)
        self._spelled.setdefault(place, (operation.path, found.name if found is not None else operation.name))
        now = self._now.setdefault(place, found)
        if not self._observation.was_read(operation.path, operation.name):
            self._note(place, change, operation, now)
        elif same_value(now, operation.after):
            self._now[place] = operation.before
        elif not same_value(now, operation.before):
            self._note(place, change, operation, now)

    def _note(self, place: Place, change: ChangeHeader, one: ChangeOperation, now: RegistryValue | None) -> None:
        # The newest change that does not fit says it; what follows for older ones is the same foreign value.
        self.conflicts.setdefault(place, Conflict(change.id, one.path, one.name, one.after, now, one.before))

    def keep_together(self, groups: Groups) -> None:
        """A setting of several values goes back whole or not at all."""
        for group in groups:
            places = [place for place in (self._place(path, name) for path, name in group) if place in self._now]
            stuck = next((self.conflicts[place] for place in places if place in self.conflicts), None)
            if stuck is None:
                continue
            for place in places:
                path, name = self._spelled[place]
                found = self._observation.value(path, name)
                if place not in self.conflicts and not same_value(found, self._now[place]):
                    self.conflicts[place] = Conflict(
                        stuck.change, path, name, found, found, self._now[place], partner=True
                    )
                self._now[place] = found

    def operations(self) -> tuple[Operation, ...]:
        """What differs now, in the order in which it was taken back."""
        found = []
        for place, then in self._now.items():
            path, name = self._spelled[place]
            before = self._observation.value(path, name)
            if not same_value(before, then):
                found.append(Operation("set" if then is not None else "delete_value", path, name, before, then))
        return tuple(found)

    def _place(self, path: str, name: str) -> Place:
        return _key(path, self._observation), fold(name)


def _explained(conflict: Conflict, later: t.Sequence[ChangeHeader]) -> Conflict:
    """With the change of ours that left what is there now, where there is one."""
    place = path_key(conflict.path), fold(conflict.name)
    for change in sorted(later, key=lambda change: change.started or 0, reverse=True):
        if change.id == conflict.change or conflict.partner:
            continue
        for one in change.operations:
            here = (path_key(one.path), fold(one.name)) == place and not one.is_key
            if here and same_value(one.after, conflict.found):
                return _with_author(conflict, change.id)
    return conflict


def _with_author(conflict: Conflict, author: str) -> Conflict:
    return Conflict(
        conflict.change, conflict.path, conflict.name, conflict.left, conflict.found, conflict.before, author
    )


def _created(
    changes: t.Iterable[ChangeHeader], observation: Observation, values: t.Sequence[Operation]
) -> tuple[tuple[Operation, ...], tuple[str, ...]]:
    """Keys that the changes made and that still exist: those that are empty by then, and those that are not."""
    made: dict[PathKey, str] = {}
    for change in changes:
        for one in change.operations:
            for path in one.created_keys:
                made.setdefault(_key(path, observation), path)
    then = after(observation, values)
    removed: list[Operation] = []
    kept: list[str] = []
    gone: set[PathKey] = set()
    for place in sorted(made, key=lambda place: (-len(place), place)):
        path = made[place]
        key = then.key(path)
        if key is None or not key.exists:
            continue
        below = [child for child in key.keys if child.exists is not False and _key(child.path, observation) not in gone]
        if _is_known_whole(path, observation) and not key.values and not below:
            removed.append(Operation(DELETE_KEY, path, "", None, None))
            gone.add(place)
        else:
            kept.append(path)
    return tuple(removed), tuple(sorted(kept, key=path_key))


def _missing(
    changes: t.Iterable[ChangeHeader], observation: Observation, values: t.Sequence[Operation]
) -> tuple[str, ...]:
    """Keys that the changes deleted and that the values do not bring back."""
    then = after(observation, values)
    deleted = [one.path for change in changes for one in change.operations if one.is_key]
    return tuple(path for path in deleted if (key := then.key(path)) is not None and not key.exists)


def _is_known_whole(path: str, observation: Observation) -> bool:
    """Whether every value and every subkey of a key would be in the observation."""
    key = observation.key(path)
    if key is None:
        return False
    return not key.exists or (observation.was_read(path, _NOBODY) and observation.was_read(f"{path}\\{_NOBODY}"))


def _key(path: str, observation: Observation) -> PathKey:
    return path_key(path, observation.current_control_set)
