# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a host is: build and edition name the Windows, build and keys the Exchange; what is not known is not guessed."""

from __future__ import annotations

import dataclasses

import pytest
from tools.registry import on_host

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    FileFact,
    HostIdentity,
    KeyRequest,
    Machine,
    Observation,
    RegistryKey,
    RegistryValue,
    identify,
)

pytestmark = pytest.mark.proves("identity")

WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
V15 = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15"


def windows(build: str | None, edition: str | None) -> HostIdentity:
    values = [RegistryValue("CurrentBuildNumber", 1, build)] if build is not None else []
    values += [RegistryValue("InstallationType", 1, edition)] if edition is not None else []
    key = RegistryKey(WINDOWS, True, values=(*values, RegistryValue("UBR", 4, 9999)))
    return identify(Observation("host", Machine(None, None, None, None, None, None), (key,), (), (), ()), load())


@pytest.mark.parametrize(
    ("build", "edition", "os"),
    [
        ("7601", "Server", "ws2008r2"),
        ("9200", "Server", "ws2012"),
        ("9600", "Server Core", "ws2012r2"),
        ("14393", "Server", "ws2016"),
        ("14393", "Client", "win10"),
        ("17763", "Server", "ws2019"),
        ("20348", "Server Core", "ws2022"),
        ("26100", "Server", "ws2025"),
        ("26100", "Client", "win11"),
        ("7601", "client", "win7"),
    ],
)
def test_build_and_edition_name_the_windows(build: str, edition: str, os: str) -> None:
    found = windows(build, edition)
    assert found.os is not None
    assert (found.os.id, found.build, found.ubr) == (os, int(build), 9999)


@pytest.mark.parametrize(
    ("build", "edition"),
    [
        (None, "Server"),
        ("14393", None),
        ("14393", "Toaster"),
        ("19999", "Server"),
        ("", "Server"),
        ("1\u0664393", "Server"),
    ],
)
def test_what_does_not_name_one_windows_names_none(build: str | None, edition: str | None) -> None:
    assert windows(build, edition).os is None


def test_a_build_of_one_generation_needs_no_edition() -> None:
    found = windows("20348", None)
    assert found.os is not None
    assert found.os.id == "ws2022"


@pytest.mark.parametrize(
    ("build", "version", "release"),
    [
        ("14.3.513.0", "ex2010", "ex2010_sp3_ru32"),
        ("15.0.1497.48", "ex2013", "ex2013_cu23"),
        ("15.1.2507.66", "ex2016", "ex2016_cu23"),
        ("15.2.1544.4", "ex2019", "ex2019_cu14"),
        ("15.2.1748.43", "ex2019", "ex2019_cu15"),
        ("15.2.2562.16", "exse", None),
        ("15.2.2562.17", "exse", "exse_rtm"),
        ("15.2.2562.37", "exse", "exse_rtm"),
    ],
)
def test_a_build_belongs_to_the_newest_release_that_is_not_above_it(
    build: str, version: str, release: str | None
) -> None:
    found = identify(on_host("[SCHANNEL]\n", "ws2022", build, role="mailbox"), load())
    assert found.exchange == version
    assert (found.release.id if found.release else None) == release
    assert found.exchange_build == tuple(int(part) for part in build.split("."))


def test_abilities_add_up_from_release_to_release() -> None:
    able = {
        build: identify(on_host("[SCHANNEL]\n", "ws2022", build), load()).abilities
        for build in ("15.2.1544.4", "15.2.1748.10")
    }
    assert "tls_1_3" not in able["15.2.1544.4"]
    assert able["15.2.1748.10"] > able["15.2.1544.4"]


def test_the_file_version_is_preferred_because_a_security_update_moves_nothing_else() -> None:
    setup = FileFact(r"C:\Program Files\Microsoft\Exchange Server\V15\Bin\ExSetup.exe", True, "15.02.1748.043")
    found = identify(on_host("[SCHANNEL]\n", "ws2022", "15.2.1748.10", files=[setup]), load())
    assert found.exchange_build == (15, 2, 1748, 43)


@pytest.mark.parametrize("version", [None, "", "15.2", "15.2.1748.10.5", "15.2.x.1", "999999.1.1.1"])
def test_a_file_version_that_is_none_leaves_the_registry_to_decide(version: str | None) -> None:
    setup = FileFact(r"C:\V15\Bin\ExSetup.exe", True, version)
    found = identify(on_host("[SCHANNEL]\n", "ws2022", "15.2.1748.10", files=[setup]), load())
    assert found.exchange_build == (15, 2, 1748, 10)


def test_without_the_setup_keys_exchange_is_certainly_not_there() -> None:
    found = identify(on_host("[SCHANNEL]\n"), load())
    assert (found.exchange, found.role, found.service) == ("none", "none", "not_exchange")


def test_what_was_not_read_leaves_exchange_unknown() -> None:
    found = identify(Observation("host", Machine(None, None, None, None, None, None), (), (), (), ()), load())
    assert (found.exchange, found.exchange_build, found.role, found.service) == (None, None, "unknown", "unknown")


def test_a_setup_key_without_numbers_leaves_the_version_unknown() -> None:
    found = identify(on_host(f"[{V15}\\Setup]\n", exchange=None), load())
    assert (found.exchange, found.exchange_build) == (None, None)


@pytest.mark.parametrize(("role", "expected"), [("mailbox", "mailbox"), ("edge", "edge"), (None, "none")])
def test_the_role_is_known_by_its_keys(role: str | None, expected: str) -> None:
    assert identify(on_host("[SCHANNEL]\n", "ws2016", "15.1.2507.6", role=role), load()).role == expected


@pytest.mark.parametrize("name", ["MailboxRole", "ClientAccessRole"])
def test_a_key_of_a_role_makes_a_mailbox_server(name: str) -> None:
    observation = on_host(f'[{V15}\\{name}]\n"ConfiguredVersion"="15.1.2507.6"\n', "ws2016", "15.1.2507.6")
    assert identify(observation, load()).role == "mailbox"


def test_a_role_whose_evidence_was_not_asked_for_is_unknown() -> None:
    observation = on_host("[SCHANNEL]\n", "ws2016", "15.1.2507.6")
    asked = [request for request in observation.asked if not request.path.endswith(r"v15\Setup")]
    asked.append(KeyRequest(rf"{V15}\Setup", 0, ("MsiProductMajor",)))
    assert identify(dataclasses.replace(observation, asked=tuple(asked)), load()).role == "unknown"
