# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the stages of a profile take away from the client side of a server, as suites know it. Pure."""

from __future__ import annotations

import types
import typing as t

from .._baseline import STAGES, Explicit, Profile
from .._catalogue import DISABLED, ENABLED

#: Setting -> beginning of the name of a cipher in the tables of the prober.
CIPHERS: t.Mapping[str, str] = types.MappingProxyType(
    {
        "ciphers.null": "NULL",
        "ciphers.des_56_56": "DES",
        "ciphers.triple_des_168": "3DES",
        **{f"ciphers.rc2_{bits}_128": "RC2" for bits in (40, 56, 128)},
        **{f"ciphers.rc4_{bits}_128": "RC4" for bits in (40, 56, 64, 128)},
    }
)
_HASHES: t.Mapping[str, str] = types.MappingProxyType({"hashes.md5": "MD5"})


class Lost(t.NamedTuple):
    """Versions (ids), beginnings of cipher names, MACs."""

    versions: frozenset[str]
    ciphers: tuple[str, ...]
    macs: frozenset[str]


def lost_by(profile: Profile, stage: str) -> Lost:
    """What is off after ``stage`` and all before it.

    Conditions of rules are not looked at, so this names the most that a partner can miss. What some hosts shall have on
    (TLS 1.3) is off only where it is not supported, and so is not lost.
    """
    until = STAGES[: STAGES.index(stage) + 1]
    wanted = {rule.setting for rule in profile.rules if _meaning(rule.want) == ENABLED}
    off = [
        rule.setting
        for rule in profile.rules
        if rule.stage in until and _meaning(rule.want) == DISABLED and rule.setting not in wanted
    ]
    parts = [setting.split(".") for setting in off]
    return Lost(
        frozenset(part[1] for part in parts if part[0] == "protocols" and part[-1] == "client"),
        tuple(sorted({CIPHERS[setting] for setting in off if setting in CIPHERS})),
        frozenset(_HASHES[setting] for setting in off if setting in _HASHES),
    )


def _meaning(want: t.Any) -> t.Any:
    return want.meaning if isinstance(want, Explicit) else want
