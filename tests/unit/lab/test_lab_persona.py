# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Personas and estates: every file can be served, every mistake in one is named."""

from __future__ import annotations

import pathlib

import pytest
from lab import persona
from lab.persona import PersonaError
from lab.preg import encode

from .conftest import MakeHost

pytestmark = pytest.mark.proves("lab_model")

HERE = pathlib.Path(persona.__file__).parent
NT = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
STATES = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\ServerComponentStates"
NAMES = sorted(path.stem for path in (HERE / "personas").glob("*.yml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_persona_becomes_a_host_whose_keys_are_older_than_its_boot(name: str, make_host: MakeHost) -> None:
    host = make_host(name)
    assert host.persona.id == name
    build = host.registry.value(NT, "CurrentBuildNumber")
    assert build is not None
    assert build.kind == 1
    assert host.registry.written(NT) < host.boot < host.clock.now()


@pytest.mark.parametrize("path", sorted((HERE / "estates").glob("*.yml")), ids=lambda path: path.stem)
def test_every_estate_names_its_hosts(path: pathlib.Path) -> None:
    members = persona.estate(path)
    assert len({member.name for member in members}) == len(members) > 0


def test_the_demo_has_the_six_servers_of_its_story() -> None:
    members = persona.estate(HERE / "estates" / "demo.yml")
    assert {member.persona.exchange.version for member in members if member.persona.exchange} == {
        "ex2013",
        "ex2016",
        "ex2019",
        "exse",
    }
    assert sum("edge" in member.persona.exchange.roles for member in members if member.persona.exchange) == 1
    assert len(members) == 6


def test_an_unknown_persona_names_the_nearest_one() -> None:
    with pytest.raises(PersonaError, match="ex2013_ws2012r2"):
        persona.persona("ex2013_ws2012")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"id": "x", "title": "x", "os": "ws2016", "registri": {}}, "'registry'"),
        ({"id": "x", "title": "x", "os": "ws2017"}, "unknown os"),
        (
            {"id": "x", "title": "x", "os": "ws2016", "endpoints": [{"service": "s", "transport": "tls", "prt": 1}]},
            "'port'",
        ),
        ({"id": "x", "os": "ws2016"}, "title"),
        ([], "mapping"),
    ],
)
def test_a_mistake_in_a_persona_is_named(content: object, words: str) -> None:
    with pytest.raises(PersonaError, match=words):
        persona.parse(content, "x.yml")


def test_a_registry_value_that_cannot_be_one_is_named_with_its_key(make_host: MakeHost) -> None:
    with pytest.raises(ValueError, match=r"SOFTWARE\\T, value 'v'"):
        make_host(registry={"HKEY_LOCAL_MACHINE\\SOFTWARE\\T": {"v": 1.5}})


def test_so_many_of_a_kind_get_numbered_names(tmp_path: pathlib.Path) -> None:
    estate = tmp_path / "fleet.yml"
    estate.write_text("hosts: {ex: {persona: ex2019cu15_ws2022, count: 12}}", encoding="utf-8")
    names = [member.name for member in persona.estate(estate)]
    assert names == [f"ex{number:02}" for number in range(1, 13)]


def test_a_pending_value_is_younger_than_the_boot_and_not_yet_in_effect(make_host: MakeHost) -> None:
    control = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control"
    key = f"{control}\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server"
    host = make_host(pending={key: {"Enabled": 0}})
    assert host.registry.written(key) > host.boot
    assert "tls_1_2" in host.schannel_state("boot").versions
    assert "tls_1_2" not in host.schannel_state("write").versions


def test_maintenance_is_written_as_exchange_writes_it(make_host: MakeHost) -> None:
    host = make_host()
    assert host.in_service()
    host.set_maintenance(True)
    value = host.registry.value(f"{STATES}\\ServerWideOffline", "Maintenance")
    assert value is not None
    version, state, ticks = value.content.decode("utf-16-le").rstrip("\0").split(":")
    assert (version, state) == ("1", "0")
    assert int(ticks) > 630_000_000_000_000_000
    assert not host.in_service()
    node = host.registry.value("HKEY_LOCAL_MACHINE\\Cluster\\Nodes\\1", "NodeDrainStatus")
    assert node is not None
    assert node.content == b"\2\0\0\0"
    host.set_maintenance(False)
    assert host.in_service()


def test_a_group_policy_file_begins_as_microsoft_describes_it() -> None:
    content = encode([{"key": "K", "value": "v", "data": 1}])
    assert content[:8] == b"PReg\1\0\0\0"
    assert content[8:].decode("utf-16-le").startswith("[K\0;v\0;\4\0;\4\0;\1\0]")
