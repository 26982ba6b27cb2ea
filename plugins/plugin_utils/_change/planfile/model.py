# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan: what was wanted of each host, what it was made from, and what would be written.

Words (design, section 2): *prior* is what was observed when the plan was made, *planned* what it predicts, *actual*
what is read after it was applied.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._host import RegistryValue
from ..._plan import Plan

#: Raised when a member of the file, or what it means, changes; a reader of another format refuses.
FORMAT_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Prior:
    """One registry value that the plan looked at. ``exists``: None = it could not be read."""

    path: str
    name: str
    exists: bool | None
    value: RegistryValue | None = None


@dataclasses.dataclass(frozen=True)
class Fact:
    """Something else that the plan depends on, in words: the build of Windows, who owns a value."""

    name: str
    value: str


@dataclasses.dataclass(frozen=True)
class Allowed:
    """An exception that kept a rule out of the plan, and the last day (ISO) on which it counts."""

    rule: str
    until: str


@dataclasses.dataclass(frozen=True)
class HostPlan:
    """The plan of one host.

    ``name``: in the inventory; ``computer`` and ``domain``: as the host calls itself. ``force``: whether values may be
    written that a Group Policy owns, or nobody knows who. ``baseline``: digest of what was wanted; ``observed``: digest
    of ``facts`` and ``prior``.
    """

    name: str
    computer: str
    domain: str
    force: bool
    baseline: str
    observed: str
    exceptions: tuple[Allowed, ...]
    plan: Plan
    facts: tuple[Fact, ...]
    prior: tuple[Prior, ...]


@dataclasses.dataclass(frozen=True)
class PlanFile:
    """The plans of several hosts, by name. ``version``: of the collection that made it; ``made_at``: ISO 8601, UTC."""

    version: str
    made_at: str
    ticket: str
    hosts: tuple[HostPlan, ...]

    def of(self, name: str) -> HostPlan | None:
        """The record of one host."""
        return next((host for host in self.hosts if host.name == name), None)


Data = dict[str, t.Any]
