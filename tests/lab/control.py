# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running estate seen and touched from another process: HTTP on a Unix socket, for what is no Python.

GET / answers ``{"hosts": {name: view}}``, see :meth:`view.Mark.since`. POST / with a JSON list carries out acts, one
after the other: ``[{"act": "reboot", "host": "ex1"}, {"act": "mark"}]``.
Without ``host`` an act strikes all hosts. A list with an act that is not known changes nothing; an act that fails ends
it. Both are answered by 400 and one sentence.
"""

from __future__ import annotations

import asyncio
import difflib
import inspect
import json
import pathlib
import typing as t

from . import hive_data, http_server
from .http_server import Request, Response
from .registry import Registry, RegistryError
from .view import Mark

if t.TYPE_CHECKING:
    from .host import Engine, LabHost
    from .payload import Job
    from .result import Output

_JSON = {"Content-Type": "application/json"}


class ActError(Exception):
    """An act that is not understood; the message is for the person who wrote it."""


class Acts:
    """All that can be done to a host from outside: a method is an act, its arguments are the fields.

    Registry data are written as in a persona (see hive_data), None deletes.
    """

    async def set_value(self, host: LabHost, path: str, name: str, data: t.Any) -> None:
        """Writes or deletes one registry value, as a person with regedit would."""
        hive_data.load(host.registry, {path: {name: data}})

    async def set_value_before_writing(self, host: LabHost, path: str, name: str, data: t.Any) -> None:
        """Writes or deletes one value when the next host_write arrives: after our reading, before our writing."""
        content = {path: {name: data}}
        hive_data.load(Registry(host.clock), content)  # Data that make no value are an error now, not then.
        host.engine = _Meanwhile(host.engine, lambda: hive_data.load(host.registry, content))

    async def maintenance(self, host: LabHost, on: bool) -> None:
        """Takes Exchange out of service or puts it back."""
        host.set_maintenance(on)

    async def pass_time(self, host: LabHost, seconds: int) -> None:
        """Puts the host's clock forward. Two boots within ten seconds are taken for one."""
        host.clock.offset += seconds

    async def start_tasks(self, host: LabHost) -> None:
        """Starts every scheduled task of ours once, as its triggers do."""
        await host.start_tasks()

    async def reboot(self, host: LabHost) -> None:
        """Restarts a host at once, as its administrator would; five minutes pass on its clock."""
        host.go_down()
        host.clock.offset += 300
        await host.come_up()


class _Meanwhile:
    """An engine that lets something happen once, right before it begins a host_write."""

    def __init__(self, engine: Engine, act: t.Callable[[], None]) -> None:
        self.name = engine.name
        self._engine = engine
        self._act = act

    async def run(self, host: LabHost, job: Job) -> Output:
        if job.name.rpartition(".")[2] == "host_write":
            host.engine = self._engine
            self._act()
        return await self._engine.run(host, job)

    async def start_tasks(self, host: LabHost) -> bool:
        return await self._engine.start_tasks(host)

    async def stop(self) -> None:
        await self._engine.stop()


class Control:
    """The socket of an estate. ``stopped`` is called when the estate is to end."""

    def __init__(self, path: pathlib.Path, hosts: t.Mapping[str, LabHost], stopped: t.Callable[[], None]) -> None:
        self._path = path
        self._hosts = hosts
        self._stopped = stopped
        self._acts = Acts()
        self._marks = {name: Mark(host) for name, host in hosts.items()}
        self._server: asyncio.AbstractServer | None = None

    async def open(self) -> None:
        """Starts to listen. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._connected, str(self._path))
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stops, and removes the socket."""
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await http_server.serve_connection(reader, writer, self._answer)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method == "POST":
                for act in self._understood(request.body):
                    await act()
        except (ActError, RegistryError, ValueError) as error:
            return Response(400, json.dumps({"error": str(error)}).encode("ascii"), _JSON)
        view = {"hosts": {name: self._marks[name].since(host) for name, host in self._hosts.items()}}
        return Response(200, json.dumps(view).encode("ascii"), _JSON)

    def _understood(self, body: bytes) -> list[t.Callable[[], t.Awaitable[None]]]:
        """All acts, none of them carried out yet."""
        try:
            acts = json.loads(body)
        except ValueError as error:
            raise ActError(f"The body is not JSON: {error}.") from error
        if not isinstance(acts, list) or not all(isinstance(act, dict) for act in acts):
            raise ActError("The body must be a list of acts, each a mapping.")
        return [step for act in acts for step in self._steps(dict(act))]

    def _steps(self, fields: dict[str, t.Any]) -> list[t.Callable[[], t.Awaitable[None]]]:
        name, wanted = str(fields.pop("act", "")), fields.pop("host", None)
        if wanted is not None and wanted not in self._hosts:
            raise ActError(f"There is no host {wanted!r}. {_near(str(wanted), self._hosts)}")
        if name == "stop":
            return [self._stop]
        hosts = self._hosts if wanted is None else {wanted: self._hosts[wanted]}
        if name == "mark":
            return [lambda one=one: self._mark(one) for one in hosts]
        known = [one for one in vars(Acts) if not one.startswith("_")]
        if name not in known:
            raise ActError(f"There is no act {name!r}. {_near(name, [*known, 'mark', 'stop'])}")
        method = getattr(self._acts, name)
        try:
            for host in hosts.values():
                inspect.signature(method).bind(host, **fields)
        except TypeError as error:
            raise ActError(f"The act {name} is not understood: {error}.") from error
        return [lambda host=host: method(host, **fields) for host in hosts.values()]

    async def _mark(self, name: str) -> None:
        self._marks[name] = Mark(self._hosts[name])

    async def _stop(self) -> None:
        self._stopped()


def _near(name: str, known: t.Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known)}."
