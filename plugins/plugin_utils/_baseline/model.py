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


class Absent(enum.Enum):
    """The wanted state "no value": Windows' own default is the recommendation."""

    ABSENT = "absent"


@dataclasses.dataclass(frozen=True)
class When:
    """To which hosts a rule applies; every given field must match, an empty field matches all.

    ``exchange``: versions (ex2013 ...); ``exchange_build``: a comparison such as ">=15.2.1748.10"; ``role``: mailbox, edge, none; ``group``: inventory groups.
    ``unknown_matches``: False everywhere; an unknown fact makes the verdict unknown, never a silent match.
    """

    os: tuple[str, ...] = ()
    exchange: tuple[str, ...] = ()
    exchange_build: str = ""
    role: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    able: tuple[str, ...] = ()  #: abilities of the Exchange build (catalogue, ExchangeRelease.can)


@dataclasses.dataclass(frozen=True)
class Rule:
    """One flat record: wanted meaning of one setting. ``want`` may also be {"add": mask bits} on the OS default for MASK settings (design 15.13)."""

    id: str
    setting: str
    want: Meaning | Absent | t.Mapping[str, t.Any]
    stage: str
    severity: str  #: of the finding when it is not met: error | warning | note
    reason: str
    sources: tuple[str, ...]
    when: When
    profile: str
    place: str = ""  #: file:line:column of the definition


@dataclasses.dataclass(frozen=True)
class ExceptionEntry:
    """An allowed deviation; ``until`` is an ISO date. ``hosts``: inventory names or group names, empty = all."""

    rule: str
    owner: str
    reason: str
    ticket: str
    until: str
    hosts: tuple[str, ...]
    place: str


@dataclasses.dataclass(frozen=True)
class Baseline:
    """Rules that apply to one host, with what was left out and why."""

    profile: str
    rules: tuple[Rule, ...]  #: applicable, in stage order, one per setting
    not_applicable: t.Mapping[str, str]  #: rule id -> reason
    undecided: t.Mapping[str, str]  #: rule id -> the fact that is unknown
    exempt: t.Mapping[str, ExceptionEntry]  #: rule id -> exception in force
