# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an observation means: configured, effective, pending (the words of the design, section 2)."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, Meaning
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import HostIdentity, Observation, RegistryValue


class Form(str, enum.Enum):
    """How the values of a setting were found."""

    UNREAD = "unread"  #: the zero value: nothing is known; never a pass
    ABSENT = "absent"
    SET = "set"
    PARTIAL = "partial"  #: one of a protocol's two values
    MALFORMED = "malformed"  #: wrong kind or non-canonical bytes; never guessed


class Origin(str, enum.Enum):
    """Why the effective meaning is what it is."""

    UNKNOWN = "unknown"
    REGISTRY = "registry"
    OS_DEFAULT = "os_default"
    GROUP_POLICY = (
        "group_policy"  #: a value in a Group Policy place that wins (its owner is told apart by State.owners)
    )
    UNSUPPORTED = "unsupported"  #: this OS has no such thing, whatever is written
    INERT = "inert"  #: a value that this OS or another value makes without effect


@dataclasses.dataclass(frozen=True)
class SettingState:
    """One setting on one host.

    ``values``: registry values in the order of Setting.places, None = absent. ``configured``: meaning of what the
    registry says now, None when absent, malformed or unread. ``effective``: what counts since the last boot (a
    Meaning, or unknown/unsupported/mixed). ``future``: what will count after the next boot.
    ``pending``: future differs from what counted at boot, or that cannot be excluded because the key was written
    after the boot. ``written``: FILETIME of the key.
    """

    setting: str
    form: Form
    values: tuple[RegistryValue | None, ...]
    configured: Meaning | None
    effective: Meaning
    future: Meaning
    origin: Origin
    pending: bool
    written: int | None


@dataclasses.dataclass(frozen=True)
class Debt:
    """A reboot that a change of ours still needs: the change ids, oldest first.

    ``unfinished``: those among them that were begun and did not end well; they can be taken back.
    """

    changes: tuple[str, ...]
    unfinished: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class State:
    """All settings of one host, by setting id, with what they were read from. The same only as itself.

    ``owners``: setting id -> "us" | "group_policy" | "unknown" for values in Group Policy places that exist (design
    15.9).
    ``suites``: names in force (policy list if it counts, else local list, else OS default), None = unknown;
    ``curves`` likewise. ``future_suites``/``future_curves``: after the next boot.
    """

    identity: HostIdentity
    settings: t.Mapping[str, SettingState]
    suites: tuple[str, ...] | None
    future_suites: tuple[str, ...] | None
    curves: tuple[str, ...] | None
    future_curves: tuple[str, ...] | None
    owners: t.Mapping[str, str]
    debt: Debt
    observation: Observation
    catalogue: Catalogue
