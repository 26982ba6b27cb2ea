# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real ansible-playbook drives the lab: ping, facts, a key with a slash, a restart, plain commands; on both engines."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import typing as t

import pytest
from integration.controller import ROOT, Controller, Run
from lab.lab import Lab
from tools.powershell import NoEngineError, find_engine

pytestmark = [pytest.mark.proves("lab_ansible"), pytest.mark.lab_only]

CIPHER = "SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers\\RC4 128/128"
Task = dict[str, t.Any]


def windows(task: str, module: str, **arguments: t.Any) -> Task:
    return {"name": task, f"ansible.windows.{module}": arguments}


REGEDIT = {"path": f"HKLM:\\{CIPHER}", "name": "Enabled", "data": 0, "type": "dword"}
TASKS: tuple[Task, ...] = (
    windows("ping", "win_ping"),
    {"name": "facts", "ansible.builtin.setup": {}},
    windows("cipher", "win_regedit", **REGEDIT),
    windows("cipher again", "win_regedit", **REGEDIT),
    windows(
        "restart",
        "win_reboot",
        test_command="if (Get-Service -Name 'MSExchange*' | Where-Object { $_.Status -ne 'Running' }) { exit 1 }",
    ),
    {"name": "read", "msexchange.tls.host_read": {"contract": 1, "keys": [{"path": f"HKEY_LOCAL_MACHINE\\{CIPHER}"}]}},
    {"name": "who", "ansible.builtin.raw": "whoami"},
)


def check(run: Run, host: str) -> None:
    """What every engine must have answered."""
    assert run.result("ping", host)["ping"] == "pong"
    assert run.result("facts", host)["ansible_facts"]["ansible_os_family"] == "Windows"
    assert [run.result(name, host)["changed"] for name in ("cipher", "cipher again")] == [True, False]
    assert run.result("restart", host)["rebooted"]
    read = run.result("read", host)
    assert read["keys"][0]["values"] == [{"name": "Enabled", "kind": 4, "data": 0}]
    assert int(read["keys"][0]["written"]) < int(read["identity"]["boot"]) <= int(read["identity"]["now"])
    assert run.result("who", host)["rc"] == 0


def test_six_servers_are_driven_by_ansible_playbook(tmp_path: pathlib.Path) -> None:
    with Lab.estate(ROOT / "tests/lab/estates/demo.yml", state=tmp_path / "lab") as lab:
        run = Controller(tmp_path, lab.inventory_path).play(*TASKS, hosts="exchange", options=["-f", "6"])
        for name, host in lab.hosts.items():
            check(run, name)
            assert host.counters.reboots == 1
            assert host.unanswered == []
            suites = {suite.cipher for suite in host.at_boot.suites}
            assert "RC4 128/128" not in suites
            assert "AES 256/256" in suites


@pytest.mark.engine_powershell
def test_a_real_powershell_on_a_real_registry_answers_the_same_play(tmp_path: pathlib.Path) -> None:
    try:
        find_engine()
    except NoEngineError as error:
        pytest.skip(str(error))
    with Lab.start("ex2013_ws2012r2", engine="powershell") as lab:
        check(Controller(tmp_path, lab.inventory_path).play(*TASKS), "ex1")
        assert "RC4 128/128" not in {suite.cipher for suite in lab.host("ex1").at_boot.suites}


def test_a_host_without_powershell_5_1_says_so(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2013_ws2012r2_no_wmf") as lab:
        # win_ping would do on ansible-core 2.16 to 2.18: they ask for no more than the module does.
        read = {"name": "read", "msexchange.tls.host_read": {"contract": 1, "keys": []}}
        run = Controller(tmp_path, lab.inventory_path).play(read)
        assert "PowerShell" in str(run.of("read").result["msg"])
        assert run.of("read").status == "failed"


def serve(folder: pathlib.Path, *wrapper: str) -> subprocess.Popen[str]:
    words = ["-m", "tests.lab", "serve", "--estate", "tests/lab/estates/single.yml", "--state", str(folder / "lab")]
    command = [*wrapper, sys.executable, *words, "--inventory", str(folder / "inventory.yml")]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "READY\n"
    return process


def test_a_served_estate_ends_on_a_signal(tmp_path: pathlib.Path) -> None:
    with serve(tmp_path) as process:
        assert "ansible_port" in (tmp_path / "inventory.yml").read_text(encoding="utf-8")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_served_estate_ends_with_its_parent(tmp_path: pathlib.Path) -> None:
    """The estate is the child of a shell that is killed: the pipe that it holds closes when it has gone too."""
    with serve(tmp_path, "/bin/sh", "-c", '"$@" & wait', "sh") as shell:
        os.kill(shell.pid, signal.SIGKILL)
        assert shell.stdout is not None
        assert shell.stdout.read() == ""


def test_an_estate_that_cannot_be_is_refused_in_one_sentence(tmp_path: pathlib.Path) -> None:
    estate = tmp_path / "estate.yml"
    estate.write_text("hosts: {ex: ex2017}", encoding="utf-8")
    command = [sys.executable, "-m", "tests.lab", "serve", "--estate", str(estate), "--state", str(tmp_path / "lab")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("lab: no persona 'ex2017'")
    assert len(done.stderr.splitlines()) == 1
