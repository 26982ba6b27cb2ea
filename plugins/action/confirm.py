# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a change stay that would take itself back. See the document of the module."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import (
    CallerError,
    argument_spec,
    endpoint,
    observe,
    with_defaults,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._action import Result, Task, TaskError, TlsAction
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    armed,
    confirm_request,
    refused_confirmation,
    tls_answer,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeHeader
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import since_boot
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import these_keys
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line


class ActionModule(TlsAction):
    """Connect anew, connect to the endpoints, then end the timer."""

    ARGUMENTS = {
        "change": {"type": "str"},
        "endpoints": {**argument_spec()["endpoints"], "default": []},
        "observed_from": {"type": "str"},
        "force": {"type": "bool", "default": False},
    }

    def perform(self, task: Task) -> Result:
        """One execution to look, one more for each change that is confirmed."""
        # What this task found open was opened before the change, as far as it knows.
        task.broker.reconnect()
        changes = self._waiting(task)
        result: Result = {"changed": bool(changes), "confirmed": [one.id for one in changes], "endpoints": []}
        if not changes:
            return result
        result["endpoints"] = self._through_tls(task)
        if self._task.check_mode:
            return result
        for change in changes:
            answer = task.broker.confirm(change.id, confirm_request(change.id))
            if answer.get("status") != "written":
                why = one_line(answer.get("reason") or "The host gave no reason", 400)
                raise TaskError(f"{task.broker.host}: {why.rstrip('.')}. Read the server before anything else.")
        return result

    def _waiting(self, task: Task) -> tuple[ChangeHeader, ...]:
        """The changes to confirm; none if none waits."""
        observation = task.read(these_keys(()))
        for error in observation.errors:
            if error.path.lower().endswith("\\msexchange_tls\\changes"):
                raise TaskError(f"{task.broker.host}: the journals of its changes cannot be read. {error.text}")
        waiting = armed(observation.journal)
        wanted = task.arguments["change"]
        if wanted is not None:
            refusal = refused_confirmation(observation.journal, wanted)
            if refusal:
                raise TaskError(f"{task.broker.host}: {refusal}")
            waiting = tuple(one for one in waiting if one.id == wanted)
        boot = observation.machine.boot
        early = [one.id for one in waiting if one.reboot_required and since_boot(one, boot)]
        if early and not task.arguments["force"]:
            raise TaskError(
                f"{task.broker.host}: {', '.join(early)} is not in effect before the server has restarted, so nobody "
                "can tell yet whether it cuts the server off. Restart it, then confirm; force: true confirms it all "
                "the same."
            )
        return waiting

    def _through_tls(self, task: Task) -> list[dict[str, t.Any]]:
        """What each endpoint answered; all of them have to accept a handshake."""
        endpoints = task.arguments["endpoints"]
        try:
            if task.arguments["observed_from"] is not None:
                there = _taking_connections(task.arguments["observed"])
                endpoints = [one for one in endpoints if _port(one) in there]
            if not endpoints:
                return []
            answers = observe(with_defaults({"endpoints": endpoints, "mode": "versions"}))["endpoints"]
        except CallerError as error:
            raise TaskError(f"{self._task.action}: {error}") from error
        found = [tls_answer(answer) for answer in answers]
        silent = [f"{one['host']}:{one['port']} ({one['detail']})" for one in found if not _speaks_tls(one)]
        if silent:
            raise TaskError(
                f"{task.broker.host}: the change is not confirmed, because no TLS connection came about with "
                f"{', '.join(silent)}. Unless it is confirmed in time it takes itself back.",
                endpoints=found,
            )
        return found


def _port(given: t.Mapping[str, t.Any]) -> int:
    """Its own, or the usual one of its service."""
    return endpoint(given["host"], given["port"], given["service"], given["transport"]).port


def _taking_connections(answers: t.Iterable[t.Mapping[str, t.Any]]) -> frozenset[t.Any]:
    """Ports that took a connection, also where they closed it on the hello, as Schannel does when it has nothing to
    offer. What is drained, or not there, proves nothing.
    """
    there = ("answered", "no_tls", "unreachable")
    return frozenset(one.get("port") for one in answers if one.get("status") in there and one.get("connections"))


def _speaks_tls(answer: t.Mapping[str, t.Any]) -> bool:
    """SSL is not what anybody connects with: a server that has nothing else left is cut off."""
    return any(version.startswith("tls_") for version in answer["versions"])
