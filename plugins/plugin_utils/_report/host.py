# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server of the report: identity, two readings, what was done between them, what its ports answered."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    SIDES,
    UNKNOWN,
    VERSIONS,
    Catalogue,
)

from .endpoints import by_version, endpoint
from .finding_rows import finding_rows
from .plain import record, records, texts, words
from .snapshot import problem, protocol, snapshot, verdict_of, was_read
from .words import VERDICTS, version_name

Data = dict[str, t.Any]


def host(material: Data, catalogue: Catalogue) -> Data:
    """The record of one server. ``material``: name, before, after, change, wire, as the roles registered
    them, and ``unprobed``: why wire is empty.
    """
    first, second = material.get("before"), material.get("after")
    newest = record(second if was_read(second) else first if was_read(first) else None)
    after = snapshot(record(second)) if was_read(second) else None
    before = snapshot(record(first)) if was_read(first) else None
    trouble = _trouble(first, second)
    endpoints = [endpoint(answer) for answer in records(material.get("wire"))]
    return {
        "name": str(material.get("name") or ""),
        **identity(record(newest.get("host"))),
        "problem": trouble,
        "read": not trouble,
        # One that --limit leaves out did not fail.
        "asked": bool(first) or second is not None,
        "verdict": UNKNOWN if trouble else record(after or before)["verdict"],
        "profile": str(newest.get("profile") or ""),
        "stage": str(newest.get("stage") or ""),
        "next_stage": str(newest.get("next_stage") or ""),
        # What the organisation gate reads out of an audit; only a reading without trouble can say so.
        "prepared": None if trouble else _truth(newest.get("prepared")),
        # What its neighbours need to know of it when they are changed.
        "offer": None if trouble else newest.get("offer"),
        "debt": words(newest.get("debt")),
        "reboot_required": bool(newest.get("reboot_required")),
        "before": before,
        "after": after,
        "versions": [
            _version(version, side, record(first), newest, endpoints) for version in VERSIONS for side in SIDES
        ],
        "stages": [texts(row, "stage", "state", "detail") for row in records(newest.get("stages"))],
        "gates": [
            texts(row, "stage", "scope", "kind", "reason", "remedy")
            for row in records(record(material.get("change")).get("gates"))
        ],
        "rules": _rules(newest, catalogue),
        "findings": finding_rows(newest),
        "findings_gone": _gone(record(first), newest) if after else [],
        "endpoints": endpoints,
        # No connection was made although it was wanted: what the settings say stands here without a proof.
        "unprobed": str(material.get("unprobed") or "") if not endpoints else "",
        "change": _change(material.get("change")),
        "read_errors": [
            {**texts(row, "path", "text"), "code": _number(row.get("code"))}
            for row in records(newest.get("read_errors"))
        ],
        "ignored": [
            {**texts(row, "text", "why"), "line": _number(row.get("line"))} for row in records(newest.get("ignored"))
        ],
    }


def identity(found: Data) -> Data:
    """Who the server is; an unknown fact is empty."""
    system, exchange = record(found.get("os")), record(found.get("exchange"))
    build, ubr = system.get("build"), system.get("ubr")
    version = exchange.get("version")
    return {
        "computer": str(found.get("computer") or ""),
        "origin": str(found.get("origin") or ""),
        "windows": str(system.get("name") or ""),
        "windows_build": f"{build}.{ubr}" if build and ubr is not None else str(build or ""),
        "exchange": "none" if version == "none" else str(exchange.get("release") or version or ""),
        "exchange_build": str(exchange.get("build") or ""),
        "role": str(exchange.get("role") or ""),
        "service": str(found.get("service") or ""),
        "boot": str(found.get("boot") or ""),
    }


def _trouble(first: t.Any, second: t.Any) -> str:
    if second is not None and not was_read(second):
        return problem(second, "Reading the server again")
    if second is None and not was_read(first):
        return problem(first, "Reading the server") if first else "The server was not read in this run."
    return ""


def _version(version: str, side: str, first: Data, newest: Data, endpoints: list[Data]) -> Data:
    now = protocol(newest, version, side)
    return {
        "version": version,
        "name": version_name(version),
        "side": side,
        "before": protocol(first, version, side).get("effective", UNKNOWN),
        "configured": now.get("configured"),
        "effective": now.get("effective", UNKNOWN),
        "future": now.get("future", UNKNOWN),
        "pending": bool(now.get("pending")),
        # A connection shows what a server accepts; of its client side it shows nothing.
        "endpoints": by_version(endpoints, version) if side == "server" else None,
    }


def _rules(state: Data, catalogue: Catalogue) -> list[Data]:
    rows = []
    for rule in records(state.get("rules")):
        setting = catalogue.settings.get(str(rule.get("setting")))
        rows.append(
            {
                **texts(rule, "rule", "setting", "stage", "act", "reason", "detail"),
                "title": setting.title if setting else str(rule.get("setting") or ""),
                "verdict": verdict_of(rule),
                "before": rule.get("before"),
                "after": rule.get("after"),
            }
        )
    return sorted(rows, key=lambda row: VERDICTS.index(row["verdict"]))


def _gone(first: Data, newest: Data) -> list[Data]:
    left = {(row["id"], row["subject"]) for row in finding_rows(newest)}
    return [row for row in finding_rows(first) if (row["id"], row["subject"]) not in left]


def _change(result: t.Any) -> Data | None:
    found = record(result)
    if not found or found.get("skipped"):
        return None
    failed = bool(found.get("failed") or found.get("unreachable"))
    return {
        **texts(found, "change", "profile", "stage", "reached", "next_stage", "journal", "undo"),
        "changed": bool(found.get("changed")),
        "complete": bool(found.get("complete")),
        "problem": str(found.get("msg") or "The change failed.") if failed else "",
        "operations": [_operation(row) for row in records(found.get("operations"))],
    }


def _operation(row: Data) -> Data:
    return {
        **texts(row, "op", "path", "name"),
        "before": record(row.get("before")).get("data"),
        "after": record(row.get("after")).get("data"),
    }


def _number(value: t.Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _truth(value: t.Any) -> bool | None:
    return value if isinstance(value, bool) else None
