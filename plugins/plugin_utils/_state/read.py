# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an observation to the state of every setting of the catalogue."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    UNKNOWN,
    Catalogue,
    Meaning,
    Place,
    Setting,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    HostIdentity,
    Observation,
    RegistryValue,
    fold,
    identify,
    join_path,
    path_key,
)

from .after import Write, after
from .effective import BETWEEN_WRITE_AND_BOOT, POLICY_SUFFIX, default_of, future_of
from .journal import debt, owners, touched_since_boot
from .meaning import is_malformed, meaning_of
from .model import Form, Origin, SettingState, State
from .suites import Names, Seen, curves_in_force, policy_counts, policy_curves_count, suites_in_force

#: List settings, with a Group Policy place and a local one: how the list in force is found, and whether the first wins.
_LISTS: t.Mapping[
    str,
    tuple[
        t.Callable[[Seen, Seen, HostIdentity, Catalogue], Names],
        t.Callable[[Form, RegistryValue | None], bool | None],
    ],
] = {
    "cipher_suites": (suites_in_force, policy_counts),
    "curves": (curves_in_force, policy_curves_count),
}


def read_state(observation: Observation, catalogue: Catalogue) -> State:
    """What the observation means, for every setting of the catalogue.

    Never raises: what cannot be understood is unread, malformed or unknown.
    """
    identity = identify(observation, catalogue)
    reader = _Reader(observation, identity)
    settings = {setting.id: reader.setting(setting) for setting in catalogue.settings.values()}
    in_force: dict[str, Names] = {}
    for group in _LISTS:
        in_force[group], in_force[f"future {group}"] = _lists(group, settings, identity, catalogue)
    return State(
        identity=identity,
        settings=settings,
        suites=in_force["cipher_suites"],
        future_suites=in_force["future cipher_suites"],
        curves=in_force["curves"],
        future_curves=in_force["future curves"],
        owners=owners(observation, catalogue.settings.values()),
        debt=debt(observation),
        observation=observation,
        catalogue=catalogue,
    )


@functools.lru_cache(maxsize=2)
def state_after(state: State, operations: tuple[Write, ...]) -> State:
    """What a reading right after the operations would mean: whoever plans, checks and carries out asks thrice."""
    return read_state(after(state.observation, operations), state.catalogue)


class _Reader:
    def __init__(self, observation: Observation, identity: HostIdentity) -> None:
        self._observation = observation
        self._identity = identity
        self._touched = touched_since_boot(observation)

    def setting(self, setting: Setting) -> SettingState:
        """One setting; a per-user setting is the sum of all loaded user hives."""
        if not setting.per_user:
            return self._state(setting, setting.places)
        found = [self._state(setting, _in_hive(setting, hive)) for hive in self._observation.user_hives]
        return _of_all_users(found) if found else self._state(setting, setting.places)

    def _state(self, setting: Setting, places: tuple[Place, ...]) -> SettingState:
        observation, os = self._observation, self._identity.os
        values = tuple(observation.value(place.key, place.name) for place in places)
        form = self._form(setting, places, values)
        unusable = form in (Form.UNREAD, Form.MALFORMED)
        configured = None if unusable else meaning_of(setting, values, default_of(setting, os))
        future, origin = future_of(setting, form, configured, os)
        written = max((time for place in places if (time := observation.written(place.key)) is not None), default=None)
        known_time = self._observation.origin != "host" or form in (Form.ABSENT, Form.UNREAD) or self._timed(written)
        pending = (
            setting.reboot and form is not Form.UNREAD and origin is not Origin.UNSUPPORTED and self._pending(places)
        )
        effective: Meaning = future
        if pending:
            effective = BETWEEN_WRITE_AND_BOOT[setting.kind]
        elif setting.reboot and not known_time and origin is not Origin.UNSUPPORTED:
            effective = UNKNOWN
        return SettingState(setting.id, form, values, configured, effective, future, origin, pending, written)

    def _form(self, setting: Setting, places: tuple[Place, ...], values: tuple[RegistryValue | None, ...]) -> Form:
        if not all(self._observation.was_read(place.key, place.name) for place in places):
            return Form.UNREAD
        found = [(place, value) for place, value in zip(places, values) if value is not None]
        if any(is_malformed(place, value, setting.kind) for place, value in found):
            return Form.MALFORMED
        if not found:
            return Form.ABSENT
        return Form.SET if len(found) == len(places) else Form.PARTIAL

    def _timed(self, written: int | None) -> bool:
        return written is not None and self._observation.machine.boot is not None

    def _pending(self, places: tuple[Place, ...]) -> bool:
        """A key time after the boot, or a change of ours since (which also shows when the key is gone by now)."""
        observation, boot = self._observation, self._observation.machine.boot
        for place in places:
            written = observation.written(place.key)
            if boot is not None and written is not None and written > boot:
                return True
            if (path_key(place.key), fold(place.name)) in self._touched:
                return True
        return False


def _in_hive(setting: Setting, hive: str) -> tuple[Place, ...]:
    return tuple(dataclasses.replace(place, key=join_path(hive, place.key)) for place in setting.places)


def _of_all_users(found: list[SettingState]) -> SettingState:
    """Users that agree are one answer.

    Where they differ the first state stays, with nothing said to count: the findings name each user.
    """
    first = found[0]
    if all(
        (state.form, state.configured, state.effective, state.future, state.pending)
        == (first.form, first.configured, first.effective, first.future, first.pending)
        for state in found
    ):
        return first
    return dataclasses.replace(
        first,
        configured=None,
        effective=UNKNOWN,
        future=UNKNOWN,
        origin=Origin.UNKNOWN,
        pending=any(state.pending for state in found),
    )


def _lists(
    group: str, settings: dict[str, SettingState], identity: HostIdentity, catalogue: Catalogue
) -> tuple[Names, Names]:
    """The list in force now and after the boot.

    Writes both back into the two settings of the group, where the loser is inert.
    """
    policy, local = settings.get(group + POLICY_SUFFIX), settings.get(f"{group}.local")
    if policy is None or local is None:
        return None, None
    in_force, counts = _LISTS[group]
    future = in_force(_seen(policy), _seen(local), identity, catalogue)
    unsure = [
        state for state in (policy, local) if state.pending or (state.effective == UNKNOWN and state.form is Form.SET)
    ]
    now = None if unsure else future
    wins = counts(*_seen(policy))
    for state, inert in ((policy, wins is False), (local, wins is True)):
        settings[state.setting] = _with_list(state, now, future, inert)
    return now, future


def _with_list(state: SettingState, now: Names, future: Names, inert: bool) -> SettingState:
    if state.form is Form.UNREAD or state.origin in (Origin.UNSUPPORTED, Origin.INERT):
        return state
    origin = Origin.INERT if inert and state.form is not Form.ABSENT else state.origin
    return dataclasses.replace(
        state, effective=UNKNOWN if now is None else now, future=UNKNOWN if future is None else future, origin=origin
    )


def _seen(state: SettingState) -> Seen:
    return state.form, state.values[0]
