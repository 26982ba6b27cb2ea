# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that is to be said of answers: certificates, clients, findings and score of each, and groups compared."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import Server
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import finding_data, in_order

from .certificates import audit_certificates
from .certificates import to_data as certificates_data
from .clients import Client, Result, clients_of, simulate
from .groups import compare_groups, comparison_data, findings_of
from .port import find_at_port
from .score import Connects, load_rules, rate, score_data

Answer = t.Mapping[str, t.Any]


def no_server(answer: Answer) -> Server:
    """For answers of which nobody knows what stands behind them."""
    del answer
    return Server()


@dataclasses.dataclass(frozen=True)
class Context:
    """What an answer does not say of itself.

    ``today``: the day (UTC) that certificates are judged on. ``clients``: those to simulate, none = no simulation.
    ``server``: what stands behind an answer.
    """

    today: datetime.date
    clients: tuple[Client, ...] = ()
    server: t.Callable[[Answer], Server] = no_server


def judge(answers: t.Sequence[Answer], context: Context) -> dict[str, t.Any]:
    """Plain data: ``endpoints``, each answer with ``certificate_audit``, ``clients``, ``findings`` and ``score``;
    ``groups``, the comparisons; ``findings``, those of the groups.
    """
    comparisons = compare_groups(answers)
    return {
        "endpoints": [judge_endpoint(answer, context) for answer in answers],
        "groups": [comparison_data(comparison) for comparison in comparisons],
        "findings": [finding_data(finding) for finding in findings_of(comparisons)],
    }


def judge_endpoint(answer: Answer, context: Context) -> dict[str, t.Any]:
    """One answer with what is to be said of it."""
    audit = audit_certificates(answer, names=names_of(answer), today=context.today)
    findings = in_order((*find_at_port(answer, context.server(answer)), *audit.findings))
    fitting = clients_of(answer, context.clients)
    return {
        **answer,
        "certificate_audit": certificates_data(audit),
        "clients": [outcome.to_data() for outcome in simulate(answer, fitting)],
        "findings": [finding_data(finding) for finding in findings],
        "score": score_data(rate(answer, findings, load_rules(), _connects(fitting) if fitting else None)),
    }


def names_of(answer: Answer) -> tuple[str, ...]:
    """The names that the certificate has to hold: those that were given, else the one sent as SNI."""
    given = answer.get("names")
    if isinstance(given, (list, tuple)) and given:
        return tuple(str(name) for name in given)
    sent = answer.get("server_name")
    return (sent,) if isinstance(sent, str) and sent else ()


def _connects(clients: tuple[Client, ...]) -> Connects:
    def connects(answer: Answer) -> frozenset[str]:
        return frozenset(one.id for one in simulate(answer, clients) if one.result is Result.CONNECTS)

    return connects
