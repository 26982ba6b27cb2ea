# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Predictions beside what the endpoint really answered when the hello of a client was sent to it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version, suite_by_name

from .model import Client, Outcome, Result
from .objections import objection
from .seen import Seen

Row = t.Mapping[str, t.Any]

_VERSIONS = {version.id: version for version in Version}

#: Outcomes in which the endpoint refuses the hello; in the others it chooses, and then it is up to the client.
_REFUSALS = (Result.NO_COMMON_VERSION, Result.NO_COMMON_SUITE, Result.NO_COMMON_GROUP)


def rows_by_client(answer: t.Mapping[str, t.Any]) -> dict[str, Row]:
    """The replays of an answer by the id of their client."""
    rows = answer.get("replays")
    found = [row for row in rows if isinstance(row, t.Mapping)] if isinstance(rows, (list, tuple)) else []
    return {str(row["id"]): row for row in found if isinstance(row.get("id"), str)}


def compare(client: Client, outcome: Outcome, row: Row, seen: Seen) -> Outcome:
    """The outcome with its verdict; what was unknown becomes what the replay shows."""
    if outcome.result is Result.UNKNOWN:
        return _learnt(client, outcome, row, seen)
    answer = row.get("answer")
    if answer == "chosen":
        agrees = _chose(client, outcome, row)
    elif answer in ("refused", "closed") or (answer == "silent" and client.framing == "ssl2"):
        # Some servers, NSS for one, wait for ever when they are spoken to in the framing of SSL 2.0.
        agrees = outcome.result in _REFUSALS and outcome.suite is None
    else:
        return outcome
    if agrees:
        return dataclasses.replace(outcome, verified=True)
    words = f"{outcome.detail} But to its hello the endpoint answered otherwise: {_said(row)}."
    return dataclasses.replace(outcome, verified=False, detail=words)


def _chose(client: Client, outcome: Outcome, row: Row) -> bool:
    version = _version(row)
    if outcome.result is Result.NO_COMMON_VERSION:
        # A server that knows nothing else offers a version that is too low, and the client leaves.
        return version is not None and version < client.lowest
    if outcome.result in _REFUSALS and outcome.suite is None:
        return False
    return version is outcome.version and outcome.suite in (None, row.get("suite"))


def _learnt(client: Client, outcome: Outcome, row: Row, seen: Seen) -> Outcome:
    version, name = _version(row), row.get("suite")
    suite = suite_by_name(name) if isinstance(name, str) else None
    if row.get("answer") in ("refused", "closed"):
        words = "The endpoint refuses its hello; the inventory does not tell why."
        return dataclasses.replace(outcome, result=Result.NO_COMMON_SUITE, detail=words, verified=True)
    if row.get("answer") != "chosen" or version is None or suite is None:
        return outcome
    if version < client.lowest:
        words = f"The endpoint offers {version.label}, which is below what it accepts."
        return dataclasses.replace(outcome, result=Result.NO_COMMON_VERSION, version=None, detail=words, verified=True)
    known = dataclasses.replace(outcome, version=version, suite=suite.name)
    against = objection(seen, client, version, suite)
    if against is None:
        words = f"Connects with {version.label}, {suite.name}, as a replay of its hello showed."
        return dataclasses.replace(known, result=Result.CONNECTS, detail=words, verified=True)
    verified = None if against.result is Result.UNKNOWN else True
    return dataclasses.replace(known, result=against.result, detail=against.sentence, verified=verified)


def _version(row: Row) -> Version | None:
    name = row.get("version")
    return _VERSIONS.get(name) if isinstance(name, str) else None


def _said(row: Row) -> str:
    version, suite = _version(row), row.get("suite")
    if row.get("answer") != "chosen" or version is None:
        return "it refused"
    known = suite_by_name(suite) if isinstance(suite, str) else None
    return f"{version.label}, {known.name}" if known else version.label
