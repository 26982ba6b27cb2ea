# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where servers stand: every persona of the lab, read-only, in one round trip; and exports without any host."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.hive_data import dump
from lab.lab import Lab
from lab.persona import PERSONAS, persona

pytestmark = pytest.mark.proves("identity", "idempotent")

#: Every persona whose PowerShell can run what Ansible sends.
NAMES = sorted(
    path.stem for path in PERSONAS.glob("*.yml") if (persona(path.stem).powershell or "5.1").startswith(("5.1", "7"))
)
EXPORT = """Windows Registry Editor Version 5.00\r
\r
[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.0\\Server]\r
"Enabled"=dword:00000001\r
"DisabledByDefault"=dword:00000000\r
"Enabled"=dword:xyz\r
"""


@dataclasses.dataclass(frozen=True)
class Story:
    """One task over the whole estate."""

    run: Run
    lab: Lab
    before: dict[str, t.Any]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(**dict(zip(NAMES, NAMES))) as lab:
        before = {name: dump(host.registry, "HKEY_LOCAL_MACHINE") for name, host in lab.hosts.items()}
        controller = Controller(tmp_path_factory.mktemp("state"), lab.inventory_path)
        yield Story(controller.play(task("state", "state_info", {"stage": "tls13"}), hosts="all"), lab, before)


@pytest.mark.lab_only
@pytest.mark.parametrize("name", NAMES)
def test_every_persona_is_read_in_one_execution_and_told_for_what_it_is(story: Story, name: str) -> None:
    state, host = story.run.result("state", name), story.lab.host(name)
    assert dict(host.counters.executions) == {"msexchange.tls.host_read": 1}
    assert sum(host.counters.requests.values()) == 6
    assert state["changed"] is False
    assert state["host"]["os"]["id"] == host.persona.os
    assert state["host"]["computer"] == host.computer
    exchange = host.persona.exchange
    assert state["host"]["exchange"]["version"] == (exchange.version if exchange else "none")
    assert state["read_errors"] == []
    assert [stage["stage"] for stage in state["stages"]] == [
        "prepare",
        "obsolete",
        "retire",
        "renegotiation",
        "suites",
        "tls13",
    ]
    assert host.unanswered == []


@pytest.mark.lab_only
@pytest.mark.parametrize("name", NAMES)
def test_reading_leaves_no_trace(story: Story, name: str) -> None:
    host = story.lab.host(name)
    assert dump(host.registry, "HKEY_LOCAL_MACHINE") == story.before[name]
    assert host.files.files_in("C:\\ProgramData\\msexchange_tls\\changes") == []


@pytest.mark.lab_only
def test_a_plain_windows_has_nothing_to_do_with_exchange(story: Story) -> None:
    state = story.run.result("state", "ws2022_plain")
    assert state["host"]["exchange"] == {"version": "none", "build": None, "release": None, "role": "none"}
    assert state["host"]["service"] == "not_exchange"


@pytest.mark.lab_only
def test_an_export_is_judged_without_a_host(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "ex1.reg").write_bytes(EXPORT.encode("utf-16"))
    (tmp_path / "text.reg").write_text("not a registry export", encoding="utf-8")
    lab = start_lab("ex2016_ws2016_mistakes")
    export = {"reg_export": "ex1.reg", "os": "ws2016", "exchange": "15.1.2507.6"}
    run = controller_of(lab).play(
        task("export", "state_info", export),
        task("by its year", "state_info", {**export, "os": "2016"}),
        task("unknown system", "state_info", {**export, "os": "ws2017"}),
        task("no export", "state_info", {**export, "reg_export": "text.reg"}),
    )
    state = run.result("export")
    assert state["host"]["origin"] == "reg_export"
    assert state["settings"]["protocols.tls_1_0.server"]["configured"] == "enabled"
    assert state["settings"]["protocols.tls_1_0.client"]["form"] == "unread"
    assert [(one["line"], one["text"]) for one in state["ignored"]] == [(6, '"Enabled"=dword:xyz')]
    assert run.result("by its year")["settings"] == state["settings"]
    assert "'ws2017' is not known" in run.sentence("unknown system")
    assert "Windows Registry Editor Version 5.00" in run.sentence("no export")
    assert lab.host("ex1").counters.connections == 0
