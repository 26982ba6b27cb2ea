# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who stands around the host of a task: this controller by its connection and OpenSSL, and the organisation."""

from __future__ import annotations

import contextlib
import functools
import ssl
import typing as t

from .._catalogue import Catalogue, CatalogueError, load
from .._endpoint import Client, ClientsError, load_clients
from .._plan import Offer, certificate_types, offer_as_installed, offer_of, read_offer
from .._reach import Neighbour, Surroundings, openssl_client, predict, prepare, reach_data, refusal
from .._state import State
from .base import Task
from .connection import is_tls

_TLS_VERSIONS: t.Mapping[int, str] = {
    ssl.TLSVersion.TLSv1: "tls_1_0",
    ssl.TLSVersion.TLSv1_1: "tls_1_1",
    ssl.TLSVersion.TLSv1_2: "tls_1_2",
    ssl.TLSVersion.TLSv1_3: "tls_1_3",
}


def preload() -> None:
    """Take in what every host meets alike, so that workers find it ready. An error is told by whoever needs it."""
    with contextlib.suppress(CatalogueError, ClientsError):
        prepare(load_clients(), _directories(load()).values())
        _controller()


def reach_of(
    connection: t.Any, task: Task, state: State, then: State
) -> tuple[tuple[str, ...], list[dict[str, t.Any]]]:
    """Sentences that refuse a plan, and who would be cut off or is worth naming, as plain data.

    ``then``: the host after the operations of the plan.
    """
    observed = task.arguments.get("observed") or ()
    around = Surroundings(
        management=_controller() if is_tls(connection) else None,
        servers=_neighbours(task),
        clients=load_clients(),
        balancers=tuple(task.arguments.get("balancers") or ()),
        directories=_directories(task.catalogue),
        certificates=certificate_types(state, observed),
        observed=tuple(observed),
    )
    rows = predict(offer_of(state, after_boot=False), offer_of(then, after_boot=True), around)
    return refusal(rows), reach_data(rows)


def _neighbours(task: Task) -> tuple[Neighbour, ...]:
    organisation = task.arguments.get("organisation") or {}
    own = task.variables.get("inventory_hostname")
    return tuple(
        Neighbour(str(name), read_offer(member.get("offer")) if isinstance(member, t.Mapping) else None)
        for name, member in organisation.items()
        if name != own
    )


@functools.cache
def _controller() -> Client | None:
    """What this Python offers where nobody changes it, as requests and urllib3 do for pywinrm and pypsrp."""
    # Without certificates of authorities: they have no part in this and take a hundred times as long as the rest.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lowest = _TLS_VERSIONS.get(context.minimum_version, "tls_1_2")
    return openssl_client(context.get_ciphers(), lowest, "tls_1_3" if ssl.HAS_TLSv1_3 else "tls_1_2")


@functools.lru_cache(maxsize=1)
def _directories(catalogue: Catalogue) -> t.Mapping[str, Offer]:
    """Domain controllers as each server version of Windows installs them."""
    found = {
        system.name: offer_as_installed(system.id, catalogue)
        for system in catalogue.systems.values()
        if not system.client
    }
    return {name: offer for name, offer in found.items() if offer is not None}
