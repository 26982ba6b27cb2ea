# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that gave no TLS: which of the reasons are findings about TLS, and which prove nothing."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

from .check import Check, Port

#: The peer spoke, and what it said is about TLS.
_CLEAR_TEXT = ("no_tls", "starttls_not_offered")
_DECLINED = "starttls_unavailable"


def _status(port: Port) -> str:
    return str(port.answer.get("status", "unknown"))


def _detail(port: Port) -> str:
    """Without its full stop."""
    return one_line(str(port.answer.get("detail") or "no reason is known"), 200)


def _clear_text(port: Port) -> t.Iterator[str]:
    if _status(port) in _CLEAR_TEXT:
        yield f"{port.name} offers no TLS: {_detail(port)}."


def _declined(port: Port) -> t.Iterator[str]:
    if _status(port) == _DECLINED:
        yield f"{port.name} offers STARTTLS and then declines it: {_detail(port)}."


def _nothing_proven(port: Port) -> t.Iterator[str]:
    if not port.answered and _status(port) not in (*_CLEAR_TEXT, _DECLINED):
        yield f"{port.name} proves nothing: {_detail(port)}."


CHECKS: tuple[Check, ...] = (
    Check(
        id="endpoint.clear_text",
        severity=Severity.ERROR,
        title="A port offers no TLS",
        what="The service answered, and there is no TLS to be had on that port.",
        why="Everything that is said there is readable on the way, passwords and mail included.",
        remedy=(
            "Enable a certificate for the service (Enable-ExchangeCertificate -Services), or state the right transport "
            "of the endpoint if it speaks TLS in another way."
        ),
        sources=("S10", "Seed"),
        run=_clear_text,
    ),
    Check(
        id="endpoint.starttls_declined",
        severity=Severity.ERROR,
        title="A port offers STARTTLS and declines it",
        what="STARTTLS is announced, and the command is answered with an error.",
        why=(
            "Senders that insist on TLS cannot deliver, the others send in clear. Typical of a connector without a "
            "usable certificate."
        ),
        remedy="Look at the certificate of the connector (TlsCertificateName, Fqdn) and who may read its private key.",
        sources=("S10",),
        run=_declined,
    ),
    Check(
        id="endpoint.nothing_proven",
        severity=Severity.NOTE,
        title="A port proves nothing",
        what="There was no answer in TLS that could be judged: unreachable, timed out, or turned away again and again.",
        why="Silence is neither right nor wrong; nothing was proven there.",
        remedy="Probe it again from where it can be reached, when the service is up and not limiting connections.",
        sources=("S10",),
        run=_nothing_proven,
    ),
)
