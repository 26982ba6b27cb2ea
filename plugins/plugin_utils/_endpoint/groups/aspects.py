# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What members must have in common: each aspect gives one value per answer, in words; None = not known there."""

from __future__ import annotations

import base64
import binascii
import hashlib
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import suite_names, versions_of

from ..port.check import VERSION_NAMES, version_words

Answer = t.Mapping[str, t.Any]

_ACCEPTED = "accepted"
_REFUSED = ("refused", "refused_by_close")
#: Long enough to tell two certificates apart, short enough to read.
_FINGERPRINT = 16


def _versions(answer: Answer) -> str | None:
    rows = versions_of(answer)
    states = {version: str(rows.get(version, {}).get("state")) for version in VERSION_NAMES}
    if any(state != _ACCEPTED and state not in _REFUSED for state in states.values()):
        return None
    return version_words(version for version, state in states.items() if state == _ACCEPTED) or "no version"


def _suites(version: str) -> t.Callable[[Answer], str | None]:
    """The suites of one version; in the order of the server if it has one."""

    def value(answer: Answer) -> str | None:
        row = versions_of(answer).get(version, {})
        if row.get("state") != _ACCEPTED or row.get("complete") is not True:
            return None
        names = suite_names(row)
        return ", ".join(names if row.get("order") == "server" else sorted(names))

    return value


def _order(version: str) -> t.Callable[[Answer], str | None]:
    def value(answer: Answer) -> str | None:
        order = versions_of(answer).get(version, {}).get("order")
        return f"the {order} chooses" if order in ("server", "client") else None

    return value


def _certificate(answer: Answer) -> str | None:
    """The leaf of each kind of key by its SHA-256."""
    ders, chains = answer.get("certificates"), answer.get("chains")
    if not isinstance(ders, (list, tuple)) or not isinstance(chains, (list, tuple)):
        return None
    found = sorted(filter(None, (_leaf(chain, ders) for chain in chains if isinstance(chain, t.Mapping))))
    return ", ".join(dict.fromkeys(found)) or None


def _leaf(chain: t.Mapping[str, t.Any], ders: t.Sequence[t.Any]) -> str | None:
    positions = chain.get("certificates")
    first = positions[0] if isinstance(positions, (list, tuple)) and positions else None
    if not isinstance(first, int) or not 0 <= first < len(ders) or not isinstance(ders[first], str):
        return None
    try:
        der = base64.b64decode(ders[first], validate=True)
    except (binascii.Error, ValueError):
        return None
    return f"SHA-256 {hashlib.sha256(der).hexdigest()[:_FINGERPRINT]}..."


#: Aspect -> its value in one answer. What Extended Protection and balancers that re-encrypt need equal (S11).
ASPECTS: t.Mapping[str, t.Callable[[Answer], str | None]] = {
    "versions": _versions,
    "certificate": _certificate,
    **{f"suites of {VERSION_NAMES[version]}": _suites(version) for version in VERSION_NAMES},
    **{f"owner of the order in {VERSION_NAMES[version]}": _order(version) for version in VERSION_NAMES},
}
