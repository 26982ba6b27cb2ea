# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates of an endpoint: what they are, and what is to be said of them; nothing is trusted."""

from __future__ import annotations

from .audit import audit_certificates
from .data import to_data
from .kinds import FAMILIES
from .model import Certificate, CertificateAudit, Chain, Order, Renewal

__all__ = [
    "FAMILIES",
    "Certificate",
    "CertificateAudit",
    "Chain",
    "Order",
    "Renewal",
    "audit_certificates",
    "to_data",
]
