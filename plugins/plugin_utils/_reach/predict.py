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
    ClientResult,
    Seen,
    outcome_at,
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


class _Meeting(t.NamedTuple):
    """A peer in one direction; ``now`` and ``then``: port and client, each None where what it offers is not known."""

    kind: str
    peer: str
    direction: str
    now: tuple[Seen | None, Client | None]
    then: tuple[Seen | None, Client | None]


class _Side(t.NamedTuple):
    """The host as a port and as a client, today and when the plan counts; the same twice where it stays as it is."""

    ports: tuple[Seen | None, Seen | None]
    clients: tuple[Client | None, Client | None]


def predict(before: Offer, after: Offer, around: Surroundings) -> tuple[Reach, ...]:
    """Everyone whom a plan cuts off, and those of whom it is worth knowing that they still connect.

    ``before``: what the host offers today; ``after``: when the plan counts.
    """
    host = _side(before, after, around)
    rows: list[Reach] = []
    # Servers of an organisation are alike: how one of them fares is how all do that offer the same.
    alike: dict[Offer | None, tuple[Reach, ...]] = {}
    for neighbour in around.servers:
        if neighbour.offer not in alike:
            alike[neighbour.offer] = _neighbour(neighbour.name, neighbour.offer, host)
        rows += [dataclasses.replace(row, peer=neighbour.name) for row in alike[neighbour.offer]]
    return (*_told(_others(around, host)), *rows)


def _side(before: Offer, after: Offer, around: Surroundings) -> _Side:
    shown = next((one for one in around.observed if one.get("chains")), None)
    answers = [answer_of(offer, around.certificates, shown) for offer in (before, after)]
    now, then = (None if answer is None else see(answer) for answer in answers)
    own, later = (client_of(offer, "the server") for offer in (before, after))
    return _Side((now, now if now == then else then), (own, own if own == later else later))


def _others(around: Surroundings, host: _Side) -> t.Iterator[_Meeting]:
    """Whom the host meets beside its neighbours."""
    known = {client.id: client for client in around.clients}
    for kind, client in _callers(around, known):
        yield _incoming(kind, client, host)
    if _CLOUD_SMTP in known:
        yield _outgoing(CLOUD, known[_CLOUD_SMTP].name, seen_as_server(known[_CLOUD_SMTP]), host)
    for client in around.clients:
        if _is_partner(client):
            yield _outgoing(PARTNERS, client.name, seen_as_server(client), host)
    for name, offer in around.directories.items():
        yield _outgoing(DIRECTORY, name, seen_as_installed(offer, "rsa"), host)


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


def _neighbour(name: str, offer: Offer | None, host: _Side) -> tuple[Reach, ...]:
    if offer is None:
        return tuple(Reach(SERVERS, name, way, UNKNOWN, UNKNOWN, "It was not read.") for way in ("in", "out"))
    client = client_of(offer, name)
    incoming = [] if client is None else [_incoming(SERVERS, client, host)]
    return _told([*incoming, _outgoing(SERVERS, name, seen_as_installed(offer, "rsa"), host)])


def _incoming(kind: str, client: Client, host: _Side) -> _Meeting:
    return _Meeting(kind, client.name, "in", (host.ports[0], client), (host.ports[1], client))


def _outgoing(kind: str, name: str, peer: Seen | None, host: _Side) -> _Meeting:
    return _Meeting(kind, name, "out", (peer, host.clients[0]), (peer, host.clients[1]))


def _told(meetings: t.Iterable[_Meeting]) -> tuple[Reach, ...]:
    return tuple(row for meeting in meetings for row in [_row(meeting)] if row is not None)


def _row(meeting: _Meeting) -> Reach | None:
    """How a peer fares, worked out no further than it takes: None where nothing happens to it that has to be told."""
    always = meeting.kind in _ALWAYS
    if not always and meeting.now == meeting.then:
        return None
    after, detail = _meet(*meeting.then)
    if not always and after != NO:
        return None
    row = Reach(meeting.kind, meeting.peer, meeting.direction, _meet(*meeting.now)[0], after, detail)
    return row if always or row.is_cut else None


def _meet(port: Seen | None, client: Client | None) -> tuple[str, str]:
    """How a client fares at a port, and why."""
    if port is None or client is None:
        return _NOT_KNOWN
    outcome = outcome_at(port, _without_limits(client))
    if outcome.result is ClientResult.CONNECTS:
        return YES, outcome.detail
    return (UNKNOWN if outcome.result is ClientResult.UNKNOWN else NO), outcome.detail


@functools.lru_cache(maxsize=512)
def _without_limits(client: Client) -> Client:
    return dataclasses.replace(client, **_NO_LIMITS)


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
    """As plain data for a result: those whom the plan cuts off, then the others.

    Servers that nothing happens to share one where they fare alike: each of many would have two for each other.
    """
    ordered = sorted(_together(rows), key=lambda row: (not row.is_cut, KINDS.index(row.kind), row.peer, row.direction))
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
