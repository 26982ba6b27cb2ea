# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a port answered, read with distrust, and what it should answer. Small: whoever judges a host needs it."""

from __future__ import annotations

from .intent import Expectation, Intent, Server, intent
from .read import LONGEST_CERTIFICATE, answered, endpoint_name, leaf_certificates, suite_names, versions_of
from .unprobed import why_unprobed

__all__ = [
    "LONGEST_CERTIFICATE",
    "Expectation",
    "Intent",
    "Server",
    "answered",
    "endpoint_name",
    "intent",
    "leaf_certificates",
    "suite_names",
    "versions_of",
    "why_unprobed",
]
