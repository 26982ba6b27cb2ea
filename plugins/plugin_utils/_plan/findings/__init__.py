# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings: statements about a host, each by a named check of one table."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, in_order
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .check import Check, Endpoint, Hit, View
from .table import FAMILIES, FINDINGS

__all__ = ["FAMILIES", "FINDINGS", "Check", "Hit", "find"]


def find(state: State, *, observed: t.Iterable[Endpoint] = ()) -> tuple[Finding, ...]:
    """Everything that is to be said about a host, the worst first, then by id and subject.

    ``observed``: what its endpoints answered (contract W).
    """
    view = View(state, tuple(observed))
    hits = ((check, hit) for check in FINDINGS.values() for hit in check.run(view))
    return in_order(check.finding(hit.subject, hit.message) for check, hit in hits)
