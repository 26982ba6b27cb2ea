# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answers of a partner's mail exchangers mean for the mail between it and us.

Every sentence about the stage rests on hellos that were sent, one as we are and one as we would be; none is computed.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import answered, endpoint_name, versions_of
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, finding_data, in_order
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

from ..certificates import audit_certificates
from ..certificates import to_data as certificates_data
from ..clients import Client
from ..port.check import VERSION_NAMES
from . import kinds
from .senders import Sender

Answer = t.Mapping[str, t.Any]
Data = dict[str, t.Any]

_CHOSEN, _REFUSED = "chosen", ("refused", "closed")
_CLEAR = ("no_tls", "starttls_not_offered")
_MODERN = ("tls_1_2", "tls_1_3")
_OLD_HASHES = ("certificate.broken_hash", "certificate.sha1", "certificate.sha1_long")


def judge_partners(
    partners: t.Sequence[Answer], senders: t.Sequence[Sender], today: datetime.date, stage: str
) -> list[Data]:
    """Each partner with ``endpoints`` (``certificate_audit`` and ``mail`` added) and ``findings``, as plain data.

    ``mail``: per sender its id, and what became of its hello ``today`` and ``after`` the stage: chosen, refused or
    unknown, with the version.
    """
    return [_partner(partner, senders, today, stage) for partner in partners]


def _partner(partner: Answer, senders: t.Sequence[Sender], today: datetime.date, stage: str) -> Data:
    domain = one_line(partner.get("domain") or "?", 255)
    answers = [answer for answer in partner.get("endpoints") or () if isinstance(answer, t.Mapping)]
    findings: list[Finding] = []
    endpoints: list[Data] = []
    # Hosts that were left out are as little known as a domain without any.
    if not answers or partner.get("detail"):
        detail = one_line(partner.get("detail") or "no mail exchanger is known", 400)
        findings.append(kinds.UNKNOWN.finding(domain, f"{domain}: {detail}."))
    for answer in answers:
        audit = audit_certificates(answer, names=(), today=today)
        mail = [_mail(answer, sender) for sender in senders]
        name = f"{domain}, {endpoint_name(answer)}"
        findings += _reach(answer, domain, name)
        findings += _lost(mail, domain, name, stage)
        findings += [
            kinds.OLD_HASH.finding(domain, f"{domain}: {one_line(found.message, 400)}.")
            for found in audit.findings
            if found.id in _OLD_HASHES
        ]
        endpoints.append({**answer, "certificate_audit": certificates_data(audit), "mail": mail})
    return {**partner, "endpoints": endpoints, "findings": [finding_data(one) for one in in_order(findings)]}


def _reach(answer: Answer, domain: str, name: str) -> t.Iterator[Finding]:
    detail = one_line(answer.get("detail") or "no reason is known", 300)
    if answer.get("status") in _CLEAR:
        yield kinds.NOT_TODAY.finding(domain, f"{name}: there is no TLS. {detail}.")
    elif not answered([answer]):
        yield kinds.UNKNOWN.finding(domain, f"{name}: {detail}.")
    else:
        rows = versions_of(answer)
        states = [str(rows.get(version, {}).get("state")) for version in _MODERN]
        accepted = any(row.get("state") == "accepted" for row in rows.values())
        if accepted and all(state in ("refused", "refused_by_close") for state in states):
            yield kinds.OLD_ONLY.finding(domain, f"{name} answers nothing from TLS 1.2 on.")


def _lost(mail: t.Sequence[Data], domain: str, name: str, stage: str) -> t.Iterator[Finding]:
    for row in mail:
        who = row["name"]
        if row["today"] == "refused":
            yield kinds.NOT_TODAY.finding(domain, f"{name} refuses {who} as it is today.")
        elif row["today"] == _CHOSEN and row["after"] == "refused":
            version = f" with {VERSION_NAMES[row['version_today']]}" if row["version_today"] else ""
            sentence = f"{name} answers {who} today{version} and refuses what is left after stage {stage}."
            yield kinds.LOST.finding(domain, sentence)


def _mail(answer: Answer, sender: Sender) -> Data:
    replays = answer.get("replays")
    rows = {
        str(row.get("id")): row
        for row in (replays if isinstance(replays, (list, tuple)) else ())
        if isinstance(row, t.Mapping)
    }
    today, version_today = _end(rows.get(sender.today.id, {}), sender.today)
    # Who has nothing left to offer is refused by everybody.
    after, version_after = ("refused", None)
    if sender.after is not None:
        after, version_after = _end(rows.get(sender.after.id, {}), sender.after)
    return {
        "sender": sender.today.id,
        "name": sender.today.name,
        "today": today,
        "after": after,
        "version_today": version_today,
        "version_after": version_after,
    }


def _end(row: Answer, client: Client) -> tuple[str, str | None]:
    """What became of one hello, and the version. Up to TLS 1.2 a hello names its highest version only: a server may
    choose a lower one than the client allows, and the client then breaks off.
    """
    found = row.get("answer")
    if found in _REFUSED:
        return "refused", None
    version = next((one.id for one in client.versions if one.id == row.get("version")), None)
    if found != _CHOSEN:
        return "unknown", None
    return (_CHOSEN, version) if version else ("refused", None)
