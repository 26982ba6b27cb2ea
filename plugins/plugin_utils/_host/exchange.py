# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exchange on a host: version, build and role, from the Setup key and the file version of ExSetup.exe."""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, ExchangeRelease

from .observation import Observation

Build = tuple[int, int, int, int]

#: v14 is Exchange 2010, v15 every later one (S9, guidance 7.1).
_ROOTS: tuple[str, ...] = (
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v14",
)
MSI_VALUES: tuple[str, ...] = ("MsiProductMajor", "MsiProductMinor", "MsiBuildMajor", "MsiBuildMinor")
#: An Edge server is known by this key, a server with the management tools only by the lack of a value Services in Setup
#: (S9: Confirm-ExchangeShell). Setup makes a key per role; "mailbox" is every server of the organisation but Edge.
_EDGE = "EdgeTransportRole"
_MAILBOX = ("MailboxRole", "ClientAccessRole")
_BUILD = re.compile(r"\A(\d{1,5})\.(\d{1,5})\.(\d{1,5})\.(\d{1,5})\Z", re.ASCII)


@dataclasses.dataclass(frozen=True)
class ExchangeFacts:
    """``version``: ex2010 ...

    Exse, "none" = certainly not installed, None = unknown. ``role``: mailbox, edge, none, unknown.
    """

    version: str | None
    build: Build | None
    release: ExchangeRelease | None
    abilities: frozenset[str]
    role: str


NOT_INSTALLED = ExchangeFacts("none", None, None, frozenset(), "none")
NOT_KNOWN = ExchangeFacts(None, None, None, frozenset(), "unknown")


def parse_build(text: str | None) -> Build | None:
    """``15.2.1748.10`` -> four numbers.

    ``15.02.1748.010`` (as file versions print it) is the same; anything else -> None.
    """
    match = _BUILD.match(text.strip()) if text else None
    if match is None:
        return None
    first, second, third, fourth = (int(part) for part in match.groups())
    return first, second, third, fourth


def version_of(build: Build, catalogue: Catalogue) -> str | None:
    """The Exchange version that a build belongs to (2019 and SE share 15.2)."""
    return next((version.id for version in catalogue.exchange.values() if version.first <= build < version.end), None)


def facts_of(build: Build, role: str, catalogue: Catalogue) -> ExchangeFacts:
    """What the catalogue knows of a build.

    The newest release that is not above it, and everything that version has learned so far.
    """
    version = version_of(build, catalogue)
    reached = [release for release in catalogue.releases if release.version == version and release.build <= build]
    return ExchangeFacts(
        version=version,
        build=build,
        release=reached[-1] if reached else None,
        abilities=frozenset(ability for release in reached for ability in release.can),
        role=role,
    )


def find_exchange(observation: Observation, catalogue: Catalogue) -> ExchangeFacts:
    """Exchange as the registry and the files show it."""
    for root in _ROOTS:
        setup = observation.key(rf"{root}\Setup")
        if setup is None:
            return NOT_KNOWN
        if setup.exists:
            build = _file_build(observation) or _msi_build(observation, setup.path)
            role = _role(observation, root)
            if build is None:
                return dataclasses.replace(NOT_KNOWN, role=role)
            return facts_of(build, role, catalogue)
    return NOT_INSTALLED


def _file_build(observation: Observation) -> Build | None:
    """A security update moves the file version only (guidance 7.1), so the file is preferred."""
    setup = observation.file(r"Bin\ExSetup.exe")
    return parse_build(setup.version) if setup is not None and setup.exists else None


def _msi_build(observation: Observation, setup: str) -> Build | None:
    found = [observation.value(setup, name) for name in MSI_VALUES]
    numbers = [value.data for value in found if value is not None and isinstance(value.data, int)]
    if len(numbers) != len(MSI_VALUES):
        return None
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _role(observation: Observation, root: str) -> str:
    edge = observation.key(rf"{root}\{_EDGE}")
    if edge is None:
        return "unknown"
    if edge.exists:
        return "edge"
    roles = [observation.key(rf"{root}\{name}") for name in _MAILBOX]
    setup = rf"{root}\Setup"
    if observation.value(setup, "Services") is not None or any(key is not None and key.exists for key in roles):
        return "mailbox"
    return "none" if None not in roles and observation.was_read(setup, "Services") else "unknown"
