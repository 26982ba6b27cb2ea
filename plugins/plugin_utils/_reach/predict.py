# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before and after, peer by peer. What is not known is unknown, and only what is certain refuses a plan."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    Client,
    ClientOutcome,
    ClientResult,
    Seen,
    outcomes_at,
    see,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Offer

from .peers import (
    BALANCER,
    CLIENTS,
    CLOUD,
    DIRECTORY,
    KINDS,
    MANAGEMENT,
    PARTNERS,
    REMOTE_DESKTOP,
    SERVERS,
    Surroundings,
)
from .sides import answer_of, client_of, seen_as_installed, seen_as_server

YES, NO, UNKNOWN = "connects", "lost", "unknown"
#: The limits of a certificate that was not seen cannot be held against anybody; a change of versions and suites
#: does not touch it.
_NO_LIMITS: t.Mapping[str, t.Any] = {
    "hashes": None,
    "rsa_min_bits": None,
    "rsa_max_bits": None,
    "dh_min_bits": None,
    "dh_max_bits": None,
}
_CLOUD_SMTP = "exchange_online_smtp"
_CLOUD_CLIENTS = (_CLOUD_SMTP, "exchange_online_https")
_RDP = "rdp"
#: Of these families what speaks SMTP alone is a mail server: it sends to this host, and takes mail from it.
_MAIL_SERVERS = ("exchange", "postfix")
_NOT_KNOWN = (UNKNOWN, "What one of the two offers is not known.")
#: Of these it is worth knowing that they still connect.
_ALWAYS = (MANAGEMENT, SERVERS, CLOUD, BALANCER)
#: Servers that share a row; the others are counted.
_NAMED = 5


@dataclasses.dataclass(frozen=True)
class Reach:
    """One peer in one direction: ``in``, it comes to the host; ``out``, the host goes to it.

    ``before``, ``after``: connects, lost, unknown. ``detail``: why, of ``after``.
    """

    kind: str
    peer: str
    direction: str
    before: str
    after: str
    detail: str

    @property
    def is_cut(self) -> bool:
        """Whether the plan ends what works today."""
        return self.before == YES and self.after == NO


class _Side(t.NamedTuple):
    """The host as a port and as a client."""

    port: Seen | None
    client: Client | None


def predict(before: Offer, after: Offer, around: Surroundings) -> tuple[Reach, ...]:
    """Every peer that is known. ``before``: what the host offers today; ``after``: when the plan counts."""
    shown = next((one for one in around.observed if one.get("chains")), None)
    answers = [answer_of(offer, around.certificates, shown) for offer in (before, after)]
    ports = [None if answer is None else see(answer) for answer in answers]
    sides = [_Side(port, client_of(offer, "the server")) for port, offer in zip(ports, (before, after))]
    rows: list[Reach] = []
    # Servers of an organisation are alike: how one of them fares is how all do that offer the same.
    alike: dict[Offer | None, tuple[Reach, ...]] = {}
    for neighbour in around.servers:
        if neighbour.offer not in alike:
            alike[neighbour.offer] = tuple(_neighbour(SERVERS, neighbour.name, neighbour.offer, sides))
        rows += [dataclasses.replace(row, peer=neighbour.name) for row in alike[neighbour.offer]]
    known = {client.id: client for client in around.clients}
    if _CLOUD_SMTP in known:
        rows.append(_outgoing(CLOUD, known[_CLOUD_SMTP].name, seen_as_server(known[_CLOUD_SMTP]), sides))
    partners = (client for client in around.clients if _is_partner(client))
    rows += [_outgoing(PARTNERS, client.name, seen_as_server(client), sides) for client in partners]
    directories = around.directories.items()
    rows += [_outgoing(DIRECTORY, name, seen_as_installed(offer, "rsa"), sides) for name, offer in directories]
    return (*_incoming(_callers(around, known), sides), *rows)


def prepare(clients: t.Iterable[Client], directories: t.Iterable[Offer]) -> None:
    """Work out once what :func:`predict` needs of those that are the same for every host."""
    for client in clients:
        _without_limits(client)
        if client.id == _CLOUD_SMTP or _is_partner(client):
            seen_as_server(client)
    for offer in directories:
        seen_as_installed(offer, "rsa")


