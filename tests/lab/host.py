# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated server: its state, its power switch, what runs on it."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import time
import typing as t

from . import build, schannel
from .clock import TICKS_PER_SECOND, Clock, unix_seconds
from .counters import Counters
from .engine_emulated import journal
from .faults import Faults, PowerLossError
from .filesystem import DISK_FULL, FileError
from .hive_data import dump, load
from .persona import Endpoint, Member, systems, table
from .result import Output

if t.TYPE_CHECKING:
    from .payload import Job

#: Server component that takes an endpoint's program out of service.
COMPONENTS = {
    "smtp": "FrontendTransport",
    "submission": "FrontendTransport",
    "imap": "ImapProxy",
    "imaps": "ImapProxy",
    "pop3": "PopProxy",
    "pop3s": "PopProxy",
}
#: What a real restart takes on the clock of the host: two boots are never within seconds.
RESTART_SECONDS = 180
SHUTDOWN_SCHEDULED = 1190
SHUTDOWN_IN_PROGRESS = 1115


class Engine(t.Protocol):
    """What carries out the jobs of a host."""

    name: str

    async def run(self, host: LabHost, job: Job) -> Output:
        """The output of one job."""

    async def start_tasks(self, host: LabHost) -> bool:
        """Starts the scheduled tasks of ours; whether one of them has Windows restart."""

    async def stop(self) -> None:
        """Ends everything the engine keeps for its host."""


class Listener(t.Protocol):
    """Something that accepts connections while the host is up."""

    async def open(self) -> None:
        """Starts to accept."""

    def cut(self) -> None:
        """Stops, and ends every connection at once."""

    def release(self) -> None:
        """Gives the port back."""


@dataclasses.dataclass(frozen=True)
class Timing:
    """How fast simulated servers are, in seconds. ``shutdown``: longest wait of a /t, however long the caller asked
    for.
    """

    shutdown: float = 0.2
    down: float = 1.0
    services: float = 0.5


@dataclasses.dataclass(frozen=True)
class Service:
    """A Windows service: start type (auto, manual, disabled) and whether it runs now."""

    name: str
    start: str
    running: bool


