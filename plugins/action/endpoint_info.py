# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ports really answer, and what that means. See the document of the module.

The module of the same name connects, wherever it is delegated to; what it saw is judged here, on the controller.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.msexchange.tls.plugins.modules.endpoint_info import CONDITIONS, argument_spec
from ansible_collections.msexchange.tls.plugins.plugin_utils._action import Result, Task, TaskError, TlsAction
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import Server
from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import DEFAULT_PROFILE, load_profile
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    Client,
    ClientsError,
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
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import lost_by, server_behind
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line, plain_data

MODULE = "msexchange.tls.endpoint_info"
Data = dict[str, t.Any]


class ActionModule(TlsAction):
    """Let the module ask, then say what the answers mean."""

    ARGUMENTS = argument_spec()
    CONDITIONS = CONDITIONS

    def perform(self, task: Task) -> Result:
        """One execution of the module; the hosts behind the ports are not touched."""
        arguments: Data = dict(task.arguments)
        servers = self._servers(task)
        clients = self._clients(arguments)
        senders = self._senders(arguments, clients)
        add_hellos(arguments, clients, senders)
        raw = self._ask(arguments, task)
        if raw.get("failed") or raw.get("unreachable") or not arguments["judge"]:
            return raw
        today = datetime.datetime.now(datetime.timezone.utc).date()
        answers = plain_data(raw["endpoints"])
        judged = judge(
            answers,
            Context(today, clients if arguments["simulate"] else (), lambda answer: servers[answer.get("exchange")]),
        )
        partners = judge_partners(plain_data(raw["partners"]), senders, today, arguments["stage"])
        return {**raw, **judged, "partners": partners}

    def _servers(self, task: Task) -> dict[str | None, Server]:
        """Build as given -> what it can do; looked at first, so that a misspelt build costs no connection."""
        try:
            given = {item.get("exchange") for item in task.arguments["endpoints"] or []}
            return {build: server_behind(build, task.catalogue) for build in given}
        except ValueError as error:
            raise TaskError(f"{self._task.action}: {error}") from error

    def _clients(self, arguments: Data) -> tuple[Client, ...]:
        """All clients that are known; none where nobody needs them."""
        if not arguments["judge"]:
            return ()
        own: tuple[Client, ...] = ()
        path = arguments["clients"]
        try:
            if path is not None:
                own = read_clients(self.read_controller_text(path, "file of clients"), path)
            return (*load_clients(), *own)
        except ClientsError as error:
            raise TaskError(str(error)) from error

    def _senders(self, arguments: Data, clients: tuple[Client, ...]) -> tuple[Sender, ...]:
        if not (arguments["judge"] and arguments["partners"]):
            return ()
        lost = lost_by(load_profile(DEFAULT_PROFILE), arguments["stage"])
        try:
            return senders_of(arguments["senders"], clients, Without(lost.versions, lost.ciphers, macs=lost.macs))
        except LookupError as error:
            raise TaskError(f"{self._task.action}: {error.args[0]}") from error

    def _ask(self, arguments: Data, task: Task) -> Result:
        try:
            raw: Result = self._execute_module(
                module_name=MODULE, module_args=given(arguments), task_vars=dict(task.variables)
            )
        except AnsibleConnectionFailure as error:
            where = task.broker.host
            raise TaskError(
                f"{where}, from where the connections should leave, was unreachable: {one_line(error.message, 400)}.",
                unreachable=True,
            ) from error
        return raw


def add_hellos(arguments: Data, clients: tuple[Client, ...], senders: tuple[Sender, ...]) -> None:
    """Give every endpoint the hellos of the clients that use its service, if asked to, and every partner ours."""
    hellos: list[Client] = []
    if arguments["verify"] and arguments["simulate"]:
        hellos += clients
        arguments["endpoints"] = [
            {**item, "replays": [client.id for client in clients_of(item, clients)]}
            for item in arguments["endpoints"] or []
        ]
    ours = [hello for sender in senders for hello in sender.hellos]
    if ours:
        arguments["partners"] = [
            {**item, "replays": [hello.id for hello in ours]} for item in arguments["partners"] or []
        ]
    # A sender as it is today is one of the clients too; a hello is described once.
    described = {client.id: client for client in (*hellos, *ours)}
    arguments["hellos"] = [hello_of(client) for client in described.values()]


def given(value: t.Any) -> t.Any:
    """Without what was left out: to the module, an option that is there and null is a wrong one."""
    if isinstance(value, t.Mapping):
        return {name: given(item) for name, item in value.items() if item is not None}
    return [given(item) for item in value] if isinstance(value, list) else value
