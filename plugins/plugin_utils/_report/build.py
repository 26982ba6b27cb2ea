# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the roles registered to the report: the only form that is kept, everything else is a view of it."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

from .groups import compared, partner_row
from .host import host
from .plain import clean, records
from .schema import SCHEMA, SCHEMA_VERSION
from .words import VERDICTS, word

Data = dict[str, t.Any]


def build_report(
    hosts: t.Sequence[t.Mapping[str, t.Any]],
    *,
    title: str,
    made_at: str,
    version: str,
    partners: t.Sequence[t.Mapping[str, t.Any]] = (),
    partners_unprobed: str = "",
) -> Data:
    """The report as JSON data.

    ``hosts``: one mapping per server with ``name``, ``before`` and ``after`` (results of ``state_info``, None where
    there was none), ``change`` (result of ``baseline`` or None) and ``wire`` (endpoints of ``endpoint_info``). A server
    that was not read is a row with the reason, never left out. ``partners``: those of a result of ``endpoint_info``.
    ``made_at``: ISO 8601 with its zone. ``version``: of the collection.
    """
    catalogue = load()
    rows = [host(clean(dict(material)), catalogue) for material in hosts]
    # Certificates are longer than what is kept of a text, so members are compared before that.
    groups = compared(answer for material in hosts for answer in records(material.get("wire")))
    others = [partner_row(clean(dict(partner))) for partner in partners]
    tags = sorted(_tags(rows, groups, others))
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "title": clean(title),
        "made_at": clean(made_at),
        "version": clean(version),
        "profiles": sorted({row["profile"] for row in rows if row["profile"]}),
        "summary": summary(rows),
        "hosts": rows,
        "groups": groups,
        "partners": others,
        "unprobed": _unprobed(rows, clean(partners_unprobed)),
        "sources": {tag: catalogue.sources[tag] for tag in tags if tag in catalogue.sources},
    }


def _tags(rows: t.Sequence[Data], groups: t.Sequence[Data], partners: t.Sequence[Data]) -> set[str]:
    places = [row[kind] for row in rows for kind in ("findings", "findings_gone")]
    places += [endpoint["findings"] for row in rows for endpoint in row["endpoints"]]
    places += [one["findings"] for one in (*groups, *partners)]
    return {tag for findings in places for finding in findings for tag in finding["sources"]}


def _unprobed(rows: t.Sequence[Data], partners: str) -> list[str]:
    """One sentence per reason for which no connection was made, with the servers it is about."""
    silent: dict[str, list[str]] = {}
    for row in rows:
        if row["unprobed"]:
            silent.setdefault(row["unprobed"], []).append(row["name"])
    sentences = [f"No port of {word(names)} was connected to: {why}." for why, names in silent.items()]
    return sentences + ([f"No mail partner was connected to: {partners}."] if partners else [])


def summary(rows: t.Sequence[Data]) -> Data:
    """Counts of servers: by verdict, asked at all, read, changed, with a restart owed."""
    return {
        "hosts": len(rows),
        "asked": sum(row["asked"] for row in rows),
        "read": sum(row["read"] for row in rows),
        "changed": sum(bool(row["change"] and row["change"]["changed"]) for row in rows),
        "reboot_required": sum(row["reboot_required"] for row in rows),
        "verdicts": {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS},
    }
