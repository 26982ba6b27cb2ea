# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a connection contradicts the registry: what is off and still answers, what is on and is refused."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import (
    Expectation,
    Server,
    answered,
    endpoint_name,
    intent,
    suite_names,
    versions_of,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Explicit, Rule
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import DISABLED, ENABLED, bare_suite
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .lockout import VERSION_NAMES, parts_of
from .server import server_of


def contradictions(
    rules: t.Iterable[Rule], state: State, observed: t.Sequence[t.Mapping[str, t.Any]]
) -> tuple[str, ...]:
    """One sentence for each rule that a connection contradicts; only rules of the server side can be contradicted."""
    server = server_of(state)
    found = ((answer, _against(rule, answer, state, server)) for rule in rules for answer in answered(observed))
    return tuple(dict.fromkeys(f"{endpoint_name(answer)} {sentence}" for answer, sentence in found if sentence))


def _against(rule: Rule, answer: t.Mapping[str, t.Any], state: State, server: Server) -> str:
    """What an answer says against a rule; empty when it does not."""
    want = rule.want.meaning if isinstance(rule.want, Explicit) else rule.want
    group, *_middle, last = rule.setting.split(".")
    if group == "protocols" and last == "server" and isinstance(want, str):
        return _version(rule.setting.split(".")[1], want, answer, server)
    if group in ("ciphers", "hashes", "key_exchange") and want == DISABLED:
        return _part(rule.setting, answer, state)
    if rule.setting == "cipher_suites.group_policy" and isinstance(want, tuple):
        return _suites(want, answer)
    return ""


def _version(version: str, want: str, answer: t.Mapping[str, t.Any], server: Server) -> str:
    row = versions_of(answer).get(version, {})
    name = VERSION_NAMES.get(version, version)
    if want == DISABLED and row.get("state") == "accepted":
        return f"still answers {name}"
    if want == ENABLED and row.get("state") in ("refused", "refused_by_close") and _expected(version, answer, server):
        return f"refuses {name}"
    return ""


def _expected(version: str, answer: t.Mapping[str, t.Any], server: Server) -> bool:
    return intent(answer, version, server).expectation is Expectation.AS_WINDOWS


def _part(setting: str, answer: t.Mapping[str, t.Any], state: State) -> str:
    for row in versions_of(answer).values():
        for name in suite_names(row):
            suite = state.catalogue.suites.get(name)
            if suite is not None and setting in parts_of(suite):
                return f"still accepts {name}"
    return ""


def _suites(wanted: tuple[str, ...], answer: t.Mapping[str, t.Any]) -> str:
    allowed = {bare_suite(name)[0] for name in wanted}
    for row in versions_of(answer).values():
        other = [name for name in suite_names(row) if name not in allowed]
        if other:
            return f"still accepts {other[0]}"
    return ""
