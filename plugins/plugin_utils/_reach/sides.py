# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An offer as the answer of a port, and as a client: what the simulation of clients understands."""

from __future__ import annotations

import functools
import types
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import Client, ClientKind, Seen, see
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Offer

Answer = t.Mapping[str, t.Any]

_BY_ID: t.Mapping[str, Version] = types.MappingProxyType({version.id: version for version in Version})


def answer_of(offer: Offer, certificates: t.Iterable[str], observed: Answer | None = None) -> Answer | None:
    """What its ports would answer (contract of endpoint_info); None when that is not known.

    ``certificates``: rsa, ecdsa. ``observed``: an answer of the same port, for the chains that it shows.
    """
    if offer.server is None or offer.suites is None:
        return None
    kinds = [kind.upper() for kind in sorted(certificates)]
    accepted = {"state": "accepted", "order": "server", "complete": True}
    rows = {
        name: {**accepted, "suites": [{"name": suite} for suite in offer.suites]}
        if name in offer.server
        else {"state": "refused"}
        for name in _BY_ID
    }
    groups = {} if offer.groups is None else {version: list(offer.groups) for version in offer.server}
    facts = {"groups": groups, "groups_complete": list(groups), "secure_renegotiation": True, "unified_hello": True}
    shown = observed or {}
    return {
        "status": "answered",
        "versions": rows,
        "certificates": shown.get("certificates", []),
        "chains": shown.get("chains") or [{"authentication": kind, "certificates": []} for kind in kinds],
        "facts": facts,
    }


@functools.lru_cache(maxsize=64)
def seen_as_installed(offer: Offer, *certificates: str) -> Seen | None:
    """The same, read already, for a peer whose ports nobody looked at: many hosts meet the same few."""
    answer = answer_of(offer, certificates)
    return None if answer is None else see(answer)


@functools.lru_cache(maxsize=64)
def seen_as_server(client: Client) -> Seen | None:
    """A service of the cloud takes what it offers itself (S22); so do mail servers that nobody set up otherwise."""
    versions = tuple(version.id for version in client.versions)
    return seen_as_installed(Offer(versions, versions, client.suites, client.groups or None), "rsa", "ecdsa")


def client_of(offer: Offer, name: str) -> Client | None:
    """The host as a client; None when it is not known what it offers or it offers nothing."""
    if not offer.client or not offer.suites:
        return None
    versions = [_BY_ID[version] for version in offer.client]
    return Client(
        id="host",
        name=name,
        family="windows",
        kind=ClientKind.SITE,
        services=(),
        lowest=min(versions),
        highest=max(versions),
        suites=offer.suites,
        groups=offer.groups or (),
        renegotiation="extension",
    )
