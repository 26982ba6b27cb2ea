# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a host is: operating system by build and edition, Exchange by build and role, in service or not."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, OperatingSystem

from .certificate_types import certificate_types
from .exchange import find_exchange
from .identity_model import HostIdentity
from .names import fold
from .observation import Observation
from .service import service_state

WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
DOTNET = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"

#: InstallationType: does it name a client? (Windows 10 and Server 2016 share their builds, so do Windows 11 24H2
#: and Server 2025.)
_EDITIONS: t.Mapping[str, bool] = {"CLIENT": True, "SERVER": False, "SERVER CORE": False, "NANO SERVER": False}


def identify(observation: Observation, catalogue: Catalogue) -> HostIdentity:
    """The host as far as observation and catalogue tell; what is not known is None (or "unknown"), never guessed."""
    build = _build(observation)
    exchange = find_exchange(observation, catalogue)
    machine = observation.machine
    return HostIdentity(
        computer=machine.computer,
        os=find_os(build, _edition(observation), catalogue),
        build=build,
        ubr=_number(observation, WINDOWS, "UBR"),
        exchange=exchange.version,
        exchange_build=exchange.build,
        release=exchange.release,
        abilities=exchange.abilities,
        role=exchange.role,
        service=service_state(observation, exchange.version, exchange.role, machine.computer),
        dotnet_release=_number(observation, DOTNET, "Release"),
        powershell=machine.powershell,
        boot=machine.boot,
        now=machine.now,
        certificate_types=certificate_types(observation),
    )


def find_os(build: int | None, client: bool | None, catalogue: Catalogue) -> OperatingSystem | None:
    """The generation that a build belongs to.

    ``client`` None (edition unknown) decides only where one generation has the build.
    """
    if build is None:
        return None
    found = [
        system
        for system in catalogue.systems.values()
        if system.first_build <= build <= system.last_build and client in (None, system.client)
    ]
    return found[0] if len(found) == 1 else None


def _build(observation: Observation) -> int | None:
    value = observation.value(WINDOWS, "CurrentBuildNumber")
    text = value.data if value is not None and isinstance(value.data, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _edition(observation: Observation) -> bool | None:
    value = observation.value(WINDOWS, "InstallationType")
    return _EDITIONS.get(fold(value.data)) if value is not None and isinstance(value.data, str) else None


def _number(observation: Observation, path: str, name: str) -> int | None:
    value = observation.value(path, name)
    return value.data if value is not None and isinstance(value.data, int) else None
