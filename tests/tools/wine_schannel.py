# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wine's Schannel as a judge of the state model: it obeys ``SCHANNEL\\Protocols\\*\\Client``, and nobody here wrote it.

A :class:`Rig` writes client values with the real host_write, reads them with the real host_read, asks the core what is
in effect, and lets an ``SslStream`` that leaves the choice to the system connect to OpenSSL servers of one version.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import pathlib
import random
import shutil
import typing as t

import yaml
from tools.host_stage import Driver, Json, Stage
from tools.planned_host import PlannedHost
from tools.powershell import ROOT, WineHost
from tools.sample_host import BUILDS
from wire_servers import keys
from wire_servers.processes import free_port, program, running

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import ENABLED, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import from_host
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import write_request

PROTOCOLS = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
#: Version -> its key, the switch of s_server that allows this one alone, and its name in .NET.
VERSIONS: t.Mapping[str, tuple[str, str, str]] = {
    "tls_1_0": ("TLS 1.0", "-tls1", "Tls"),
    "tls_1_1": ("TLS 1.1", "-tls1_1", "Tls11"),
    "tls_1_2": ("TLS 1.2", "-tls1_2", "Tls12"),
}
_ON = 0xFFFFFFFF
#: Enabled and DisabledByDefault, None = absent.
Pair = tuple["int | None", "int | None"]
PAIRS: tuple[Pair, ...] = tuple(itertools.product((None, 0, 1, _ON), repeat=2))
#: Version -> its pair.
Values = t.Mapping[str, Pair]
#: So many random states are tried in `make test`.
CHANCES = 10
#: Version -> whether a client has it.
Offer = dict[str, bool]

PROFILES = ("exchange_2015", "exchange_current", "exchange_strict")
#: OS and Exchange build of servers that are hardened in memory.
SERVERS: t.Mapping[str, str] = {
    "ws2008r2": "15.0.1497.48",
    "ws2012r2": "15.0.1497.48",
    "ws2016": "15.1.2507.6",
    "ws2019": "15.2.1544.4",
    "ws2022": "15.2.1748.10",
    "ws2025": "15.2.2562.17",
}
#: No protocol values, and a registry of this release of Windows: its defaults stand behind absent values.
_AS_NEW = """
$machine = [Microsoft.Win32.Registry]::LocalMachine
$schannel = $machine.OpenSubKey('SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL', $true)
$schannel.DeleteSubKeyTree('Protocols', $false)
$windows = $machine.OpenSubKey('SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', $true)
$windows.SetValue('CurrentBuildNumber', '{build}')
$windows.SetValue('InstallationType', '{edition}')
1
"""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What the core says of the client half and what Wine's Schannel did. ``reasons``: why it did not connect."""

    effective: Offer
    connected: Offer
    reasons: t.Mapping[str, str]


def known_differences() -> dict[str, t.Any]:
    """Where Wine is known to differ from Windows: ``wine_source``, ``defaults``, ``not_compared``."""
    text = pathlib.Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    known: dict[str, t.Any] = yaml.safe_load(text)
    return known


def chance_values(number: int) -> Values:
    """Three random pairs; the same number gives the same ones, and sixteen numbers each pair for each version."""
    return {version: random.Random(version).sample(PAIRS, len(PAIRS))[number % len(PAIRS)] for version in VERSIONS}


def every_pair() -> t.Iterator[Values]:
    """Every pair for every version: alone, and together with pairs of the other two."""
    for version, pair in itertools.product(VERSIONS, PAIRS):
        yield {version: pair}
    for number in range(len(PAIRS)):
        yield {version: PAIRS[(number + 5 * step) % len(PAIRS)] for step, version in enumerate(VERSIONS)}


def operations(values: Values) -> list[Json]:
    """Operations of host_write that make these values where nothing is."""
    return [
        {"op": "set", "path": f"{PROTOCOLS}\\{VERSIONS[version][0]}\\Client", "name": name, "kind": 4, "data": number}
        | {"expect": {"exists": False}}
        for version, pair in values.items()
        for name, number in zip(("Enabled", "DisabledByDefault"), pair)
        if number is not None
    ]


def hardened(profile: str, os: str) -> tuple[list[list[Json]], Offer]:
    """The writes of a profile on the client half of a server as Windows installs it, change by change, and what is in
    effect there in the end.
    """
    host = PlannedHost(os, SERVERS[os], profile=profile)
    changes = [write_request("change-0001", plan, {}, "")["operations"] for plan in host.harden()]
    client = [[one for one in change if _is_client(one["path"])] for change in changes]
    return [change for change in client if change], offer(host.state)


def _is_client(path: str) -> bool:
    return path.startswith(PROTOCOLS + "\\") and path.endswith("\\Client")


def offer(state: State) -> Offer:
    """What a client has that leaves the choice to the system: "disabled by default" is not for it."""
    return {version: state.settings[f"protocols.{version}.client"].effective == ENABLED for version in VERSIONS}


class Rig:
    """A Windows host of the engine and one OpenSSL server for each version."""

    def __init__(self, windows: WineHost, driver: Driver, ports: t.Mapping[str, int]) -> None:
        self._windows, self._stage, self._ports = windows, Stage(driver), ports
        self._changes = 0
        shutil.copy(ROOT / "tests/tools/schannel_client.ps1", driver.folder)
        self._client = f"{windows.windows_path(driver.folder)}\\schannel_client.ps1"

    def try_out(self, changes: t.Sequence[t.Sequence[Json]], os: str = "ws2016") -> Outcome:
        """From a registry without protocol values: write these, ask the core and the client."""
        build, edition = BUILDS[os]
        self._stage.add("script", text=_AS_NEW.format(build=build, edition=edition))
        for change in filter(None, changes):
            self._changes += 1
            self._stage.write(f"schannel-{self._changes:05}", *change)
        dummy, *written, answer = self._stage.add("host_read", args={"contract": 1, **load().reading}).run()
        assert all(one["status"] == "written" for one in written), written
        state = _state(answer)
        assert state.identity.os is not None
        assert state.identity.os.id == os
        connected, reasons = self._connect()
        return Outcome(offer(state), connected, reasons)

    def _connect(self) -> tuple[Offer, dict[str, str]]:
        ports = ",".join(str(port) for port in self._ports.values())
        done = self._windows.run_script(self._client, ports)
        assert done.returncode == 0, done
        answers = json.loads(done.stdout)
        found = {version: answers[str(port)] for version, port in self._ports.items()}
        for version, answer in found.items():
            assert answer["version"] in (None, VERSIONS[version][2]), answer
        reasons = {version: answer["reason"] for version, answer in found.items() if answer["version"] is None}
        return {version: answer["version"] is not None for version, answer in found.items()}, reasons


def _state(answer: Json) -> State:
    """The state after a restart: what Windows obeys then, Wine obeys in its next process, and it never restarts."""
    observation = from_host(answer, load().reading)
    machine = dataclasses.replace(observation.machine, boot=observation.machine.now)
    return read_state(dataclasses.replace(observation, machine=machine), load())


@contextlib.contextmanager
def servers(folder: pathlib.Path) -> t.Iterator[dict[str, int]]:
    """Version -> port of an OpenSSL server that has this version and no other."""
    identity = keys.rsa(folder)
    with contextlib.ExitStack() as stack:
        ports = {}
        for version, (dummy, switch, dummy) in VERSIONS.items():
            port = free_port()
            command = [program("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", switch]
            command += ["-cert", identity.certificate, "-key", identity.key, "-cipher", "ALL:@SECLEVEL=0"]
            ports[version] = stack.enter_context(running(command, port, folder / f"{version}.log"))
        yield ports
