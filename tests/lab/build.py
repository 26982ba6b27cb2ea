# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a persona to the state of a host: its registry and its files, as setup and years of service left them."""

from __future__ import annotations

import base64
import typing as t

from . import hive_data, preg
from .clock import Clock, dotnet_ticks, unix_seconds
from .filesystem import FileSystem, Folder
from .persona import Endpoint, Exchange, Persona, systems, table
from .registry import Registry

_MACHINE = "HKEY_LOCAL_MACHINE"
_NT = f"{_MACHINE}\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_CONTROL = f"{_MACHINE}\\SYSTEM\\CurrentControlSet\\Control"
_SERVICES = f"{_MACHINE}\\SYSTEM\\CurrentControlSet\\Services"
_SUITES = f"{_CONTROL}\\Cryptography\\Configuration\\Local\\SSL\\00010002"
_ENVIRONMENT = {
    "ProgramData": "C:\\ProgramData",
    "ALLUSERSPROFILE": "C:\\ProgramData",
    "SystemRoot": "C:\\Windows",
    "windir": "C:\\Windows",
    "SystemDrive": "C:",
    "ProgramFiles": "C:\\Program Files",
}
START_TYPES = {"boot": 0, "system": 1, "auto": 2, "manual": 3, "disabled": 4}
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

#: ServiceState in ServerComponentStates: "1:<state>:<DateTime.Ticks>" (Exchange's own component code, as decompiled
#: in public repositories)
INACTIVE, ACTIVE, DRAINING = 0, 1, 2
NOT_DRAINED, DRAINED = 0, 2  # CLUSTER_NODE_DRAIN_STATUS of the Windows SDK (clusapi.h)


def registry(persona: Persona, computer: str, installed: int, boot: int) -> Registry:
    """The registry of the persona at boot: every key written at ``installed`` (FILETIME)."""
    found = Registry(standing_clock(installed))
    hive_data.load(found, systems()["common"])
    hive_data.load(found, _identity(persona, computer))
    hive_data.load(found, {_SUITES: suite_defaults(persona.os)})
    hive_data.load(found, _exchange(persona, computer, boot))
    hive_data.load(
        found,
        {
            f"{_SERVICES}\\{name}": {"Start": START_TYPES[start], "Type": 16}
            for name, start in services(persona).items()
        },
    )
    hive_data.load(found, persona.registry)
    for user, content in persona.users.items():
        hive_data.load(found, {f"HKEY_USERS\\{user}\\{path}": values for path, values in content.items()})
        found.create(f"HKEY_USERS\\{user}_Classes")
    return found


def standing_clock(value: int) -> Clock:
    """A clock that stands at a FILETIME (and still gives no time twice)."""
    seconds = unix_seconds(value)
    return Clock(source=lambda: seconds)


def suite_defaults(system: str) -> dict[str, list[str]]:
    """The local suite list (and curve list, where there is one) of a system."""
    suites = table("suites")
    name = suites["same_as"].get(system, system)
    answer = {"Functions": suites["suites"][name]}
    if name not in ("ws2012", "ws2012r2"):  # before, the curve is part of the suite's name
        answer["EccCurves"] = suites["curves"]["ws2016"]
    return answer


def _identity(persona: Persona, computer: str) -> dict[str, t.Any]:
    system = systems()["systems"][persona.os]
    client = bool(system.get("client"))
    version: dict[str, t.Any] = {
        "CurrentBuildNumber": str(system["build"]),
        "CurrentBuild": str(system["build"]),
        "CurrentVersion": system["version"],
        "ProductName": system["name"],
        "InstallationType": "Client" if client else "Server",
        "EditionID": persona.edition or system["edition"],
        "SystemRoot": "C:\\Windows",
        "UBR": system["ubr"],
        "ReleaseId": system.get("release"),
    }
    if system["build"] >= 10240:
        version.update(CurrentMajorVersionNumber=10, CurrentMinorVersionNumber=0)
    if not client:
        edition = "Datacenter" if "Datacenter" in version["EditionID"] else "Standard"
        version["ProductName"] = version["ProductName"].replace("Standard", edition)
    return {
        _NT: version,
        f"{_NT}\\Winlogon\\AutoLogonChecked": {},
        f"{_MACHINE}\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full": {
            "Release": system["dotnet"],
            "Install": 1,
        },
        f"{_MACHINE}\\SOFTWARE\\Microsoft\\PowerShell\\3\\PowerShellEngine": {
            "PowerShellVersion": persona.powershell or system["powershell"]
        },
        f"{_CONTROL}\\ComputerName\\ComputerName": {"ComputerName": computer},
        f"{_CONTROL}\\ComputerName\\ActiveComputerName": {"ComputerName": computer},
        f"{_CONTROL}\\ProductOptions": {"ProductType": "WinNT" if client else "ServerNT"},
        f"{_SERVICES}\\Tcpip\\Parameters": {"Domain": persona.domain, "Hostname": computer.lower()},
    }


