# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What endpoints answered (results of ``endpoint_info``), one row each. Silence is never a refusal."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import VERSIONS

from .finding_rows import finding_rows
from .plain import record, records, words

Data = dict[str, t.Any]

ACCEPTED = "accepted"
_CONNECTS, _NOT_KNOWN = "connects", "unknown"
REFUSED: tuple[str, ...] = ("refused", "refused_by_close")


def endpoint(answer: Data) -> Data:
    """One answer of ``endpoint_info``. Versions that were not tried or gave no clear answer are ``unsure``."""
    versions = record(answer.get("versions"))
    states = {version: record(versions.get(version)).get("state") for version in VERSIONS}
    suites = {str(suite.get("id")) for version in versions.values() for suite in records(record(version).get("suites"))}
    certificates = answer.get("certificates")
    return {
        "endpoint": name(answer),
        "service": str(answer.get("service") or ""),
        "transport": str(answer.get("transport") or ""),
        "status": str(answer.get("status") or "unknown"),
        "detail": str(answer.get("detail") or ""),
        "accepted": [version for version, state in states.items() if state == ACCEPTED],
        "refused": [version for version, state in states.items() if state in REFUSED],
        "unsure": [version for version, state in states.items() if state != ACCEPTED and state not in REFUSED],
        "suites": len(suites),
        "certificates": len(certificates) if isinstance(certificates, list) else 0,
        "connections": answer.get("connections") if isinstance(answer.get("connections"), int) else None,
        "score": _score(record(answer.get("score"))),
        "certificate_until": _until(record(answer.get("certificate_audit"))),
        "findings": finding_rows(answer),
        "cut_off": [
            {"name": str(one.get("name") or ""), "detail": str(one.get("detail") or "")}
            for one in records(answer.get("clients"))
            if one.get("outcome") not in (_CONNECTS, _NOT_KNOWN)
        ],
    }


def _score(score: Data) -> Data:
    """Points and letter; null where nothing was proven or judged."""
    points, letter = score.get("points"), score.get("letter")
    known = isinstance(points, int) and isinstance(letter, str)
    return {
        "points": points if known else None,
        "letter": letter if known else None,
        "complete": bool(score.get("complete")),
    }


def _until(audit: Data) -> str:
    """The day on which the first of the endpoint's own certificates ends."""
    leaves = (records(chain.get("certificates"))[:1] for chain in records(audit.get("chains")))
    ends = [str(leaf[0].get("not_after")) for leaf in leaves if leaf and leaf[0].get("not_after")]
    return min(ends)[:10] if ends else ""


def name(answer: Data) -> str:
    """``https ex1.example:443``: how people name an endpoint."""
    return f"{answer.get('service') or answer.get('transport') or 'tls'} {answer.get('host')}:{answer.get('port')}"


def by_version(rows: t.Iterable[Data], version: str) -> Data:
    """The names of the endpoints that accept, refuse, or do not clearly answer one version."""
    found = list(rows)
    return {
        kind: [row["endpoint"] for row in found if version in words(row[kind])]
        for kind in ("accepted", "refused", "unsure")
    }
