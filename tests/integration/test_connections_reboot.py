# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What surrounds the modules, over psrp: facts, plain commands and restarts, a whole hardening, a real PowerShell."""

from __future__ import annotations

import pathlib

import pytest
from integration.conftest import TargetOf
from integration.controller import Controller, task
from integration.playbooks import CONCLUDE, DECIDE, FAST, HTTPS, PROVE, REBOOT, WRITE, Estate
from integration.test_lab_smoke import TASKS, check
from lab.lab import Lab

EX2016 = {"persona": "ex2016_ws2016_https_only", "connection": "psrp", "endpoints": HTTPS}
PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "basic"}
PSRP["ansible_psrp_message_encryption"] = "never"


@pytest.mark.proves("connections", "lab_ansible")
def test_facts_ping_a_key_with_a_slash_a_restart_and_plain_commands(tmp_path: pathlib.Path) -> None:
    with Lab.start(ex1={**EX2016, "scheme": "http"}) as lab:
        check(Controller(tmp_path, lab.inventory_path).play(*TASKS), "ex1")
        assert lab.host("ex1").counters.reboots == 1
        assert lab.host("ex1").unanswered == []


@pytest.mark.proves("connections", "restart")
def test_the_role_harden_restarts_a_drained_server_and_proves_it(tmp_path: pathlib.Path) -> None:
    with Lab.start(timing=FAST, ex1={**EX2016, "scheme": "https", "maintenance": True}) as lab:
        run = Estate.of(lab, tmp_path).run("harden", hosts="ex1")
        assert run.succeeded, run.run.output
        assert run.changed("ex1") == [WRITE, DECIDE, REBOOT]
        assert run.costs["ex1"].reboots == 1
        assert run.costs["ex1"].executions == {"host_read": 4, "host_write": 1, "raw": 4}
        assert run.run.of(PROVE, "ex1").status == "ok"
        assert run.message(CONCLUDE) == "ex1: the server stands at stage prepare."
        assert lab.host("ex1").unanswered == []


@pytest.mark.proves("connections", "lab_ansible")
def test_each_engine_carries_out_a_change_over_psrp(target_of: TargetOf) -> None:
    lab, controller, _engine = target_of("ex2013_ws2012r2")
    setting = {"setting": "schannel.event_logging", "value": 3}
    run = controller.play(
        task("state", "state_info"), task("set", "schannel", setting), task("again", "schannel", setting), vars=PSRP
    )
    assert run.result("state")["host"]["computer"]
    assert [run.result(name)["changed"] for name in ("set", "again")] == [True, False]
    assert lab.host("ex1").counters.executions == {"msexchange.tls.host_read": 3, "msexchange.tls.host_write": 1}
