# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about a port: versions, suites and habits that it answered with."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import Server, answered, endpoint_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, in_order

from . import reach, suites, versions
from .check import Check, Port

__all__ = ["KINDS", "find_at_port"]

KINDS: tuple[Check, ...] = (*reach.CHECKS, *versions.CHECKS, *suites.CHECKS)

_ANY_SERVER = Server()


def find_at_port(answer: t.Mapping[str, t.Any], server: Server = _ANY_SERVER) -> tuple[Finding, ...]:
    """What is to be said about one answer of endpoint_info, the worst first.

    An answer that is none (unreachable, throttled) gives a finding that nothing is proven, never one about TLS.
    """
    port = Port(answer, server, bool(answered([answer])))
    return in_order(check.finding(endpoint_name(answer), sentence) for check in KINDS for sentence in check.run(port))
