# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of ``endpoint_info`` in few words, for tests of what they mean."""

from __future__ import annotations

import typing as t

VERSIONS = ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")
ECDHE_GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
ECDHE_CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
RSA_CBC = "TLS_RSA_WITH_AES_128_CBC_SHA"
TRIPLE_DES = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"
RC4 = "TLS_RSA_WITH_RC4_128_SHA"
TLS_1_3 = "TLS_AES_256_GCM_SHA384"


def answer(
    service: str = "https",
    port: int = 443,
    transport: str = "tls",
    *,
    host: str = "ex01.example.org",
    status: str = "answered",
    detail: str = "",
    order: str = "server",
    complete: bool = True,
    facts: t.Mapping[str, t.Any] | None = None,
    **accepted: t.Sequence[str] | None,
) -> dict[str, t.Any]:
    """One answer. ``accepted``: version -> suites in the order of the server; None = unknown, left out = refused."""
    silent = status != "answered"
    rows: dict[str, t.Any] = {}
    for version in VERSIONS:
        suites = accepted.get(version, ())
        state = "unknown" if silent or suites is None else "accepted" if suites else "refused"
        rows[version] = {
            "state": state,
            "alert": 70 if state == "refused" else None,
            "suites": [{"id": 0, "name": name} for name in suites or ()],
            "order": order if state == "accepted" else "unknown",
            "complete": complete and state == "accepted",
            "note": "",
        }
    return {
        "host": host,
        "name": None,
        "port": port,
        "service": service,
        "transport": transport,
        "server_name": None,
        "address": "192.0.2.1",
        "status": status,
        "detail": detail,
        "versions": rows,
        "certificates": [],
        "chains": [],
        "facts": dict(facts or {}),
        "connections": 6,
        "refused_hellos": 3,
    }