def exchange_key(exchange: Exchange) -> str:
    """The key below which Exchange keeps what it knows of itself."""
    return f"{_MACHINE}\\SOFTWARE\\Microsoft\\ExchangeServer\\v{exchange.build.split('.')[0]}"


def _exchange(persona: Persona, computer: str, boot: int) -> dict[str, t.Any]:
    exchange = persona.exchange
    if exchange is None:
        return {}
    major, minor, build, revision = (int(number) for number in exchange.build.split("."))
    root = exchange_key(exchange)
    content: dict[str, t.Any] = {
        root: {},
        f"{root}\\Setup": {
            "MsiProductMajor": major,
            "MsiProductMinor": minor,
            "MsiBuildMajor": build,
            "MsiBuildMinor": revision,
            "MsiInstallPath": exchange.folder,
        },
    }
    tables = table("exchange")
    for role in exchange.roles:
        for name in tables["roles"][role]["keys"]:
            content[f"{root}\\{name}"] = {"ConfiguredVersion": exchange.build, "UnpackedVersion": exchange.build}
    content.update(tables["setup_writes"].get(exchange.version, {}))
    if major >= 15:
        content.update(component_states(root, persona.maintenance, boot))
    if persona.dag:
        content[f"{_MACHINE}\\Cluster"] = {"ClusterName": persona.dag}
        content[f"{_MACHINE}\\Cluster\\Nodes\\1"] = {
            "NodeName": computer,
            "NodeDrainStatus": DRAINED if persona.maintenance else NOT_DRAINED,
        }
    return content


def component_states(root: str, maintenance: bool, when: int) -> dict[str, t.Any]:
    """ServerComponentStates of a server in service or taken out of it: component key, requester as value name."""
    ticks = dotnet_ticks(when)
    inactive = f"1:{INACTIVE if maintenance else ACTIVE}:{ticks}"
    states = f"{root}\\ServerComponentStates"
    return {
        states: {},
        f"{states}\\HighAvailability": {"Maintenance": inactive},
        f"{states}\\HubTransport": {"Maintenance": inactive},
        f"{states}\\ServerWideOffline": {"Maintenance": inactive},
        f"{states}\\Monitoring": {"Functional": f"1:{ACTIVE}:{ticks}"},
        f"{states}\\RecoveryActionsEnabled": {"Functional": f"1:{ACTIVE}:{ticks}"},
    }


def services(persona: Persona) -> dict[str, str]:
    """Start type of every service the lab knows on this host."""
    found = {"WinRM": "auto", "LanmanServer": "auto"}
    if persona.exchange:
        roles = table("exchange")["roles"]
        for role in persona.exchange.roles:
            found.update(dict.fromkeys(roles[role]["services"], "auto"))
        if persona.pop_imap:
            found.update(dict.fromkeys(table("exchange")["pop_imap"]["services"], "auto"))
        if persona.dag:
            found["ClusSvc"] = "auto"
    found.update(persona.services)
    return found


def endpoints(persona: Persona) -> list[Endpoint]:
    """The endpoints that the persona's roles and options bring."""
    tables = table("exchange")
    rows = [
        row
        for role in (persona.exchange.roles if persona.exchange else ())
        for row in tables["roles"][role]["endpoints"]
    ]
    rows += tables["pop_imap"]["endpoints"] if persona.pop_imap else []
    rows += [tables["rdp"]] if persona.rdp else []
    return [Endpoint(**row) for row in rows]


def files(persona: Persona) -> FileSystem:
    """The files of the persona."""
    environment = dict(_ENVIRONMENT)
    if persona.exchange:
        environment["ExchangeInstallPath"] = persona.exchange.folder
    found = FileSystem(environment)
    for path in ("C:\\", "C:\\ProgramData"):
        found.make_folder(Folder(path, owner=TRUSTED_INSTALLER, inherits=True))
    kernel = systems()["systems"][persona.os]["kernel"]
    found.add("C:\\Windows\\System32\\schannel.dll", version=kernel, size=588_800)
    found.add("C:\\Windows\\System32\\ntoskrnl.exe", version=kernel, size=7_500_000)
    if persona.exchange:
        found.add(f"{persona.exchange.folder}Bin\\ExSetup.exe", version=persona.exchange.exsetup, size=34_000)
    for item in persona.files:
        found.add(found.expand(item["path"]), _content(item), item.get("version"))
    return found


def _content(item: t.Mapping[str, t.Any]) -> bytes:
    if "preg" in item:
        return preg.encode(item["preg"])
    return base64.b64decode(item["base64"]) if "base64" in item else str(item.get("text", "")).encode("utf-8")
