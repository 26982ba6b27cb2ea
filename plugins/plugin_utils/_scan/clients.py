# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clients do not connect, and why; those with the same reason together."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import endpoint_name

from .layout import clean, paragraph

Data = t.Mapping[str, t.Any]


def client_lines(endpoints: t.Iterable[Data]) -> list[str]:
    """For each endpoint that answered, how many clients connect, and the others by reason."""
    lines: list[str] = []
    for endpoint in endpoints:
        clients = endpoint.get("clients") or ()
        if endpoint.get("status") != "answered" or not clients:
            continue
        lost = [client for client in clients if client["outcome"] not in ("connects", "unknown")]
        known = sum(client["outcome"] == "connects" for client in clients)
        counts = f"{known} connect, {len(lost)} do not, of {len(clients) - known - len(lost)} it is not known"
        lines += paragraph(f"{endpoint_name(endpoint)}: {counts}.", 2, 2)
        for reason, names in _by_reason(lost).items():
            lines += paragraph(f"{reason}.", 4)
            lines += paragraph("; ".join(names), 6)
        for client in clients:
            if client["verified"] is False:
                words = f"{clean(client['name'])}: {clean(client['detail'])}."
                lines += paragraph(f"Prediction and replay differ. {words}", 4, 2)
    return lines


def _by_reason(clients: t.Iterable[Data]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for client in clients:
        reasons.setdefault(clean(client["detail"]), []).append(clean(client["name"], 200))
    return reasons
