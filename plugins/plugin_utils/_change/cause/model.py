# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A setting that moved since a change of ours, and what is known about why."""

from __future__ import annotations

import dataclasses
import enum

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue


class CauseKind(str, enum.Enum):
    """Who or what; the first that the evidence bears out, in this order. The zero value is unknown."""

    UNKNOWN = "unknown"
    OURS_UNDONE = "ours_undone"  #: taken back by this collection
    GROUP_POLICY = "group_policy"  #: Group Policy's own record names the value
    GROUP_POLICY_PREFERENCES = "group_policy_preferences"  #: an item that was applied to this host names it
    EXCHANGE_UPDATE = "exchange_update"  #: written about when the setup of another Exchange build ran
    BY_HAND = "by_hand"  #: written after the change, and none of the above: by a person or a program of theirs


@dataclasses.dataclass(frozen=True)
class Cause:
    """Why, with a sentence of evidence; ``sources``: tags of the catalogue for what the evidence rests on."""

    kind: CauseKind
    evidence: str
    sources: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Drift:
    """One value of a setting that is not as the newest change of ours left it.

    ``change``: the change that last set it; ``left``: what it left there; ``found``: what is there; None = absent.
    """

    setting: str
    change: str
    path: str
    name: str
    left: RegistryValue | None
    found: RegistryValue | None
    cause: Cause
