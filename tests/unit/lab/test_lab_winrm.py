# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's WinRM service, spoken to by pywinrm itself."""

from __future__ import annotations

import base64
import contextlib
import json
import time
import typing as t

import pytest
import requests
from lab import Lab, LabHost
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from .conftest import StartLab

pytestmark = pytest.mark.proves("lab_ansible")

READ = {"contract": 1, "keys": []}


def connect(lab: Lab, name: str = "ex1", password: str = LabHost.password, timeout: int = 5) -> Protocol:
    scheme = lab.host(name).persona.scheme
    return Protocol(
        f"{scheme}://127.0.0.1:{lab.port(name)}/wsman",
        transport="basic" if scheme == "http" else "ssl",
        username=LabHost.user,
        password=password,
        server_cert_validation="ignore",
        operation_timeout_sec=timeout,
        read_timeout_sec=10,
    )


def powershell(script: str) -> list[str]:
    text = base64.b64encode(script.encode("utf-16-le")).decode()
    return ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Unrestricted", "-EncodedCommand", text]


def run(peer: Protocol, script: str, stdin: bytes = b"") -> tuple[str, str, int]:
    """One command in a shell of its own."""
    shell = peer.open_shell()
    command = peer.run_command(shell, "PowerShell", powershell(script), console_mode_stdin=not stdin)
    if stdin:
        half = len(stdin) // 2
        peer.send_command_input(shell, command, stdin[:half])
        peer.send_command_input(shell, command, stdin[half:], end=True)
    out, err, code = peer.get_command_output(shell, command)
    peer.cleanup_command(shell, command)
    peer.close_shell(shell)
    return out.decode(), err.decode(), code


def module(name: str, args: dict[str, t.Any]) -> bytes:
    """Input as ansible-core 2.19 sends it."""
    collection, dummy, tail = name.rpartition(".")
    script = f"ansible_collections.{collection}.plugins.modules.{tail}.ps1"
    params = {"Script": script, "Variables": [{"Name": "complex_args", "Value": args}]}
    action = {"name": "module_wrapper.ps1", "params": params, "secure_params": {}}
    return b'{"params": {}}\n\0\0\0\0\n' + json.dumps({"scripts": {}, "actions": [action]}).encode()


