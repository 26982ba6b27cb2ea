# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a host is, as far as the catalogue can tell."""

from __future__ import annotations

import dataclasses

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import ExchangeRelease, OperatingSystem


@dataclasses.dataclass(frozen=True)
class HostIdentity:
    """Facts that decide which rules apply; None = unknown, and an unknown fact never matches a rule.

    ``exchange``: ex2010 ex2013 ex2016 ex2019 exse, "none" when Exchange is certainly not installed. ``role``:
    mailbox, edge, none, unknown.
    ``service``: in_service, in_maintenance (component states say drained and, in a DAG, the cluster node is out of
    the way), not_exchange, unknown.
    ``exchange_build``: four numbers, from ExSetup.exe if it was read, else from the Msi values (cumulative update
    level only).
    ``certificate_types``: rsa, ecdsa of the certificates that http.sys bindings name, empty = unknown.
    """

    computer: str | None
    os: OperatingSystem | None
    build: int | None
    ubr: int | None
    exchange: str | None
    exchange_build: tuple[int, int, int, int] | None
    release: ExchangeRelease | None
    abilities: frozenset[str]
    role: str
    service: str
    dotnet_release: int | None
    powershell: str | None
    boot: int | None
    now: int | None
    certificate_types: frozenset[str] = frozenset()
