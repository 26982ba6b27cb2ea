# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about endpoints: what they answered, against what is in effect by the registry (contract W).

An endpoint of a drained service or one that did not answer says nothing; that Exchange speaks no TLS 1.3 on SMTP is
right.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import DISABLED, ENABLED, UNSUPPORTED, VERSIONS
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import printable

from . import words
from .check import Check, Endpoint, Hit, View

_ANSWERED = "answered"
_ACCEPTED = "accepted"
_REFUSED = ("refused", "refused_by_close")
#: Transport -> ability that a build needs for its versions to follow Windows there (S16, S17, Seed).
_FOLLOWS_OS: t.Mapping[str, str] = {
    "smtp": "smtp_follows_os",
    "pop3": "pop_imap_follow_os",
    "imap": "pop_imap_follow_os",
}
#: Exchange has no TLS 1.3 there, whatever Windows has (S1, S12).
_WITHOUT_TLS_1_3 = frozenset({"smtp"})


class Answer(t.NamedTuple):
    """One version at one endpoint.

    ``state``: accepted, refused, refused_by_close, unknown or anything that a newer prober says.
    """

    endpoint: str
    transport: str
    version: str
    state: str


def endpoint_name(endpoint: Endpoint) -> str:
    """``mail.example.org:443 (https)``"""
    host, port, service = (printable(str(endpoint.get(name, "?")), 100) for name in ("host", "port", "service"))
    return f"{host}:{port} ({service})"


def _transport(endpoint: Endpoint) -> str:
    """What is spoken inside: the service where TLS is implicit, as on 993 and 995, else the transport."""
    words_of_it = (str(endpoint.get("service", "")).lower(), str(endpoint.get("transport", "")).lower())
    for name in ("smtp", "pop3", "imap"):
        if any(word.startswith(name.rstrip("3")) for word in words_of_it):
            return name
    return words_of_it[1]


def _answers(view: View) -> t.Iterator[Answer]:
    for endpoint in view.observed:
        versions = endpoint.get("versions")
        if endpoint.get("status") != _ANSWERED or not isinstance(versions, t.Mapping):
            continue
        for version in VERSIONS:
            found = versions.get(version)
            if isinstance(found, t.Mapping):
                yield Answer(endpoint_name(endpoint), _transport(endpoint), version, str(found.get("state", "unknown")))


def _effective(view: View, version: str) -> object:
    state = view.find(f"protocols.{version}.server")
    return None if state is None else state.effective


def _follows_os(view: View, answer: Answer) -> bool:
    """Whether the service takes its versions from Windows; an old Exchange build does not do so everywhere."""
    ability = _FOLLOWS_OS.get(answer.transport)
    identity = view.state.identity
    return ability is None or identity.exchange == "none" or ability in identity.abilities


def _still_answered(view: View) -> t.Iterator[Hit]:
    for answer in _answers(view):
        effective = _effective(view, answer.version)
        if answer.state == _ACCEPTED and effective in (DISABLED, UNSUPPORTED) and _follows_os(view, answer):
            yield Hit(
                answer.endpoint,
                f"{answer.endpoint} still accepts {words.VERSION_NAMES[answer.version]}, "
                f"which the registry has {words.meaning(str(effective))} since the boot.",
            )


def _not_answered(view: View) -> t.Iterator[Hit]:
    for answer in _answers(view):
        if answer.state not in _REFUSED or _effective(view, answer.version) != ENABLED:
            continue
        right = answer.version == "tls_1_3" and answer.transport in _WITHOUT_TLS_1_3
        if not right and _follows_os(view, answer):
            yield Hit(
                answer.endpoint,
                f"{answer.endpoint} refuses {words.VERSION_NAMES[answer.version]}, which the registry has on "
                "since the boot.",
            )


def _unknown(view: View) -> t.Iterator[Hit]:
    drained = " (the server is in maintenance)" if view.state.identity.service == "in_maintenance" else ""
    for endpoint in view.observed:
        status = str(endpoint.get("status", "unknown"))
        if status != _ANSWERED:
            detail = printable(str(endpoint.get("detail") or ""), 160).rstrip(".")
            text = f": {detail}" if detail else ""
            name = endpoint_name(endpoint)
            yield Hit(name, f"{name} proves nothing, status {printable(status, 40)}{drained}{text}.")
    for answer in _answers(view):
        if answer.state not in (_ACCEPTED, *_REFUSED):
            yield Hit(
                answer.endpoint, f"{answer.endpoint} gave no clear answer to {words.VERSION_NAMES[answer.version]}."
            )


CHECKS: tuple[Check, ...] = (
    Check(
        id="observed.still_answered",
        severity=Severity.ERROR,
        title="An endpoint accepts a version that is off",
        what="A connection succeeded with a version that the registry has off since the last boot.",
        why=(
            "Either something in front of the server answers (a load balancer), or the service does not follow "
            "Schannel."
        ),
        remedy=(
            "Find out what answers on that port; set the version there, or look at the flags of the http.sys binding."
        ),
        sources=("S1", "S2"),
        run=_still_answered,
    ),
    Check(
        id="observed.not_answered",
        severity=Severity.WARNING,
        title="An endpoint refuses a version that is on",
        what="A connection failed with a version that the registry has on since the last boot.",
        why=(
            "Clients cannot use it: a suite list without a suite for it, a binding that forbids it, or a device "
            "in front."
        ),
        remedy=(
            "Look at the suite list and the certificate, at the flags of the http.sys binding, and at what stands"
            " in front."
        ),
        sources=("S1", "S2"),
        run=_not_answered,
    ),
    Check(
        id="observed.unknown",
        severity=Severity.NOTE,
        title="An endpoint proves nothing",
        what="An endpoint could not be reached, offered no TLS, or gave no clear answer.",
        why="Nothing was proven there; a drained service is unknown, not failed.",
        remedy="Prove it again when the service is up and reachable from where the probe runs.",
        sources=("S10",),
        run=_unknown,
    ),
)
