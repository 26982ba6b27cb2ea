# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab: an estate of simulated servers on the loopback address, in this process, on an event loop of its own.

with Lab.start("ex2013_ws2012r2", ex2="ex2016_ws2016_mistakes") as lab:
    run_playbook(inventory=lab.inventory_path)
    assert lab.host("ex2").counters.reboots == 1
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import pathlib
import resource
import shutil
import tempfile
import threading
import typing as t

from . import certificate_store, inventory, persona
from .endpoints import EndpointListener
from .engine_emulated import EmulatedEngine
from .host import LabHost, Timing
from .persona import Member
from .ports import Reservation
from .tls_server import Certificates
from .winrm import WinRm

T = t.TypeVar("T")


def _allow_many_files() -> None:
    """An estate of 200 has some 3,000 sockets; many machines allow 1,024 unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Lab:
    """A running estate. Use it as a context manager, or call :meth:`stop`."""

    def __init__(
        self,
        members: t.Sequence[Member],
        engine: str = "emulated",
        state: pathlib.Path | None = None,
        timing: Timing | None = None,
    ) -> None:
        if not members:
            raise ValueError("an estate needs at least one host")
        _allow_many_files()
        self._own_state = state is None
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="msexchange-lab-")) if state is None else state
        self.state.mkdir(parents=True, exist_ok=True)
        self.engine = engine
        self.inventory_path = self.state / "inventory.yml"
        self.certificates = Certificates(self.state)
        self._hosts = {member.name: LabHost(member, self._engine(member), timing) for member in members}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab", daemon=True)

    @classmethod
    def start(cls, *personas: str, engine: str = "emulated", timing: Timing | None = None, **hosts: t.Any) -> Lab:
        """A running lab of hosts ex1, ex2 ... of these personas, and of named hosts (name = persona or mapping, see
        persona.member).
        """
        members = [persona.member(f"ex{number}", name) for number, name in enumerate(personas, 1)]
        members += [persona.member(name, item) for name, item in hosts.items()]
        return cls(members, engine, timing=timing).run()

    @classmethod
    def estate(
        cls,
        path: pathlib.Path,
        engine: str = "emulated",
        state: pathlib.Path | None = None,
        timing: Timing | None = None,
    ) -> Lab:
        """A running lab of an estate file."""
        return cls(persona.estate(path), engine, state, timing).run()

    def _engine(self, member: Member) -> t.Any:
        if self.engine == "emulated":
            return EmulatedEngine()
        if self.engine == "powershell":
            from .engine_powershell import PowerShellEngine

            return PowerShellEngine(self.state / "hosts" / member.name)
        raise ValueError(f"unknown engine {self.engine!r}; known: emulated, powershell")

    def run(self) -> Lab:
        """Opens all listeners and writes the inventory."""
        self._thread.start()
        try:
            self.call(self._open())
            inventory.write(self.inventory_path, self)
        except BaseException:
            self.stop()
            raise
        return self

    async def _open(self) -> None:
        for host in self._hosts.values():
            host.install(certificate_store.content(self.certificates.der(host), host.endpoints()))
            context = (
                (lambda host=host: self.certificates.context(host, "boot"))
                if host.persona.scheme == "https"
                else (lambda: None)
            )
            host.listeners.append(WinRm(host, Reservation(), context))
            for endpoint in host.endpoints():
                host.listeners.append(EndpointListener(host, endpoint, Reservation(), self.certificates))
            for listener in host.listeners:
                await listener.open()

    # -- for tests ----------------------------------------------------------------------------------------------------

    @property
    def hosts(self) -> dict[str, LabHost]:
        """All hosts by inventory name."""
        return dict(self._hosts)

    def host(self, name: str) -> LabHost:
        """One host by inventory name."""
        return self._hosts[name]

    def call(self, work: t.Coroutine[t.Any, t.Any, T], timeout: float | None = None) -> T:
        """Runs a coroutine on the lab's loop and waits for it."""
        future: concurrent.futures.Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(timeout)

    def power_off(self, name: str) -> None:
        """Ends a host's connections and listeners; it stays away until :meth:`power_on`."""

        async def down() -> None:
            self.host(name).go_down()

        self.call(down())

    def power_on(self, name: str) -> None:
        """Boots a host."""
        self.call(self.host(name).come_up())

    def reboot(self, name: str) -> None:
        """Restarts a host at once, without its time of absence."""
        self.power_off(name)
        self.power_on(name)

    def start_tasks(self, name: str, after: float = 0) -> None:
        """Lets ``after`` seconds pass on a host, then starts its scheduled tasks, as their triggers do."""

        async def start() -> None:
            host = self.host(name)
            host.clock.offset += after
            await host.start_tasks()

        self.call(start())

    def port(self, name: str, service: str | None = None) -> int:
        """The port of a host's endpoint, or of its WinRM."""
        for listener in self.host(name).listeners:
            if (service is None and isinstance(listener, WinRm)) or (
                isinstance(listener, EndpointListener) and listener.endpoint.service == service
            ):
                return listener.port
        raise KeyError(f"{name} has no endpoint {service!r}")

    # -- end ----------------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ends every host and gives back ports and files."""
        if self._thread.is_alive():
            with contextlib.suppress(concurrent.futures.TimeoutError):
                self.call(self._close(), timeout=30)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
        if not self._loop.is_running():
            self._loop.close()
        if self._own_state:
            shutil.rmtree(self.state, ignore_errors=True)

    async def _close(self) -> None:
        await asyncio.gather(*(host.stop() for host in self._hosts.values()))
        for host in self._hosts.values():
            for listener in host.listeners:
                listener.release()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
