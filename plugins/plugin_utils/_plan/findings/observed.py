# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about endpoints: what they answered, against what is in effect by the registry (contract W).

An endpoint of a drained service or one that did not answer says nothing; that Exchange speaks no TLS 1.3 on SMTP is
right.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import (
    Expectation,
    Intent,
    answered,
    endpoint_name,
    intent,
    versions_of,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    ENABLED,
    UNSUPPORTED,
    VERSIONS,
    Meaning,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import printable

from ..server import server_of
from . import words
from .check import Check, Hit, View

_ANSWERED = "answered"
_ACCEPTED = "accepted"
_REFUSED = ("refused", "refused_by_close")
#: Versions that nobody should take out of a binding; the older ones may well be.
_WANTED = ("tls_1_2", "tls_1_3")


class Answer(t.NamedTuple):
    """One version at one endpoint.

    ``state``: accepted, refused, refused_by_close, unknown or anything that a newer prober says.
    ``intent``: what was to be expected there.
    """

    endpoint: str
    version: str
    state: str
    intent: Intent


def _answers(view: View) -> t.Iterator[Answer]:
    server = server_of(view.state)
    for endpoint in answered(view.observed):
        found = versions_of(endpoint)
        for version in VERSIONS:
            if version in found:
                state, expected = str(found[version].get("state")), intent(endpoint, version, server)
                yield Answer(endpoint_name(endpoint), version, state, expected)


def _effective(view: View, version: str) -> Meaning:
    return view.state.settings[f"protocols.{version}.server"].effective


def _still_answered(view: View) -> t.Iterator[Hit]:
    for answer in _answers(view):
        effective = _effective(view, answer.version)
        off = effective in (DISABLED, UNSUPPORTED)
        if answer.state == _ACCEPTED and off and answer.intent.expectation is not Expectation.UNSURE:
            yield Hit(
                answer.endpoint,
                f"{answer.endpoint} still accepts {words.VERSION_NAMES[answer.version]}, "
                f"which the registry has {words.meaning(effective)} since the boot.",
            )


def _not_the_server(view: View) -> t.Iterator[Hit]:
    for answer in _answers(view):
        on = _effective(view, answer.version) not in (DISABLED, UNSUPPORTED)
        if answer.state == _ACCEPTED and on and answer.intent.expectation in (Expectation.NEVER, Expectation.FORBIDDEN):
            yield Hit(
                answer.endpoint,
                f"{answer.endpoint} accepts {words.VERSION_NAMES[answer.version]}, but {answer.intent.why}.",
            )


def _not_answered(view: View) -> t.Iterator[Hit]:
    for answer in _answers(view):
        on = _effective(view, answer.version) == ENABLED
        if answer.state in _REFUSED and on and answer.intent.expectation is Expectation.AS_WINDOWS:
            yield Hit(
                answer.endpoint,
                f"{answer.endpoint} refuses {words.VERSION_NAMES[answer.version]}, which the registry has on "
                "since the boot.",
            )


def _narrowed(view: View) -> t.Iterator[Hit]:
    for answer in _answers(view):
        on = _effective(view, answer.version) == ENABLED and answer.version in _WANTED
        if answer.state in _REFUSED and on and answer.intent.expectation is Expectation.FORBIDDEN:
            name = words.VERSION_NAMES[answer.version]
            yield Hit(answer.endpoint, f"{answer.endpoint} refuses {name}, because {answer.intent.why}.")


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
        id="observed.not_the_server",
        severity=Severity.WARNING,
        title="An endpoint accepts a version that its service does not have",
        what="A connection succeeded with a version that the service behind the port cannot speak.",
        why="Something else answers there, a load balancer or a mail gateway; that proves nothing about the server.",
        remedy="Connect to the server itself (address of the endpoint), and judge the device in front apart.",
        sources=("S1", "S12", "S16"),
        run=_not_the_server,
    ),
    Check(
        id="observed.narrowed",
        severity=Severity.WARNING,
        title="A binding of http.sys forbids a version that is on",
        what="A connection failed with a version that the registry has on, and the binding of the port leaves it out.",
        why="The port stays behind the server; nobody who reads the registry of Schannel sees it.",
        remedy="Take the flag off the binding (netsh http show sslcert names it), or keep it and note why.",
        sources=("HTTP-flags",),
        run=_narrowed,
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
