# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients: who still connects to an endpoint, with what, and who does not and why; computed, or replayed."""

from __future__ import annotations

from .fitting import clients_of
from .hello import hello_of
from .load import load_clients, read_clients
from .model import Client, Kind, Outcome, Result
from .read import ClientsError
from .seen import Seen, see
from .simulate import outcome_at, simulate

__all__ = [
    "Client",
    "ClientsError",
    "Kind",
    "Outcome",
    "Result",
    "Seen",
    "clients_of",
    "hello_of",
    "load_clients",
    "outcome_at",
    "read_clients",
    "see",
    "simulate",
]
