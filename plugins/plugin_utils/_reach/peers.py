# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who stands around a host: its management, its neighbours, and those that it serves or depends on."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import Client
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Offer

#: Peers without whom a host is lost: nobody can repair it, or mail stops in the organisation.
MANAGEMENT, SERVERS = "management", "servers"
#: Everybody else is reported.
CLOUD, BALANCER, DIRECTORY = "exchange_online", "load_balancer", "directory"
PARTNERS, REMOTE_DESKTOP, CLIENTS = "partner_servers", "remote_desktop", "clients"
#: The most important first.
KINDS = (MANAGEMENT, SERVERS, CLOUD, BALANCER, DIRECTORY, PARTNERS, REMOTE_DESKTOP, CLIENTS)


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """Another server of the organisation, Edge included; ``offer`` None = it was not read."""

    name: str
    offer: Offer | None


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What is known around one host.

    ``management``: the controller as a client, None when its connection is not by TLS. ``servers``: other members.
    ``clients``: all known clients. ``balancers``: ids of those that stand for the site's load balancer.
    ``directories``: name -> what domain controllers of that Windows offer as installed. ``certificates``: kinds of
    key that the host has. ``observed``: answers of its own ports.
    """

    management: Client | None = None
    servers: tuple[Neighbour, ...] = ()
    clients: tuple[Client, ...] = ()
    balancers: tuple[str, ...] = ()
    directories: t.Mapping[str, Offer] = dataclasses.field(default_factory=dict)
    certificates: frozenset[str] = frozenset({"rsa"})
    observed: tuple[t.Mapping[str, t.Any], ...] = ()
