# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer that a port would give without some versions or suites; what it would choose instead is left as it is."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite, suite_by_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import versions_of

from .model import Without

Answer = t.Mapping[str, t.Any]


def reduced(answer: Answer, without: Without) -> Answer:
    """A copy of ``answer``; a version whose last suite goes is refused, one whose suites are not all known stays."""
    return {**answer, "versions": {name: _row(name, row, without) for name, row in versions_of(answer).items()}}


def _row(version: str, row: t.Mapping[str, t.Any], without: Without) -> t.Mapping[str, t.Any]:
    if row.get("state") != "accepted":
        return row
    suites = row.get("suites")
    left = [one for one in suites if not _goes(one, without)] if isinstance(suites, (list, tuple)) else []
    if version in without.versions or (not left and row.get("complete") is True):
        return {**row, "state": "refused", "suites": [], "complete": False}
    return {**row, "suites": left}


def _goes(row: t.Any, without: Without) -> bool:
    name = row.get("name") if isinstance(row, t.Mapping) else None
    suite = suite_by_name(name) if isinstance(name, str) else None
    return suite is not None and _matches(suite, without)


def _matches(suite: Suite, without: Without) -> bool:
    # DES begins DES40 and DES_CBC, but 3DES is another cipher and begins with its 3.
    return (
        suite.cipher.startswith(without.ciphers)
        or suite.key_exchange in without.key_exchange
        or suite.authentication in without.authentication
        or (without.export and suite.export)
    )
