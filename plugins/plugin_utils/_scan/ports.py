# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line for each endpoint: versions, suites, order, end of the certificate, score."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import endpoint_name, suite_names, versions_of

from .layout import clean, columns

Data = t.Mapping[str, t.Any]

_HEAD = ("Endpoint", "Versions", "Suites", "Order", "Certificate ends", "Score")


def port_lines(endpoints: t.Sequence[Data]) -> list[str]:
    """A table; an endpoint that did not answer in TLS has a sentence instead of columns."""
    return columns([_HEAD, *(_row(endpoint) for endpoint in endpoints)])


def _row(endpoint: Data) -> tuple[str, ...]:
    name = endpoint_name(endpoint)
    if endpoint.get("status") != "answered":
        return name, f"{clean(endpoint.get('status'), 40)}: {clean(endpoint.get('detail'))}."
    return name, versions_word(endpoint), _suites(endpoint), _order(endpoint), end_word(endpoint), _score(endpoint)


def versions_word(endpoint: Data) -> str:
    """The accepted versions, and with a question mark those that are not known: ``SSL 3.0  TLS 1.0 1.2 1.3?``."""
    rows = versions_of(endpoint)
    families: dict[str, list[str]] = {}
    for version in Version:
        state = rows.get(version.id, {}).get("state")
        if state in ("accepted", "unknown"):
            family, number = version.label.split(" ")
            families.setdefault(family, []).append(number + "?" * (state == "unknown"))
    return ", ".join(f"{family} {' '.join(numbers)}" for family, numbers in families.items()) or "none"


def _accepted(endpoint: Data) -> list[Data]:
    return [row for row in versions_of(endpoint).values() if row.get("state") == "accepted"]


def _suites(endpoint: Data) -> str:
    rows = _accepted(endpoint)
    number = len({name for row in rows for name in suite_names(row)})
    return f"{number}{'' if all(row.get('complete') is True for row in rows) else '+'}"


def _order(endpoint: Data) -> str:
    orders = sorted({str(row.get("order")) for row in _accepted(endpoint)} - {"unknown"})
    return "/".join(clean(order, 10) for order in orders) or "-"


def end_word(endpoint: Data) -> str:
    """The day on which the first of its certificates ends (UTC)."""
    chains = endpoint.get("certificate_audit", {}).get("chains") or ()
    ends = [chain["certificates"][0]["not_after"] for chain in chains if chain["certificates"]]
    known = sorted(end for end in ends if isinstance(end, str))
    return known[0][:10] if known else "-"


def _score(endpoint: Data) -> str:
    score = endpoint["score"]
    if score["points"] is None:
        return "-"
    return f"{'' if score['complete'] else 'at most '}{score['points']} {score['letter']}"
