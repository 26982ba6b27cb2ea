# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which protocol versions a port answers, against what is recommended and what its service can do at all."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import Expectation, intent
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity

from .check import VERSION_NAMES, Check, Port, version_words

_REFUSED = ("refused", "refused_by_close")


def _broken(port: Port) -> t.Iterator[str]:
    found = port.accepted("ssl_2_0", "ssl_3_0")
    if found:
        yield f"{port.name} accepts {version_words(found)}."


def _old(port: Port) -> t.Iterator[str]:
    found = port.accepted("tls_1_0", "tls_1_1")
    if found:
        yield f"{port.name} accepts {version_words(found)}."


def _not_modern(port: Port) -> t.Iterator[str]:
    # Only a refusal is one: what got no answer is unknown.
    if port.state("tls_1_2") not in _REFUSED or port.state("tls_1_3") not in _REFUSED:
        return
    expected = intent(port.answer, "tls_1_2", port.server)
    reason = f"; {expected.why}" if expected.expectation in (Expectation.NEVER, Expectation.FORBIDDEN) else ""
    yield f"{port.name} accepts nothing from TLS 1.2 on{reason}."


def _only_1_3(port: Port) -> t.Iterator[str]:
    if port.state("tls_1_3") == "accepted" and port.state("tls_1_2") in _REFUSED:
        yield f"{port.name} accepts TLS 1.3 and refuses TLS 1.2."


def _hole(port: Port) -> t.Iterator[str]:
    versions = list(VERSION_NAMES)[1:]
    accepted = [versions.index(version) for version in port.accepted(*versions)]
    if not accepted:
        return
    between = versions[accepted[0] : accepted[-1]]
    missing = [version for version in between if port.state(version) in _REFUSED]
    if missing:
        yield f"{port.name} refuses {version_words(missing)} and accepts what is older and newer."


def _not_of_service(port: Port) -> t.Iterator[str]:
    for version in port.accepted():
        expected = intent(port.answer, version, port.server)
        if expected.expectation in (Expectation.NEVER, Expectation.FORBIDDEN):
            yield f"{port.name} accepts {VERSION_NAMES[version]}, but {expected.why}."


CHECKS: tuple[Check, ...] = (
    Check(
        id="endpoint.broken_version",
        severity=Severity.ERROR,
        title="A port accepts SSL 2.0 or SSL 3.0",
        what="A connection with a version that was broken years ago would succeed.",
        why="What is sent can be read by an attacker in the middle (POODLE, DROWN).",
        remedy=(
            "Apply stage obsolete (protocols.ssl_2_0.server, protocols.ssl_3_0.server), or, where something else than "
            "Windows answers, switch them off there."
        ),
        sources=("S1", "Seed"),
        run=_broken,
    ),
    Check(
        id="endpoint.old_version",
        severity=Severity.WARNING,
        title="A port accepts TLS 1.0 or TLS 1.1",
        what="A connection with a version that Microsoft asks to retire would succeed.",
        why="Clients can be brought down to it, and auditors ask for it to be off.",
        remedy=(
            "See who still uses it, then apply stage retire (protocols.tls_1_0.server, protocols.tls_1_1.server). On "
            "SMTP a partner without TLS 1.2 sends in clear from then on."
        ),
        sources=("S1", "S21", "Seed"),
        run=_old,
    ),
    Check(
        id="endpoint.no_tls_1_2",
        severity=Severity.ERROR,
        title="A port accepts neither TLS 1.2 nor TLS 1.3",
        what="The newest version that would succeed is TLS 1.1 or older.",
        why="Peers that have retired the old versions, Exchange Online among them, cannot connect.",
        remedy=(
            "Apply stage prepare; if the service cannot do better, install a newer Exchange build, or take the flags "
            "off the binding."
        ),
        sources=("S1", "S22"),
        run=_not_modern,
    ),
    Check(
        id="endpoint.only_tls_1_3",
        severity=Severity.WARNING,
        title="A port accepts TLS 1.3 only",
        what="TLS 1.2 is refused where TLS 1.3 is accepted.",
        why="Exchange and many clients still need TLS 1.2; TLS 1.3 alone is not supported on an Exchange server.",
        remedy="Switch TLS 1.2 on (protocols.tls_1_2.server).",
        sources=("S1",),
        run=_only_1_3,
    ),
    Check(
        id="endpoint.version_hole",
        severity=Severity.WARNING,
        title="A port refuses a version between two that it accepts",
        what="An older and a newer version succeed, the one between them does not.",
        why="A client whose newest version is the one in the middle fails or falls back; nobody wants that on purpose.",
        remedy="Set the versions as one row without a gap (protocols.*.server).",
        sources=("S2",),
        run=_hole,
    ),
    Check(
        id="endpoint.not_of_service",
        severity=Severity.NOTE,
        title="A port accepts a version that its service does not have",
        what=(
            "A version succeeded that the Exchange build behind the port does not have there, or that its binding "
            "forbids."
        ),
        why="A load balancer or gateway answers; what it answers says nothing about the server.",
        remedy="Give the address of the server itself (address of the endpoint) and judge the device in front apart.",
        sources=("S1", "S12", "S16"),
        run=_not_of_service,
    ),
)
