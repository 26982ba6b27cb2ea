# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be true of a client, although each field by itself is right."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version, suite_by_name

from .model import Client

#: Field, name of the check, sentence.
Contradiction = tuple[str, str, str]

_MOST_BITS = 1 << 16


def contradictions(client: Client) -> tuple[Contradiction, ...]:
    """Everything that contradicts itself."""
    return tuple(found for check in _CHECKS for found in check(client))


def _versions(client: Client) -> t.Iterator[Contradiction]:
    if client.lowest > client.highest:
        yield "lowest", "version-order", f"{client.lowest.label} is above the highest version, {client.highest.label}."


def _framing(client: Client) -> t.Iterator[Contradiction]:
    if client.framing == "ssl2" and client.highest is Version.TLS_1_3:
        yield "framing", "framing", "the framing of SSL 2.0 cannot carry TLS 1.3 (RFC 8446 D.5)."
    if client.framing != "ssl2" and client.lowest is Version.SSL_2_0:
        yield "framing", "framing", "who speaks SSL 2.0 sends its hello in the framing ssl2."


def _suites(client: Client) -> t.Iterator[Contradiction]:
    """A version that is offered without a suite could never be used, so the record would say something untrue."""
    first = {suite.first_version for name in client.suites for suite in [suite_by_name(name)] if suite is not None}
    for version in client.versions:
        if version in (Version.SSL_2_0, Version.TLS_1_3):
            fits = version in first
        else:
            fits = any(Version.SSL_3_0 <= one <= max(version, Version.TLS_1_0) for one in first)
        if not fits:
            yield "suites", "no-suite", f"none of the suites can be used in {version.label}."


def _bits(client: Client) -> t.Iterator[Contradiction]:
    for what in ("rsa", "dh"):
        least, most = getattr(client, f"{what}_min_bits"), getattr(client, f"{what}_max_bits")
        if any(bits is not None and not 0 < bits <= _MOST_BITS for bits in (least, most)):
            yield f"{what}_min_bits", "bits", f"a size in bits is a number from 1 to {_MOST_BITS}."
        elif least is not None and most is not None and least > most:
            yield f"{what}_min_bits", "bits", f"{least} is more than the most that it accepts, {most}."


_CHECKS = (_versions, _framing, _suites, _bits)
