# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a finding is, whoever makes it: one statement about one setting, key, endpoint or certificate."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

__all__ = ["Finding", "Kind", "Severity", "finding_data", "in_order"]


class Severity(str, enum.Enum):
    """error: not as it must be; warning: should be looked at; note: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_RANK: t.Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}


@dataclasses.dataclass(frozen=True)
class Finding:
    """One statement; ``id`` is stable and listed in docs/findings.md."""

    id: str
    severity: Severity
    subject: str  #: setting id, registry path or endpoint
    message: str
    reason: str
    remedy: str
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A row of a table of findings: ``what`` is wrong, ``why`` it matters, ``remedy``: what to do; for a person.

    ``sources``: tags of the catalogue.
    """

    id: str
    severity: Severity
    title: str
    what: str
    why: str
    remedy: str
    sources: tuple[str, ...]

    def finding(self, subject: str, message: str, remedy: str = "") -> Finding:
        """This kind, found at ``subject``; ``remedy`` where there is a better one than that of the kind."""
        return Finding(self.id, self.severity, subject, message, self.why, remedy or self.remedy, self.sources)


def in_order(findings: t.Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once, the worst first, then by id, subject and message."""
    return tuple(sorted(set(findings), key=lambda one: (_RANK[one.severity], one.id, one.subject, one.message)))


def finding_data(finding: Finding) -> dict[str, t.Any]:
    """As plain data for a result."""
    return {
        **dataclasses.asdict(finding),
        "severity": finding.severity.value,
        "sources": list(finding.sources),
    }
