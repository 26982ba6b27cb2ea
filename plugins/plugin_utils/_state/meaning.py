# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From registry values to a meaning: the tables of guidance 2.1 and 2.2, nothing else.

A value of the wrong kind has no meaning (malformed, never guessed); what counts when nothing is set is the business
of :mod:`.effective`.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    UNKNOWN,
    UNSUPPORTED,
    Meaning,
    Place,
    Setting,
    SettingKind,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue

#: (Enabled, DisabledByDefault), each None = absent, False = 0, True = any other number -> meaning; "default" = that
#: of the OS.
#: Guidance 2.2 (S2, S2-old, S6). Enabled absent with DisabledByDefault 1 is described nowhere: it is read as the
#: weaker of its two possible
#: meanings, so it never passes for off (only Enabled = 0 is a hard off) and never for on.
PROTOCOL_TABLE: t.Mapping[tuple[bool | None, bool | None], str] = {
    (False, None): DISABLED,
    (False, False): DISABLED,
    (False, True): DISABLED,
    (True, False): ENABLED,
    (True, True): DISABLED_BY_DEFAULT,
    (True, None): "default decides",
    (None, False): ENABLED,
    (None, True): DISABLED_BY_DEFAULT,
    (None, None): "default",
}

#: Enabled = 1 alone: where Windows has the version on by default it is on; elsewhere the absent DisabledByDefault
#: counts as 1 (S2).
ENABLED_ALONE: t.Mapping[str, str] = {
    ENABLED: ENABLED,
    DISABLED: DISABLED_BY_DEFAULT,
    DISABLED_BY_DEFAULT: DISABLED_BY_DEFAULT,
    UNSUPPORTED: UNSUPPORTED,
}

#: Settings whose number has to be exactly 1 to count as on: .NET (S11; HealthChecker takes any other number as not
#: set, S9).
ONE_IS_ON: frozenset[str] = frozenset({"dotnet"})


def is_malformed(place: Place, value: RegistryValue, kind: SettingKind) -> bool:
    """Whether a value is of another kind than Windows reads there, or its bytes are not canonical for the kind."""
    if value.raw or value.kind != place.kind:
        return True
    # One element with commas in it: the Exchange page writes it so for 2012 R2; whether Schannel reads it is
    # unconfirmed (guidance 1.6).
    listed = value.data if kind is SettingKind.LIST and isinstance(value.data, tuple) else ()
    return any("," in element for element in listed)


def meaning_of(setting: Setting, values: t.Sequence[RegistryValue | None], default: Meaning | None) -> Meaning | None:
    """What well-formed values say; None when they say nothing (absent).

    ``default``: the meaning of "absent" on this OS, None = unknown.
    """
    if setting.kind is SettingKind.PROTOCOL:
        return _protocol(values, default)
    value = values[0]
    if value is None:
        return None
    if setting.group in ONE_IS_ON and value.data not in (0, 1):
        return UNKNOWN
    return _READERS[setting.kind](value)


def _protocol(values: t.Sequence[RegistryValue | None], default: Meaning | None) -> Meaning | None:
    enabled, by_default = (None if value is None else bool(value.data) for value in values)
    row = PROTOCOL_TABLE[enabled, by_default]
    if row == "default":
        return None
    if row == "default decides":
        return ENABLED_ALONE.get(str(default), UNKNOWN)
    return row


def _switch(value: RegistryValue) -> Meaning:
    return ENABLED if value.data else DISABLED


def _number(value: RegistryValue) -> Meaning:
    return value.data if isinstance(value.data, int) else UNKNOWN


def list_names(value: RegistryValue) -> tuple[str, ...]:
    """The names of a list as they stand there: elements of a REG_MULTI_SZ, parts between the commas of a REG_SZ.

    An empty text has none.
    """
    if isinstance(value.data, tuple):
        return value.data
    if isinstance(value.data, str) and value.data:
        return tuple(value.data.split(","))
    return ()


_READERS: t.Mapping[SettingKind, t.Callable[[RegistryValue], Meaning]] = {
    SettingKind.ALGORITHM: _switch,
    SettingKind.FLAG: _switch,
    SettingKind.NUMBER: _number,
    SettingKind.MASK: _number,
    SettingKind.LIST: list_names,
}
