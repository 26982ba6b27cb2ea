# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the answers of ``endpoint_info``. They come from a wire and from other people's files: nothing is trusted."""

from __future__ import annotations

import base64
import binascii
import typing as t
from collections.abc import Mapping  # isinstance with that of typing takes ten times as long

from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

#: Longer ones are no certificates.
LONGEST_CERTIFICATE = 64 * 1024


def endpoint_name(answer: t.Mapping[str, t.Any]) -> str:
    """``host:port (service)`` for sentences."""
    service = answer.get("service")
    name = one_line(f"{answer.get('host', '?')}:{answer.get('port', '?')}")
    return f"{name} ({one_line(service, 100)})" if isinstance(service, str) and service else name


def answered(observed: t.Sequence[t.Any]) -> tuple[t.Mapping[str, t.Any], ...]:
    """The endpoints that spoke TLS; drained, throttled and unreachable ones say nothing about a version."""
    return tuple(answer for answer in observed if isinstance(answer, Mapping) and answer.get("status") == "answered")


def versions_of(answer: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Mapping[str, t.Any]]:
    """Version id -> what was found out about it."""
    versions = answer.get("versions")
    if not isinstance(versions, Mapping):
        return {}
    return {str(name): row for name, row in versions.items() if isinstance(row, Mapping)}


def suite_names(row: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """The suites that were accepted in one version."""
    suites = row.get("suites")
    if not isinstance(suites, (list, tuple)):
        return ()
    names = (suite.get("name") for suite in suites if isinstance(suite, Mapping))
    return tuple(name for name in names if isinstance(name, str))


def leaf_certificates(observed: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[bytes, ...]:
    """The DER of the certificate that each endpoint presented, the first of its chain."""
    found: list[bytes] = []
    for answer in answered(observed):
        chain = answer.get("certificates")
        first = chain[0] if isinstance(chain, (list, tuple)) and chain else None
        if not isinstance(first, str) or len(first) > 2 * LONGEST_CERTIFICATE:
            continue
        try:
            found.append(base64.b64decode(first, validate=True))
        except (binascii.Error, ValueError):
            continue
    return tuple(found)
