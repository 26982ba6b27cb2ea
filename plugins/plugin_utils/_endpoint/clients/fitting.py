# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clients come to an endpoint at all: a mail server does not open the web, a telephone does not relay."""

from __future__ import annotations

import typing as t

from .model import SERVICES, Client

#: What is spoken inside, by the service that an endpoint was declared to be.
_BY_SERVICE: t.Mapping[str, str] = {
    "https": "https",
    "https_backend": "https",
    "winrm": "https",
    "imaps": "imap",
    "pop3s": "pop3",
    "ldaps": "ldap",
    "submission": "smtp",
}


def clients_of(answer: t.Mapping[str, t.Any], clients: t.Iterable[Client]) -> tuple[Client, ...]:
    """The clients that use the kind of service which an answer is about; all, where that is not recognised."""
    transport, service = answer.get("transport"), answer.get("service")
    word = transport if transport in SERVICES else service
    word = _BY_SERVICE.get(word, word) if isinstance(word, str) else ""
    return tuple(client for client in clients if word not in SERVICES or word in client.services)
