# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all findings, made from the tables of the rooms that make them."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import FAMILIES as CHANGE_FAMILIES
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import FAMILIES as ENDPOINT_FAMILIES
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import FAMILIES as HOST_FAMILIES

#: Every family of findings that there is, in the order of the page.
ALL_FAMILIES: t.Mapping[str, tuple[Kind, ...]] = {**HOST_FAMILIES, **CHANGE_FAMILIES, **ENDPOINT_FAMILIES}

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
        f"| [{kind.id}](#{_anchor(kind.id)}) | {kind.severity.value} | {_cell(kind.title)} |" for kind in _kinds()
    ]
    for family, kinds in ALL_FAMILIES.items():
        parts.append(f"\n## {family}")
        parts += [_section(kind, catalogue) for kind in kinds]
    return "\n".join(parts) + "\n"


def _kinds() -> t.Iterator[Kind]:
    for kinds in ALL_FAMILIES.values():
        yield from kinds


def _section(kind: Kind, catalogue: Catalogue) -> str:
    sources = "\n".join(f"- {tag}: {catalogue.sources[tag]}" for tag in kind.sources)
    return (
        f"\n### {kind.id}\n\n**{kind.title}** ({kind.severity.value})\n\n{kind.what}\n\n"
        f"Why: {kind.why}\n\nRemedy: {kind.remedy}\n\nSources:\n\n{sources}"
    )


def _anchor(identifier: str) -> str:
    return identifier.replace(".", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
