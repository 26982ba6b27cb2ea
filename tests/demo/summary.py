# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table at the end of the demonstration: the first report beside the last proof."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._report import render_text

Report = dict[str, t.Any]


def before_and_after(reports: pathlib.Path) -> str:
    """One table: per server a row of the audit that began the story, and one of the verification that ended it."""
    first, last = _read(reports, "audit-*"), _read(reports, "verify-*")
    begun = {host["name"]: host for host in first["hosts"]}
    for host in last["hosts"]:
        host["before"], host["after"] = begun[host["name"]]["before"], host["before"]
    return render_text({**last, "title": "Before the first and after the last change"})


def _read(reports: pathlib.Path, pattern: str) -> Report:
    found: Report = json.loads((sorted(reports.glob(pattern))[-1] / "report.json").read_text(encoding="utf-8"))
    return found
