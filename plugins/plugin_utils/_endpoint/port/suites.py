# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cipher suites a port accepts, who owns their order, and the habits around them."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import versions_of
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity

from .check import Check, Port, suite_words, version_words

_TLS_1_2 = "tls_1_2"
#: Below this, a key is found by trying (RFC 9325 4.1: no cipher of less than 112 bits).
_LEAST_BITS = 112
_RC4 = "RC4"
_TRIPLE_DES = "3DES"


def broken(suite: Suite) -> bool:
    """Whether a suite protects nothing any more: no cipher, RC4, or a key that can be searched."""
    return suite.bits < _LEAST_BITS or suite.cipher.startswith(_RC4)


def anonymous(suite: Suite) -> bool:
    """Whether nobody shows a certificate."""
    return suite.authentication == "anon"


def _broken(port: Port) -> t.Iterator[str]:
    found = [suite for suite in port.suites() if broken(suite)]
    if found:
        yield f"{port.name} accepts {suite_words(found)}."


def _triple_des(port: Port) -> t.Iterator[str]:
    found = [suite for suite in port.suites() if suite.cipher.startswith(_TRIPLE_DES) and not broken(suite)]
    if found:
        yield f"{port.name} accepts {suite_words(found)}."


def _anonymous(port: Port) -> t.Iterator[str]:
    found = [suite for suite in port.suites() if anonymous(suite) and not broken(suite)]
    if found:
        yield f"{port.name} accepts {suite_words(found)}."


def _no_forward_secrecy(port: Port) -> t.Iterator[str]:
    suites = port.suites(_TLS_1_2)
    if suites and port.complete(_TLS_1_2) and not any(suite.forward_secret for suite in suites):
        yield f"{port.name} accepts no suite with forward secrecy in TLS 1.2."


def _prefers_without(port: Port) -> t.Iterator[str]:
    row = versions_of(port.answer).get(_TLS_1_2, {})
    suites = port.suites(_TLS_1_2)
    owns = row.get("order") == "server"
    if owns and suites and not suites[0].forward_secret and any(suite.forward_secret for suite in suites):
        yield f"{port.name} prefers {suites[0].name} in TLS 1.2 to suites with forward secrecy."


def _client_order(port: Port) -> t.Iterator[str]:
    rows = versions_of(port.answer)
    found = [version for version in port.accepted() if rows[version].get("order") == "client"]
    if found:
        yield f"{port.name} leaves the choice of the suite to the client in {version_words(found)}."


def _renegotiation(port: Port) -> t.Iterator[str]:
    if port.fact("secure_renegotiation") is False:
        yield f"{port.name} does not support secure renegotiation."


CHECKS: tuple[Check, ...] = (
    Check(
        id="endpoint.broken_suite",
        severity=Severity.ERROR,
        title="A port accepts suites that protect nothing",
        what="RC4, DES and export ciphers, or suites without encryption would succeed.",
        why="Such a connection can be read or taken over.",
        remedy=(
            "Apply stage obsolete (ciphers.*), or, where something else than Windows answers, take them out of the "
            "cipher list there."
        ),
        sources=("S1", "S6", "Seed"),
        run=_broken,
    ),
    Check(
        id="endpoint.anonymous_suite",
        severity=Severity.WARNING,
        title="A port accepts suites without a certificate",
        what="A connection in which the server proves nothing about itself would succeed.",
        why=(
            "Anybody in the middle can be the server. Schannel has no such suites: something else answers. Mail "
            "servers that verify no certificates anyway offer them on purpose."
        ),
        remedy="Leave them out of the cipher list of whatever answers there, unless it is a mail server that means it.",
        sources=("IANA",),
        run=_anonymous,
    ),
    Check(
        id="endpoint.triple_des",
        severity=Severity.WARNING,
        title="A port accepts 3DES",
        what="Suites with 3DES would succeed.",
        why="Its blocks of 64 bits leak in long connections (Sweet32); Microsoft asks for it to be off.",
        remedy="Apply stage suites (ciphers.triple_des_168) when no client is left that has nothing better.",
        sources=("S1",),
        run=_triple_des,
    ),
    Check(
        id="endpoint.no_forward_secrecy",
        severity=Severity.WARNING,
        title="A port accepts no suite with forward secrecy",
        what="Every suite of TLS 1.2 uses the key of the certificate itself.",
        why="Who gets that key one day can read everything that was recorded before.",
        remedy="Apply stage suites (cipher_suites.group_policy), which puts suites with ECDHE first.",
        sources=("S1",),
        run=_no_forward_secrecy,
    ),
    Check(
        id="endpoint.forward_secrecy_last",
        severity=Severity.WARNING,
        title="A port prefers a suite without forward secrecy",
        what="The first choice of the server is RSA key exchange, and it has better ones.",
        why="Most clients end up without forward secrecy although they could have it.",
        remedy="Apply stage suites (cipher_suites.group_policy), which puts suites with ECDHE first.",
        sources=("S1",),
        run=_prefers_without,
    ),
    Check(
        id="endpoint.client_order",
        severity=Severity.NOTE,
        title="A port leaves the choice of the suite to the client",
        what="Of the suites that both know, the first one of the client is taken.",
        why="Schannel has an order of its own, so something else answers here; its list of suites decides alone.",
        remedy="Find out what answers on that port, and set the order there.",
        sources=("S4",),
        run=_client_order,
    ),
    Check(
        id="endpoint.insecure_renegotiation",
        severity=Severity.WARNING,
        title="A port does not support secure renegotiation",
        what="The answer does not carry the extension of RFC 5746.",
        why="Strict peers, Exchange 2019 among them, refuse the connection; others can be tricked.",
        remedy="Install the updates of Windows (MS10-049), or those of what answers there.",
        sources=("S1",),
        run=_renegotiation,
    ),
)
