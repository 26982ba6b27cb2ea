# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task about ports without Ansible: what is looked at before the first connection, and what the answers mean.

The action ``endpoint_info`` and the command line differ only in what carries the question. Pure; internal to this
collection.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ._answer import Server
from ._baseline import DEFAULT_PROFILE, load_profile
from ._catalogue import Catalogue
from ._endpoint import (
    Client,
    Context,
    Sender,
    Without,
    clients_of,
    hello_of,
    judge,
    judge_partners,
    load_clients,
    read_clients,
    senders_of,
)
from ._task import lost_by, server_behind
from ._words import plain_data

Data = dict[str, t.Any]


class InquiryError(Exception):
    """An option that makes no sense; one sentence."""


@dataclasses.dataclass(frozen=True)
class Inquiry:
    """What is asked, and all that the answers will be judged by.

    ``question``: the options for the prober, hellos to replay included. ``servers``: build as given -> what it can do.
    """

    question: Data
    clients: tuple[Client, ...]
    senders: tuple[Sender, ...]
    servers: t.Mapping[str | None, Server]
    stage: str

    def conclude(self, observed: t.Mapping[str, t.Any], today: datetime.date) -> Data:
        """These answers with all that is to be said of them, ``groups``, and ``findings`` of the groups.

        ``observed``: ``endpoints`` and ``partners`` as the prober gives them. ``today``: the day in UTC.
        """
        answers = plain_data(observed["endpoints"])
        judged = judge(answers, Context(today, self.clients, lambda answer: self.servers[answer.get("exchange")]))
        partners = judge_partners(plain_data(observed["partners"]), self.senders, today, self.stage)
        return {**judged, "partners": partners}


def inquire(arguments: t.Mapping[str, t.Any], own_clients: str | None, catalogue: Catalogue) -> Inquiry:
    """``arguments``: all options of endpoint_info. ``own_clients``: the text of the file that its ``clients`` names.

    :raises InquiryError: a build or a sender that is none
    :raises ClientsError: something is wrong with a file of clients
    """
    servers = _servers(arguments["endpoints"] or [], catalogue)
    clients = _clients(arguments, own_clients)
    senders = _senders(arguments, clients)
    question = _with_hellos(arguments, clients, senders)
    simulated = clients if arguments["simulate"] else ()
    return Inquiry(question, simulated, senders, servers, arguments["stage"])


def _servers(endpoints: t.Sequence[Data], catalogue: Catalogue) -> dict[str | None, Server]:
    try:
        return {build: server_behind(build, catalogue) for build in {item.get("exchange") for item in endpoints}}
    except ValueError as error:
        raise InquiryError(str(error)) from error


def _clients(arguments: t.Mapping[str, t.Any], own: str | None) -> tuple[Client, ...]:
    """All clients that are known; none where nobody needs them."""
    if not arguments["judge"]:
        return ()
    return (*load_clients(), *(() if own is None else read_clients(own, arguments["clients"])))


def _senders(arguments: t.Mapping[str, t.Any], clients: tuple[Client, ...]) -> tuple[Sender, ...]:
    if not (arguments["judge"] and arguments["partners"]):
        return ()
    lost = lost_by(load_profile(DEFAULT_PROFILE), arguments["stage"])
    try:
        return senders_of(arguments["senders"], clients, Without(lost.versions, lost.ciphers, macs=lost.macs))
    except LookupError as error:
        raise InquiryError(str(error.args[0])) from error


def _with_hellos(
    arguments: t.Mapping[str, t.Any], clients: tuple[Client, ...], senders: tuple[Sender, ...]
) -> dict[str, t.Any]:
    """Every endpoint gets the hellos of the clients that use its service, if asked to, and every partner ours."""
    question = dict(arguments)
    hellos: list[Client] = []
    if question["verify"] and question["simulate"]:
        hellos += clients
        question["endpoints"] = [
            {**item, "replays": [client.id for client in clients_of(item, clients)]}
            for item in question["endpoints"] or []
        ]
    ours = [hello for sender in senders for hello in sender.hellos]
    if ours:
        question["partners"] = [
            {**item, "replays": [hello.id for hello in ours]} for item in question["partners"] or []
        ]
    # A sender as it is today is one of the clients too; a hello is described once.
    described = {client.id: client for client in (*hellos, *ours)}
    question["hellos"] = [hello_of(client) for client in described.values()]
    return question
