# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The raw observation as plain data, ready for JSON: what ``endpoint_info`` returns per endpoint."""

from __future__ import annotations

import base64
import typing as t

from ._details import free_facts
from ._endpoint import Endpoint
from ._status import Status
from ._suites import suite
from ._survey import ALL_VERSIONS, Survey, VersionRecord

__all__ = ["result", "suites_of"]


def result(survey: Survey, status: Status, detail: str) -> dict[str, t.Any]:
    """Every version is there, also the unknown ones: what was not seen must be visible as not seen."""
    session = survey.session
    certificates, chains = _certificates(survey.chains)
    return {
        **_identity(session.endpoint),
        "address": session.address or session.endpoint.address,
        "status": status.value,
        "detail": detail,
        "versions": {version.id: _version(survey.records[version]) for version in reversed(ALL_VERSIONS)},
        "certificates": certificates,
        "chains": chains,
        "facts": {**free_facts(survey.choices), **survey.facts, **_failing(survey)},
        "connections": session.connections,
        "refused_hellos": session.refused_hellos,
    }


def _identity(endpoint: Endpoint) -> dict[str, t.Any]:
    return {
        "host": endpoint.host,
        "port": endpoint.port,
        "service": endpoint.service,
        "transport": endpoint.transport.value,
        "server_name": endpoint.server_name,
    }


def _version(record: VersionRecord) -> dict[str, t.Any]:
    return {
        "state": record.state.value,
        "alert": None if record.alert is None else int(record.alert),
        "suites": suites_of(record.suites),
        "order": record.order.value,
        "complete": record.complete,
        "note": record.note,
    }


def _failing(survey: Survey) -> dict[str, t.Any]:
    """Suites that the endpoint chooses and then fails with: a client that offers one may be unable to connect."""
    return {"failing_suites": suites_of(sorted(survey.failing))} if survey.failing else {}


def suites_of(numbers: t.Iterable[int]) -> list[dict[str, t.Any]]:
    return [{"id": number, "name": suite(number).name} for number in numbers]


def _certificates(
    chains: t.Mapping[str, tuple[bytes, ...]],
) -> tuple[list[str], list[dict[str, t.Any]]]:
    """All certificates once, and per kind of key the positions that make up the chain as it was sent, leaf first."""
    ders: list[bytes] = []
    positions = []
    for authentication, chain in sorted(chains.items()):
        ders.extend(der for der in dict.fromkeys(chain) if der not in ders)
        positions.append({"authentication": authentication, "certificates": [ders.index(der) for der in chain]})
    return [base64.b64encode(der).decode("ascii") for der in ders], positions
