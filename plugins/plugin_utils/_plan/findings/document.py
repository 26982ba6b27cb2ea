# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all findings, made from the table."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue

from .check import Check
from .table import FAMILIES

_HEAD = """<!--
Copyright (c) 2026 msexchange.tls contributors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Made from the table of findings in the code; change it there and run: make docs/findings.md
-->

# Findings

A finding is one statement about one setting, key or endpoint of a host.
Its id is stable: reports, filters and tickets may rely on it.

| Severity | Meaning |
| --- | --- |
| error | not as it must be: something fails, is open, or does not do what it seems to |
| warning | should be looked at |
| note | worth knowing |
"""


def render_findings(catalogue: Catalogue) -> str:
    """The text of ``docs/findings.md``: an overview, then every finding with what, why, remedy and sources."""
    parts = [_HEAD, "## Overview\n", "| Id | Severity | Title |", "| --- | --- | --- |"]
    parts += [
        f"| [{check.id}](#{_anchor(check.id)}) | {check.severity.value} | {_cell(check.title)} |" for check in _checks()
    ]
    for family, checks in FAMILIES.items():
        parts.append(f"\n## {family}")
        parts += [_section(check, catalogue) for check in checks]
    return "\n".join(parts) + "\n"


def _checks() -> t.Iterator[Check]:
    for checks in FAMILIES.values():
        yield from checks


def _section(check: Check, catalogue: Catalogue) -> str:
    sources = "\n".join(f"- {tag}: {catalogue.sources[tag]}" for tag in check.sources)
    return (
        f"\n### {check.id}\n\n**{check.title}** ({check.severity.value})\n\n{check.what}\n\n"
        f"Why: {check.why}\n\nRemedy: {check.remedy}\n\nSources:\n\n{sources}"
    )


def _anchor(identifier: str) -> str:
    return identifier.replace(".", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
