# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answer of an endpoint means: everything that can be said of a port without knowing the host behind it."""

from __future__ import annotations

from .certificates import CertificateAudit, audit_certificates
from .certificates import to_data as certificates_to_data
from .clients import (
    Client,
    ClientsError,
    Seen,
    clients_of,
    hello_of,
    load_clients,
    outcome_at,
    read_clients,
    see,
    simulate,
)
from .clients import Kind as ClientKind
from .clients import Outcome as ClientOutcome
from .clients import Result as ClientResult
from .families import FAMILIES
from .groups import compare_groups, comparison_data
from .groups import findings_of as findings_of_groups
from .judge import Context, judge
from .partners import Sender, judge_partners, senders_of
from .port import find_at_port
from .reduced import Without
from .score import load_rules

__all__ = [
    "FAMILIES",
    "CertificateAudit",
    "Client",
    "ClientKind",
    "ClientOutcome",
    "ClientResult",
    "ClientsError",
    "Context",
    "Seen",
    "Sender",
    "Without",
    "audit_certificates",
    "certificates_to_data",
    "clients_of",
    "compare_groups",
    "comparison_data",
    "find_at_port",
    "findings_of_groups",
    "hello_of",
    "judge",
    "judge_partners",
    "load_clients",
    "load_rules",
    "outcome_at",
    "read_clients",
    "see",
    "senders_of",
    "simulate",
]
