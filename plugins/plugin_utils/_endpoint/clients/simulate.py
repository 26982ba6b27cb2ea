# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of each client at an endpoint, computed from its inventory: no connection is made.

Never a guess: where the answer does not tell, the outcome is unknown and says what was not asked.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite, Version

from .choose import Choice, choose
from .model import Client, Outcome, Result
from .objections import objection
from .replayed import compare, rows_by_client
from .seen import Seen, State, see

_Made = tuple[Result, Version | None, str | None, str]


def simulate(answer: t.Mapping[str, t.Any], clients: t.Sequence[Client]) -> tuple[Outcome, ...]:
    """One outcome per client, in their order. ``answer``: what ``endpoint_info`` says of one endpoint.

    Where the answer holds ``replays``, they say whether the prediction is ``verified``. Never raises.
    """
    seen, rows = see(answer), rows_by_client(answer)
    return tuple(
        outcome if (row := rows.get(client.id)) is None else compare(client, outcome, row, seen)
        for client in clients
        for outcome in [outcome_at(seen, client)]
    )


def outcome_at(seen: Seen, client: Client) -> Outcome:
    """One client without replays, at an endpoint whose answer was read before: many meet the same."""
    return Outcome(client.id, client.name, client.family, client.kind, *_predict(seen, client))


def _predict(seen: Seen, client: Client) -> _Made:
    if not seen.answered:
        return _unknown(f"The endpoint did not answer in TLS ({seen.status}).")
    version, doubt = _version(seen, client)
    if doubt:
        return _unknown(doubt)
    if version is None:
        return Result.NO_COMMON_VERSION, None, None, f"It speaks {_span(client)}; {_accepts(seen)}."
    if client.framing == "ssl2" and version is not Version.SSL_2_0 and not seen.unified_hello:
        return _without_framing(seen)
    if client.framing == "ssl2" and version is Version.TLS_1_2 and seen.accepted[0] < version:
        return _unknown("Its hello names no signature schemes, and strict servers refuse that in TLS 1.2.", version)
    if client.renegotiation == "none":
        return _unknown("Its hello shows no RFC 5746; whether the endpoint insists on that was not asked.", version)
    if not seen.version(version).complete:
        return _unknown(f"Not every suite of {version.label} is known; ask for an inventory.", version)
    hidden = [name for name in client.suites if name in seen.failing]
    if hidden and version < Version.TLS_1_3:
        words = f"The endpoint chooses suites and then fails with them, and it offers such a one, {hidden[0]}."
        return _unknown(words, version)
    if version is Version.SSL_2_0:
        return _ssl2(seen, client)
    return _with_suite(seen, client, version, choose(seen, client, version))


def _version(seen: Seen, client: Client) -> tuple[Version | None, str]:
    """The version that the endpoint chooses and the client accepts; or why that is not known."""
    for version in client.versions:
        state = seen.version(version).state
        if state is State.ACCEPTED:
            return version, ""
        if state is State.UNKNOWN:
            return None, f"Whether the endpoint accepts {version.label} is not known."
    return None, ""


def _without_framing(seen: Seen) -> _Made:
    if seen.unified_hello is None:
        return _unknown("Its hello is in the framing of SSL 2.0; whether the endpoint reads that was not asked.")
    words = "Its hello is in the framing of SSL 2.0, which the endpoint does not read."
    return Result.NO_COMMON_VERSION, None, None, words


def _ssl2(seen: Seen, client: Client) -> _Made:
    """In SSL 2.0 the server lists what both have and the client chooses."""
    version = Version.SSL_2_0
    common = [name for name in client.suites if name in seen.version(version).suites]
    if not common:
        return Result.NO_COMMON_SUITE, version, None, _no_suite(client, version)
    return Result.CONNECTS, version, common[0], f"Connects with {version.label}, {common[0]}."


def _with_suite(seen: Seen, client: Client, version: Version, choice: Choice) -> _Made:
    if choice.failure is Result.NO_COMMON_SUITE:
        return choice.failure, version, None, _no_suite(client, version)
    if choice.failure is not None:
        words = f"The suites that both have in {version.label} need a group, and they have none in common."
        return choice.failure, version, None, words
    if choice.open:
        words = f"In {version.label} it depends on the groups of the endpoint, not all of which were asked for."
        return _unknown(words, version)
    return _after_choice(seen, client, version, choice.possible)


def _after_choice(seen: Seen, client: Client, version: Version, possible: t.Sequence[Suite]) -> _Made:
    """What the client makes of the choice; several suites are possible where it is not known which one it was."""
    suite = possible[0].name if len(possible) == 1 else None
    objections = [objection(seen, client, version, one) for one in possible]
    certain = [one for one in objections if one is not None and one.result is not Result.UNKNOWN]
    if certain and len(certain) == len(objections):
        return certain[0].result, version, suite, f"{_chooses(version, possible)} {certain[0].sentence}"
    doubts = [one for one in objections if one is not None]
    if doubts:
        return _unknown(f"{_chooses(version, possible)} {doubts[0].sentence}", version, suite)
    return Result.CONNECTS, version, suite, f"Connects with {_named(version, possible)}."


def _chooses(version: Version, possible: t.Sequence[Suite]) -> str:
    return f"The endpoint chooses {_named(version, possible)}."


def _named(version: Version, possible: t.Sequence[Suite]) -> str:
    names = [suite.name for suite in possible]
    if len(names) == 1:
        return f"{version.label}, {names[0]}"
    return f"{version.label}, with {names[0]} or {len(names) - 1} other(s) of those that both have"


def _unknown(words: str, version: Version | None = None, suite: str | None = None) -> _Made:
    return Result.UNKNOWN, version, suite, words


def _no_suite(client: Client, version: Version) -> str:
    return f"The endpoint chooses {version.label} and accepts none of its {len(client.suites)} suites there."


def _span(client: Client) -> str:
    if client.lowest is client.highest:
        return f"{client.highest.label} only"
    return f"{client.lowest.label} to {client.highest.label}"


def _accepts(seen: Seen) -> str:
    labels = [version.label for version in seen.accepted]
    return f"the endpoint accepts {', '.join(labels)}" if labels else "the endpoint accepts no version"
