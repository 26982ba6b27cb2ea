# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted: rules, profiles, overlays, exceptions, and a baseline resolved for one host."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Meaning

#: In the order in which a careful team goes (guidance 8.1).
STAGES: tuple[str, ...] = ("prepare", "obsolete", "retire", "renegotiation", "suites", "tls13")

#: How bad it is when a rule is not met.
SEVERITIES: tuple[str, ...] = ("error", "warning", "note")

ROLES: tuple[str, ...] = ("mailbox", "edge", "none")

#: The profile that is used when none is named.
DEFAULT_PROFILE = "exchange_current"


class Absent(enum.Enum):
    """The wanted state "no value": Windows' own default is the recommendation."""

    ABSENT = "absent"


@dataclasses.dataclass(frozen=True)
class Explicit:
    """The meaning must be written down, in every value of the setting: a default that happens to be the same is not
    enough. Microsoft's Exchange page asks for that (S1), and HealthChecker reports a missing value as an error (S9).
    """

    meaning: Meaning


@dataclasses.dataclass(frozen=True)
class Bits:
    """Bits that a mask must have (``add``) and must not have (``without``); all others stay as they are found.

    An absent value stays absent where the default of the operating system already fits (design 15.13).
    """

    add: int = 0
    without: int = 0


#: What a rule wants of its setting.
Want = Meaning | Absent | Explicit | Bits


@dataclasses.dataclass(frozen=True)
class When:
    """To which hosts a rule applies; every given field must match, an empty field matches all.

    ``exchange``: versions (ex2013 ...) or "none" for Windows without Exchange; ``exchange_build``: comparisons such as
    ">=15.2.1748.10", several joined by commas; ``role``: mailbox, edge, none; ``group``: inventory groups, one is
    enough; ``able`` and ``unable``: abilities that the Exchange build must have, must lack (catalogue,
    ExchangeRelease.can). An unknown fact neither matches nor excludes: the rule is then undecided.
    """

    os: tuple[str, ...] = ()
    exchange: tuple[str, ...] = ()
    exchange_build: str = ""
    role: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    able: tuple[str, ...] = ()
    unable: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rule:
    """One flat record: the wanted meaning of one setting.

    A record of a file that names several settings becomes one rule for each; ``record`` is the id of that record and
    ``id`` adds the name that the record gives the setting (``tls_1_0.server``).
    """

    id: str
    setting: str
    want: Want
    stage: str
    severity: str  #: of the finding when it is not met: error | warning | note
    reason: str
    sources: tuple[str, ...]
    when: When
    profile: str
    record: str = ""
    place: str = ""  #: file:line:column of the definition


@dataclasses.dataclass(frozen=True)
class Profile:
    """A named set of rules, the rules of the profile that it extends included."""

    name: str
    title: str
    description: str
    rules: tuple[Rule, ...]
    extends: str = ""


@dataclasses.dataclass(frozen=True)
class Change:
    """What an overlay does to one rule (or to every rule of one record): a new ``want``, or ``remove``."""

    rule: str
    want: Want | None
    remove: bool
    place: str


@dataclasses.dataclass(frozen=True)
class ExceptionEntry:
    """An allowed deviation; ``until`` is the last day (ISO date) on which it counts.

    ``hosts``: inventory names or group names, empty = all.
    """

    rule: str
    owner: str
    reason: str
    ticket: str
    until: str
    hosts: tuple[str, ...]
    place: str


@dataclasses.dataclass(frozen=True)
class Baseline:
    """Rules that apply to one host, with what was left out and why.

    ``considered`` holds every rule after the overlays, by id; ``rules`` those that apply and are not exempt.
    """

    profile: str
    rules: tuple[Rule, ...]  #: applicable, in stage order
    not_applicable: t.Mapping[str, str]  #: rule id -> reason
    undecided: t.Mapping[str, str]  #: rule id -> the fact that is unknown
    exempt: t.Mapping[str, ExceptionEntry]  #: rule id -> exception in force
    considered: t.Mapping[str, Rule] = dataclasses.field(default_factory=dict)

    @property
    def direct(self) -> bool:
        """Single settings that were asked for by name: there is no profile, and no stage to speak of."""
        return not self.profile