class LabHost:
    """One simulated server. The registry, the files and the clock are open to tests; the rest goes through methods."""

    account = "S-1-5-21-1111111111-2222222222-3333333333-500"
    user, password = "ansible", "Lab-Passw0rd"

    def __init__(self, member: Member, engine: Engine, timing: Timing | None = None) -> None:
        self.name = member.name
        self.groups = member.groups
        self.persona = member.persona
        self.engine = engine
        self.timing = timing or Timing()
        self.counters = Counters()
        self.faults = Faults()
        self.unanswered: list[
            str
        ] = []  #: questions that the lab could not answer; a good test asserts that there are none
        self.clock = Clock()
        uptime = int(self.persona.uptime_days * 86400 * TICKS_PER_SECOND)
        self.boot = self.clock.now() - uptime
        self._up_since = self.clock.passed() - uptime
        self.tasks: dict[str, str] = {}  #: scheduled tasks of the emulated engine: name -> definition
        self._installed = self.boot - 86400 * 90 * TICKS_PER_SECOND
        self.registry = build.registry(self.persona, self.computer, self._installed, self.boot)
        self.registry.clock = self.clock
        for path in self.persona.denied:
            self.registry.deny(path)
        self.files = build.files(self.persona)
        self.files.before_write = self._check_disk
        self.at_boot = schannel.read(self.registry, self.persona.os)
        load(self.registry, self.persona.pending)
        self.listeners: list[Listener] = []
        self.is_up = True
        self._services_at = 0.0
        self._shutdown: asyncio.TimerHandle | None = None
        self._restart: asyncio.Task[None] | None = None

    # -- identity -----------------------------------------------------------------------------------------------------

    @property
    def computer(self) -> str:
        """NetBIOS name."""
        return self.name.replace("_", "-").upper()[:15]

    @property
    def fqdn(self) -> str:
        """Full DNS name."""
        return f"{self.name.replace('_', '-').lower()}.{self.persona.domain}"

    @property
    def system(self) -> t.Mapping[str, t.Any]:
        """Its row in the table of systems."""
        row: t.Mapping[str, t.Any] = systems()["systems"][self.persona.os]
        return row

    @property
    def powershell(self) -> str:
        """Version of Windows PowerShell."""
        return self.persona.powershell or str(self.system["powershell"])

    @property
    def kernel_version(self) -> str:
        """Version as the facts show it, e.g. 10.0.20348.0."""
        return ".".join([*str(self.system["kernel"]).split(".")[:3], "0"])

    def boot_text(self) -> str:
        """Time of the last boot, ISO 8601."""
        return datetime.datetime.fromtimestamp(unix_seconds(self.boot), datetime.timezone.utc).isoformat()

    # -- what runs ----------------------------------------------------------------------------------------------------

    async def run(self, job: Job) -> Output:
        """Carries out a job. Raises PowerLossError after the host has gone dark."""
        self.counters.executions[job.name] += 1
        self.counters.become += job.become
        seconds, fault = self.faults.on_execution(job)
        if seconds:
            await asyncio.sleep(seconds)
        if fault is not None:
            return Output(fault.stdout, fault.stderr, fault.exit_code)
        begun = time.monotonic_ns()
        try:
            return await self.engine.run(self, job)
        except PowerLossError:
            self.cut_power()
            raise
        finally:
            self.counters.microseconds += (time.monotonic_ns() - begun) // 1000

    def services(self) -> list[Service]:
        """All services; automatic ones run once the host has been up for a while."""
        up = self.is_up and time.monotonic() >= self._services_at
        return [
            Service(name, start, up and start == "auto") for name, start in sorted(build.services(self.persona).items())
        ]

    def is_ready(self) -> bool:
        """Whether the start of Windows itself is complete."""
        return self.is_up

    def endpoints(self) -> list[Endpoint]:
        """The TLS endpoints of this server, with what its Exchange release limits by itself."""
        found = list(self.persona.endpoints if self.persona.endpoints is not None else build.endpoints(self.persona))
        limits = table("exchange")["limits"].get(self.persona.exchange.version, {}) if self.persona.exchange else {}
        return [
            dataclasses.replace(
                endpoint,
                obeys=endpoint.obeys or self.persona.obeys,
                refuses=endpoint.refuses or self.persona.refuses,
                versions=endpoint.versions or tuple(limits.get(endpoint.service, ())),
            )
            for endpoint in found
        ]

    def serves(self, endpoint: Endpoint) -> bool:
        """Whether the program behind an endpoint runs and is in service."""
        if endpoint.transport in ("tls", "rdp") and endpoint.service not in ("imaps", "pop3s"):
            return self.is_up
        return (
            self.is_up
            and time.monotonic() >= self._services_at
            and self.in_service(COMPONENTS.get(endpoint.service, "ServerWideOffline"))
        )

    def in_service(self, component: str = "ServerWideOffline") -> bool:
        """Whether Exchange serves its users: no requester holds the component (or the whole server) inactive."""
        if self.persona.exchange is None:
            return True
        root = f"{build.exchange_key(self.persona.exchange)}\\ServerComponentStates"
        for name in dict.fromkeys((component, "ServerWideOffline")):
            for requester in ("Maintenance", "Functional", "HealthAPI", "Sidelined", "Deployment"):
                value = self.registry.value(f"{root}\\{name}", requester, as_system=True)
                if value and value.content.decode("utf-16-le", "replace").startswith(f"1:{build.INACTIVE}:"):
                    return False
        return True

    def uptime(self) -> int:
        """Time since the boot in units of 100 ns, whatever the clock was set to."""
        return self.clock.passed() - self._up_since

    def steady(self) -> int:
        """FILETIME as if nobody had set the clock since the boot."""
        return self.boot + self.uptime()

    async def start_tasks(self) -> None:
        """What the Task Scheduler does when a trigger of ours fires: starts every task once. Wine has no scheduler."""
        if await self.engine.start_tasks(self):
            self.shut_down(0)

    def journal_files(self) -> dict[str, bytes]:
        """Our journals and undo files on this host: file name -> content."""
        found = self.files.files_in(journal.FOLDER)
        return {file.path.rsplit("\\", 1)[1]: file.content for file in found}

    def snapshot(self, path: str = "HKEY_LOCAL_MACHINE") -> dict[str, dict[str, tuple[int, bytes]]]:
        """A copy of the registry from ``path`` down: key -> value name -> (kind, bytes)."""
        return dump(self.registry, path)

    def set_maintenance(self, on: bool) -> None:
        """Takes Exchange out of service or puts it back, as the maintenance scripts leave the registry."""
        if self.persona.exchange is None:
            raise ValueError(f"{self.name} has no Exchange")
        root = build.exchange_key(self.persona.exchange)
        load(self.registry, build.component_states(root, on, self.clock.now()))
        if self.persona.dag:
            status = build.DRAINED if on else build.NOT_DRAINED
            load(self.registry, {"HKEY_LOCAL_MACHINE\\Cluster\\Nodes\\1": {"NodeDrainStatus": status}})

    def install(self, content: t.Mapping[str, t.Any]) -> None:
        """Registry content that has been there since the server was set up."""
        self.registry.clock = build.standing_clock(self._installed)
        load(self.registry, content)
        self.registry.clock = self.clock

    def schannel_state(self, obeys: str) -> schannel.State:
        """What a TLS server on this host works with: the registry as of the last boot, or ("write") as it is now."""
        return self.at_boot if obeys == "boot" else schannel.read(self.registry, self.persona.os)

    # -- power --------------------------------------------------------------------------------------------------------

    def shut_down(self, seconds: int) -> tuple[int, str]:
        """shutdown.exe /r /t: exit code and message."""
        if self._restart is not None:
            return SHUTDOWN_IN_PROGRESS, "A system shutdown is in progress.(1115)"
        if self._shutdown is not None:
            return SHUTDOWN_SCHEDULED, "A system shutdown has already been scheduled.(1190)"
        self._shutdown = asyncio.get_running_loop().call_later(min(seconds, self.timing.shutdown), self.cut_power)
        return 0, ""

    def abort_shutdown(self) -> bool:
        """shutdown.exe /a: whether there was one to abort."""
        if self._shutdown is None:
            return False
        self._shutdown.cancel()
        self._shutdown = None
        return True

    def cut_power(self) -> None:
        """Goes down now and comes up again after a while."""
        self._shutdown = None
        self.go_down()
        if self._restart is None:
            self._restart = asyncio.get_running_loop().create_task(self._start_again())

    def go_down(self) -> None:
        """Ends every connection; nobody listens any more."""
        self.is_up = False
        for listener in self.listeners:
            listener.cut()

    async def _start_again(self) -> None:
        await asyncio.sleep(self.timing.down)
        await self.come_up()
        self._restart = None

    async def come_up(self) -> None:
        """Boots: what was pending takes effect, the boot time is new."""
        self.clock.offset += RESTART_SECONDS
        self.boot = self.clock.now()
        self._up_since = self.clock.passed()
        await self._refresh()
        self.at_boot = schannel.read(self.registry, self.persona.os)
        self.is_up = True
        self._services_at = time.monotonic() + self.timing.services
        for listener in self.listeners:
            await listener.open()
        # Last: who waits for it connects next.
        self.counters.reboots += 1

    async def _refresh(self) -> None:
        refresh = getattr(self.engine, "refresh", None)
        if refresh is not None:
            await refresh(self)

    async def stop(self) -> None:
        """Ends the host for good."""
        for pending in (self._shutdown, self._restart):
            if pending is not None:
                pending.cancel()
        self.go_down()
        await self.engine.stop()

    def _check_disk(self, path: str) -> None:
        if self.faults.disk_full():
            raise FileError(DISK_FULL, path)