def _callers(around: Surroundings, known: t.Mapping[str, Client]) -> t.Iterator[tuple[str, Client]]:
    """All that come to the host as clients, neighbours apart, with their kinds."""
    if around.management is not None:
        yield MANAGEMENT, around.management
    for kind, names in ((CLOUD, _CLOUD_CLIENTS), (BALANCER, around.balancers)):
        for name in names:
            if name in known:
                yield kind, known[name]
    for client in around.clients:
        if client.id not in (*_CLOUD_CLIENTS, *around.balancers):
            yield _kind_of(client), client


def _kind_of(client: Client) -> str:
    if _is_partner(client):
        return PARTNERS
    return REMOTE_DESKTOP if _RDP in client.services else CLIENTS


def _is_partner(client: Client) -> bool:
    return client.family in _MAIL_SERVERS and tuple(client.services) == ("smtp",)


def _neighbour(kind: str, name: str, offer: Offer | None, sides: t.Sequence[_Side]) -> t.Iterator[Reach]:
    if offer is None:
        detail = "It was not read."
        yield Reach(kind, name, "in", UNKNOWN, UNKNOWN, detail)
        yield Reach(kind, name, "out", UNKNOWN, UNKNOWN, detail)
        return
    client = client_of(offer, name)
    if client is not None:
        yield from _incoming([(kind, client)], sides)
    yield _outgoing(kind, name, seen_as_installed(offer, "rsa"), sides)


def _incoming(callers: t.Iterable[tuple[str, Client]], sides: t.Sequence[_Side]) -> list[Reach]:
    """All at once, and not again where the plan leaves the port as it is."""
    kinds = list(callers)
    clients = [client for _kind, client in kinds]
    first = _meet(sides[0].port, clients)
    second = first if sides[0].port == sides[1].port else _meet(sides[1].port, clients)
    return [
        Reach(kind, client.name, "in", before[0], after[0], after[1])
        for (kind, client), before, after in zip(kinds, first, second)
    ]


def _outgoing(kind: str, name: str, peer: Seen | None, sides: t.Sequence[_Side]) -> Reach:
    clients = [side.client for side in sides]
    ends = _meet(peer, clients[:1] if clients[0] == clients[1] else clients)
    return Reach(kind, name, "out", ends[0][0], ends[-1][0], ends[-1][1])


def _meet(port: Seen | None, clients: t.Sequence[Client | None]) -> list[tuple[str, str]]:
    """How each of the clients fares, and why."""
    if port is None:
        return [_NOT_KNOWN] * len(clients)
    outcomes = iter(outcomes_at(port, [_without_limits(client) for client in clients if client is not None]))
    return [_NOT_KNOWN if client is None else _end(next(outcomes)) for client in clients]


@functools.lru_cache(maxsize=512)
def _without_limits(client: Client) -> Client:
    return dataclasses.replace(client, **_NO_LIMITS)


def _end(outcome: ClientOutcome) -> tuple[str, str]:
    if outcome.result is ClientResult.CONNECTS:
        return YES, outcome.detail
    return (UNKNOWN if outcome.result is ClientResult.UNKNOWN else NO), outcome.detail


def refusal(rows: t.Iterable[Reach]) -> tuple[str, ...]:
    """Sentences, one for each cut that no plan may make: the way to repair the host, a server of the organisation."""
    words = {MANAGEMENT: "could no longer manage it", SERVERS: "could no longer speak to it"}
    found = []
    for row in rows:
        if row.is_cut and row.kind in words:
            what = words[row.kind] if row.direction == "in" else "could no longer be spoken to from it"
            found.append(f"{row.peer} {what}: {row.detail}")
    return tuple(found)


def reach_data(rows: t.Iterable[Reach]) -> list[dict[str, t.Any]]:
    """As plain data for a result: those whom the plan cuts off, then those that always have a row.

    Servers that nothing happens to share one where they fare alike: each of many would have two for each other.
    """
    named = _together(row for row in rows if row.is_cut or row.kind in _ALWAYS)
    ordered = sorted(named, key=lambda row: (not row.is_cut, KINDS.index(row.kind), row.peer, row.direction))
    return [{**dataclasses.asdict(row), "cut": row.is_cut} for row in ordered]


def _together(rows: t.Iterable[Reach]) -> t.Iterator[Reach]:
    peers: dict[Reach, list[str]] = {}
    for row in rows:
        if row.kind == SERVERS and not row.is_cut:
            peers.setdefault(dataclasses.replace(row, peer=""), []).append(row.peer)
        else:
            yield row
    for row, names in peers.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield dataclasses.replace(row, peer=", ".join(names[:_NAMED]) + more)
