# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chains in an answer of ``endpoint_info``. It comes from a wire or from somebody's file: everything is checked."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import LONGEST_CERTIFICATE
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

#: Of all chains together; in the field a chain has up to 10.
MOST_CERTIFICATES = 32
MOST_CHAINS = 8
#: What a chain is called where nothing but TLS 1.3 was spoken, and here also where an answer does not say.
ANY = "any"


@dataclasses.dataclass(frozen=True)
class SentChain:
    """Positions in the answer's ``certificates``, the certificate of the endpoint first."""

    authentication: str
    positions: tuple[int, ...]


def sent_certificates(answer: t.Mapping[str, t.Any]) -> tuple[bytes | str, ...]:
    """DER of each certificate, or the reason why it is none, as half a sentence; the first ``MOST_CERTIFICATES``."""
    return tuple(_decoded(item) for item in _list(answer.get("certificates"))[:MOST_CERTIFICATES])


def left_out(answer: t.Mapping[str, t.Any]) -> int:
    """How many more were sent than are read."""
    return max(0, len(_list(answer.get("certificates"))) - MOST_CERTIFICATES)


def sent_chains(answer: t.Mapping[str, t.Any], count: int) -> tuple[SentChain, ...]:
    """The chains that hold any of the ``count`` certificates; without chains, all of them are one."""
    chains = [_chain(item, count) for item in _list(answer.get("chains"))[:MOST_CHAINS]]
    found = tuple(chain for chain in chains if chain.positions)
    return found or ((SentChain(ANY, tuple(range(count))),) if count else ())


def _chain(item: t.Any, count: int) -> SentChain:
    row = item if isinstance(item, t.Mapping) else {}
    authentication = row.get("authentication")
    positions = [
        position
        for position in _list(row.get("certificates"))[:MOST_CERTIFICATES]
        if isinstance(position, int) and not isinstance(position, bool) and 0 <= position < count
    ]
    return SentChain(one_line(authentication, 20) if isinstance(authentication, str) else ANY, tuple(positions))


def _list(value: t.Any) -> t.Sequence[t.Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _decoded(item: t.Any) -> bytes | str:
    if not isinstance(item, str):
        return "it is no text"
    if len(item) > LONGEST_CERTIFICATE * 4 // 3 + 4:
        return f"it is longer than {LONGEST_CERTIFICATE} bytes"
    try:
        return base64.b64decode(item, validate=True) or "it is empty"
    except (binascii.Error, ValueError):
        return "it is not base64"
