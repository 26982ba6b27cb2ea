# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a wanted meaning to registry values: the writing side of the tables in ``_state``."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Bits
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    REG_MULTI_SZ,
    Meaning,
    OperatingSystem,
    Place,
    Setting,
    SettingKind,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Data, RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import ONE_IS_ON, default_of

from .model import Operation

#: Enabled and DisabledByDefault for each meaning of a protocol (S1).
PROTOCOL_VALUES: t.Mapping[str, tuple[int, int]] = {
    ENABLED: (1, 0),
    DISABLED: (0, 1),
    DISABLED_BY_DEFAULT: (1, 1),
}

_SWITCHES = frozenset({SettingKind.PROTOCOL, SettingKind.ALGORITHM, SettingKind.FLAG})

#: The only documented value that switches a cipher, hash or key exchange on; 1 is reported to break RDP (guidance 2.1).
ALGORITHM_ON = 0xFFFFFFFF


def data_for(setting: Setting, meaning: Meaning) -> tuple[Data, ...]:
    """The data that say ``meaning``, in the order of the places. The baseline has checked that they can."""
    if setting.kind is SettingKind.PROTOCOL:
        return PROTOCOL_VALUES[str(meaning)]
    if setting.kind is SettingKind.ALGORITHM:
        return (ALGORITHM_ON if meaning == ENABLED else 0,)
    if setting.kind is SettingKind.FLAG:
        return (1 if meaning == ENABLED else 0,)
    if isinstance(meaning, tuple):
        return (meaning if setting.places[0].kind == REG_MULTI_SZ else ",".join(meaning),)
    return (meaning,)


def writes(setting: Setting, found: tuple[RegistryValue | None, ...], meaning: Meaning) -> tuple[Operation, ...]:
    """The operations that make the values say ``meaning``; values that say it already are left as they are."""
    wanted = zip(setting.places, found, data_for(setting, meaning))
    return tuple(
        Operation("set", place.key, place.name, value, RegistryValue(place.name, place.kind, data))
        for place, value, data in wanted
        if not same_meaning(setting, place, value, data)
    )


def deletions(setting: Setting, found: tuple[RegistryValue | None, ...]) -> tuple[Operation, ...]:
    """The operations that take the values away that are there."""
    return tuple(
        Operation("delete_value", place.key, place.name, value, None)
        for place, value in zip(setting.places, found)
        if value is not None
    )


def same_meaning(setting: Setting, place: Place, value: RegistryValue | None, data: Data) -> bool:
    """Whether a value says what ``data`` says. For a switch every number but 0 is the same (S2, S6), unless exactly 1
    is on (.NET, S11).
    """
    if value is None or value.raw or value.kind != place.kind:
        return False
    if setting.kind in _SWITCHES and setting.group not in ONE_IS_ON:
        return bool(value.data) == bool(data)
    return value.data == data


def with_bits(mask: int, bits: Bits) -> int:
    """The mask with what is to be added and without what is to go."""
    return (mask | bits.add) & ~bits.without


def bits_fit(mask: int, bits: Bits) -> bool:
    """Whether nothing has to be added or taken away."""
    return with_bits(mask, bits) == mask


def default_mask(setting: Setting, system: OperatingSystem | None) -> int | None:
    """The mask that a Windows uses without a value; None when that is not known."""
    default = default_of(setting, system)
    return default if isinstance(default, int) else None
