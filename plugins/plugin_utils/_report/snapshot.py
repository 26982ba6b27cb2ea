# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One reading of one server in numbers: what the rows of the overview and the verdict are made of."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    ENABLED,
    SIDES,
    UNKNOWN,
    UNSUPPORTED,
    VERSIONS,
)

from .plain import record, records
from .words import EXEMPT, FAIL, NOT_APPLICABLE, PASS, SEVERITIES, VERDICTS

Data = dict[str, t.Any]

_EFFECTIVE = "effective"
_FULFILLED = (_EFFECTIVE, "not_applicable")

#: An endpoint that contradicts the settings fails a server whose settings are all as wanted.
_CONTRADICTION = "observed."


def was_read(result: t.Any) -> bool:
    """Is this a result of ``state_info`` that says something?"""
    return isinstance(result, dict) and isinstance(result.get("settings"), dict)


def problem(result: t.Any, doing: str) -> str:
    """Why a result says nothing, as one sentence. ``doing``: what was tried, such as ``Reading the server``."""
    found = record(result)
    message = str(found.get("msg") or "no reason was given").rstrip(".")
    if found.get("unreachable"):
        return f"{doing} failed, it was unreachable: {message}."
    if found.get("skipped"):
        return f"{doing} was skipped."
    return f"{doing} failed: {message}."


def snapshot(state: Data) -> Data:
    """Versions per side, counts of suites, findings and rules, and the verdict of one result of ``state_info``."""
    findings, rules = records(state.get("findings")), records(state.get("rules"))
    suites = state.get("suites")
    return {
        "versions": {side: _versions(state, side) for side in SIDES},
        "suites": len(suites) if isinstance(suites, list) else None,
        "findings": {
            severity: sum(finding.get("severity") == severity for finding in findings) for severity in SEVERITIES
        },
        "rules": {verdict: sum(verdict_of(rule) == verdict for rule in rules) for verdict in VERDICTS},
        "pending": sorted(name for name, row in record(state.get("settings")).items() if record(row).get("pending")),
        "reboot_required": bool(state.get("reboot_required")),
        "reached": reached(records(state.get("stages"))),
        "verdict": verdict(rules, findings),
    }


def reached(stages: t.Iterable[Data]) -> str:
    """The last stage that counts since the boot, with all stages before it; empty when not even the first does."""
    last = ""
    for row in stages:
        if row.get("state") not in _FULFILLED:
            break
        if row.get("state") == _EFFECTIVE:
            last = str(row.get("stage") or "")
    return last


def verdict_of(rule: Data) -> str:
    """One of the five words; whatever else stands there is unknown."""
    found = rule.get("verdict")
    return found if found in VERDICTS else UNKNOWN


def verdict(rules: t.Sequence[Data], findings: t.Sequence[Data]) -> str:
    """The verdict of a whole server: what was not read is never a pass, and nothing at all is unknown."""
    found = {verdict_of(rule) for rule in rules}
    contradicted = any(
        str(finding.get("id")).startswith(_CONTRADICTION) and finding.get("severity") == "error" for finding in findings
    )
    if contradicted:
        return FAIL
    return next((one for one in (FAIL, UNKNOWN, PASS, EXEMPT, NOT_APPLICABLE) if one in found), UNKNOWN)


def _versions(state: Data, side: str) -> Data:
    effective = {version: protocol(state, version, side).get("effective") for version in VERSIONS}
    return {
        "on": [version for version, meaning in effective.items() if meaning == ENABLED],
        "unsure": [
            version for version, meaning in effective.items() if meaning not in (ENABLED, DISABLED, UNSUPPORTED)
        ],
    }


def protocol(state: Data, version: str, side: str) -> Data:
    """The setting of one version and side as ``state_info`` returned it."""
    return record(record(state.get("settings")).get(f"protocols.{version}.{side}"))