def test_a_command_runs_and_every_request_is_counted(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    assert run(connect(lab), "hostname") == ("EX1\r\n", "", 0)
    counted = lab.host("ex1").counters
    assert dict(counted.requests) == {"Create": 1, "Command": 1, "Receive": 1, "Signal": 1, "Delete": 1}
    assert dict(counted.executions) == {"raw": 1}
    assert counted.connections == 1


def test_a_module_runs_when_its_input_is_complete(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    out, _err, code = run(connect(lab), "bootstrap", module("msexchange.tls.host_read", READ))
    assert code == 0
    assert json.loads(out)["identity"]["computer"] == "EX1"
    counted = lab.host("ex1").counters
    assert dict(counted.executions) == {"msexchange.tls.host_read": 1}
    assert counted.requests["Send"] == 2
    assert counted.stdin["msexchange.tls.host_read"] == len(module("msexchange.tls.host_read", READ))


def test_counters_start_again_at_zero(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    run(connect(lab), "hostname")
    lab.host("ex1").counters.reset()
    assert not any(value for name, value in lab.host("ex1").counters.as_dict().items() if isinstance(value, int))
    assert lab.host("ex1").counters.as_dict()["requests"] == {"total": 0}


def test_an_unknown_module_is_a_loud_error_that_names_the_nearest(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    out, _err, _code = run(connect(lab), "bootstrap", module("ansible.windows.win_regedti", {}))
    answer = json.loads(out)
    assert answer["failed"]
    assert "ansible.windows.win_regedit" in answer["msg"]
    assert lab.host("ex1").unanswered == [answer["msg"]]


def test_an_unknown_command_is_a_loud_error(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    out, err, code = run(connect(lab), "Get-ExchangeServer")
    assert (out, code) == ("", 1)
    assert "Get-ExchangeServer" in err
    assert lab.host("ex1").unanswered


def test_a_wrong_password_is_refused(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    with pytest.raises(InvalidCredentialsError):
        connect(lab, password="wrong").open_shell()
    assert lab.host("ex1").counters.logons_refused == 1


def test_winrm_over_https_is_cut_off_by_the_registry_like_everything_else(start_lab: StartLab) -> None:
    lab = start_lab("ex2016_ws2016_https_only")
    assert run(connect(lab), "hostname")[2] == 0
    path = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
    lab.host("ex1").registry.create(path)
    lab.host("ex1").registry.set_value(path, "Functions", 1, b"\0\0")
    lab.reboot("ex1")
    with pytest.raises(requests.exceptions.ConnectionError):
        connect(lab).open_shell()


def test_what_is_not_wsman_gets_a_status_and_no_crash(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    place, logon = f"http://127.0.0.1:{lab.port('ex1')}", (LabHost.user, LabHost.password)
    assert requests.get(f"{place}/wsman", timeout=10).status_code == 405
    assert requests.post(f"{place}/other", timeout=10).status_code == 404
    assert requests.post(f"{place}/wsman", data="<a", auth=logon, timeout=10).status_code == 500
    assert lab.host("ex1").unanswered


# -- restarts -------------------------------------------------------------------------------------------------------


def test_a_host_without_power_refuses_connections_and_comes_back_with_a_new_boot_time(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    boot, shell = lab.host("ex1").boot, connect(lab).open_shell()
    lab.power_off("ex1")
    with pytest.raises(requests.exceptions.ConnectionError):
        connect(lab).open_shell()
    lab.power_on("ex1")
    assert lab.host("ex1").boot > boot
    assert lab.host("ex1").counters.reboots == 1
    with pytest.raises(WSManFaultError):
        connect(lab).run_command(shell, "x")


def test_shutdown_restarts_the_host_by_itself(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    with contextlib.suppress(requests.exceptions.ConnectionError):  # it may be gone before the answer is asked for
        run(connect(lab), "$x = . { C:\\Windows\\System32\\shutdown.exe /r /t 2 /c 'x' }")
    deadline = time.monotonic() + 30
    while not lab.host("ex1").counters.reboots and time.monotonic() < deadline:
        time.sleep(0.02)
    assert lab.host("ex1").counters.reboots == 1
    assert run(connect(lab), "hostname")[2] == 0


def test_a_second_restart_meets_the_first_and_can_be_aborted(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").timing = type(lab.host("ex1").timing)(shutdown=60)
    assert json.loads(run(connect(lab), "shutdown.exe /r /t 60")[0])["rc"] == 0
    assert json.loads(run(connect(lab), "shutdown.exe /r /t 60")[0])["rc"] == 1190
    assert run(connect(lab), "shutdown.exe /a")[2] == 0
    assert run(connect(lab), "shutdown.exe /a")[2] == 1116
    assert lab.host("ex1").counters.reboots == 0


def test_services_run_a_while_after_the_boot(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    question = "if (Get-Service -Name 'MSExchange*' | Where-Object { $_.StartType -eq 'Automatic' }) { exit 1 }"
    assert run(connect(lab), question)[2] == 0
    lab.host("ex1").timing = type(lab.host("ex1").timing)(services=60)
    lab.reboot("ex1")
    assert run(connect(lab), question)[2] == 1


# -- faults ---------------------------------------------------------------------------------------------------------


def test_a_cut_before_carries_nothing_out(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("cut_before", operation="Command")
    with pytest.raises(requests.exceptions.ConnectionError):
        run(connect(lab), "hostname")
    assert not lab.host("ex1").counters.executions
    assert run(connect(lab), "hostname")[2] == 0


def test_a_cut_after_has_carried_it_out(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("cut_after", operation="Send", module="host_read")
    with pytest.raises(requests.exceptions.ConnectionError):
        run(connect(lab), "bootstrap", module("msexchange.tls.host_read", READ))
    assert dict(lab.host("ex1").counters.executions) == {"msexchange.tls.host_read": 1}


@pytest.mark.parametrize("number", range(1, 6))
def test_a_fault_strikes_at_the_request_that_was_named(start_lab: StartLab, number: int) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    run(connect(lab), "hostname")
    lab.host("ex1").counters.reset()
    lab.host("ex1").faults.add("cut_before", request=number)
    with pytest.raises(requests.exceptions.ConnectionError):
        run(connect(lab), "hostname")
    assert sum(lab.host("ex1").counters.requests.values()) == number


def test_garbage_takes_the_place_of_an_answer(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("answer", module="raw", stdout=b"\x1b[31m{{ }\n", exit_code=3)
    assert run(connect(lab), "hostname") == ("\x1b[31m{{ }\n", "", 3)


def test_a_status_takes_the_place_of_an_answer(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("http", operation="Create", status=503)
    with pytest.raises((WinRMTransportError, WSManFaultError)):
        connect(lab).open_shell()


def test_a_command_that_runs_longer_than_receive_waits_is_asked_for_again(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("slow", seconds=1.2)
    assert run(connect(lab, timeout=1), "hostname")[0] == "EX1\r\n"
    assert lab.host("ex1").counters.requests["Receive"] == 2


def test_a_delay_holds_one_request_back(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("delay", operation="Create", seconds=0.3)
    begin = time.monotonic()
    connect(lab).open_shell()
    assert time.monotonic() - begin >= 0.3


def test_a_condition_or_kind_that_does_not_exist_is_refused(start_lab: StartLab) -> None:
    faults = start_lab("ex2019cu15_ws2022").host("ex1").faults
    with pytest.raises(ValueError, match="cut_befor"):
        faults.add("cut_befor")
    with pytest.raises(TypeError):
        faults.add("delay", second=1)
