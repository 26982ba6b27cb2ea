# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answer of an endpoint means: everything that can be said of a port without knowing the host behind it."""

from __future__ import annotations

from .answer import answered, endpoint_name, leaf_certificates, suite_names, versions_of
from .certificates import FAMILIES, CertificateAudit, audit_certificates
from .certificates import to_data as certificates_to_data
from .intent import Expectation, Intent, Server, intent
from .port import find_at_port

__all__ = [
    "FAMILIES",
    "CertificateAudit",
    "Expectation",
    "Intent",
    "Server",
    "answered",
    "audit_certificates",
    "certificates_to_data",
    "endpoint_name",
    "find_at_port",
    "intent",
    "leaf_certificates",
    "suite_names",
    "versions_of",
]
