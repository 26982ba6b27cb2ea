# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server whose management still works, and whose ports speak no TLS any more, is not confirmed."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import reboot
from integration.controller import task
from integration.playbooks import FAST, HTTPS, Estate, PlaybookRun
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("timed_revert"), pytest.mark.lab_only]

CONFIRM = "msexchange.tls.harden : Let the change stay, over a new connection"
SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
OFF = {f"protocols.{version}.server": "disabled" for version in ("tls_1_0", "tls_1_1", "tls_1_2")}
#: Left with SSL 3.0, and with nothing, which it says with an alert or by closing.
HOSTS = {
    "old": {"persona": "ex2013_ws2012r2"},
    "alerting": {"persona": "ex2013_ws2012r2"},
    "closing": {"persona": "ex2013_ws2012r2", "refuses": "rst"},
}


@dataclasses.dataclass(frozen=True)
class Story:
    """The playbook confirm on each of them, and when the time is over; the registries before, changed and at last."""

    confirm: PlaybookRun
    registries: dict[str, list[t.Any]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        registries = {name: [dump(lab.host(name).registry, SCHANNEL)] for name in HOSTS}
        options = {"settings": OFF, "force": True, "revert_after": "2h"}
        assert estate.controller.play(task("off", "schannel", options), hosts="all").returncode == 0
        for name in HOSTS:
            registries[name].append(dump(lab.host(name).registry, SCHANNEL))
            if name != "old":
                lab.host(name).registry.create(rf"{SCHANNEL}\Protocols\SSL 3.0\Server")
                lab.host(name).registry.set_value(rf"{SCHANNEL}\Protocols\SSL 3.0\Server", "Enabled", 4, bytes(4))
            reboot(lab, name)
        confirm = estate.run("confirm", hosts="all", default_endpoints=HTTPS)
        for name in HOSTS:
            lab.start_tasks(name, after=3 * 3600)
            registries[name].append(dump(lab.host(name).registry, SCHANNEL))
        yield Story(confirm, registries)


@pytest.mark.parametrize("name", list(HOSTS))
def test_it_is_refused_with_the_ports_and_takes_itself_back(story: Story, name: str) -> None:
    sentence = story.confirm.refusal(CONFIRM, name)
    assert "the change is not confirmed, because no TLS connection came about with 127.0.0.1:" in sentence
    before, changed, last = story.registries[name]
    versions = [rf"{SCHANNEL}\Protocols\TLS 1.{minor}\Server" for minor in (0, 1, 2)]
    assert [changed.get(path) for path in versions] != [before.get(path) for path in versions]
    assert [last.get(path) for path in versions] == [before.get(path) for path in versions]
