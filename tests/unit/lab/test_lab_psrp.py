# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's runspace pools, spoken to by pypsrp itself."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
import requests
from lab import Lab, LabHost
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.host import PSHost, PSHostUserInterface
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from .conftest import StartLab

pytestmark = pytest.mark.proves("lab_ansible")

#: Input as ansible-core 2.19 sends it, up to the manifest.
BOOTSTRAP = ['{"params": {}}', "\0\0\0\0"]


@contextlib.contextmanager
def session(
    lab: Lab, password: str = LabHost.password, configuration: str = "Microsoft.PowerShell"
) -> t.Iterator[t.Any]:
    """An open runspace pool on ex1."""
    https = lab.host("ex1").persona.scheme == "https"
    settings: dict[str, t.Any] = {"ssl": https, "auth": "basic", "encryption": "auto" if https else "never"}
    settings["cert_validation"] = False
    peer = WSMan("127.0.0.1", port=lab.port("ex1"), username=LabHost.user, password=password, **settings)
    host = PSHost(None, None, False, "test", None, PSHostUserInterface(), None)
    with peer, RunspacePool(peer, host=host, configuration_name=configuration) as pool:
        yield pool


def run(pool: t.Any, script: str, lines: list[str] | None = None) -> tuple[list[str], list[str], int]:
    """Output, lines of the error display and exit code of one pipeline."""
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    output = pipeline.invoke(iter_once(lines) if lines else None)
    return output, pool.host.ui.stderr, pool.host.rc or 0


def iter_once(lines: list[str]) -> t.Iterator[list[str]]:
    yield lines


def module(name: str, args: dict[str, t.Any]) -> list[str]:
    collection, dummy, tail = name.rpartition(".")
    script = f"ansible_collections.{collection}.plugins.modules.{tail}.ps1"
    params = {"Script": script, "Variables": [{"Name": "complex_args", "Value": args}]}
    action = {"name": "module_wrapper.ps1", "params": params, "secure_params": {}}
    return [*BOOTSTRAP, json.dumps({"scripts": {}, "actions": [action]})]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_script_runs_and_every_request_is_counted(start_lab: StartLab, scheme: str) -> None:
    lab = start_lab(ex1={"persona": "ex2019cu15_ws2022", "scheme": scheme})
    with session(lab) as pool:
        assert run(pool, "hostname") == (["EX1"], [], 0)
    counted = lab.host("ex1").counters
    assert dict(counted.requests) == {"Create": 1, "Command": 1, "Receive": 2, "Delete": 1}
    assert dict(counted.executions) == {"raw": 1}
    assert (counted.connections, counted.shells) == (1, 1)
    assert counted.bytes_in["Command"]
    assert lab.host("ex1").unanswered == []


def test_a_module_runs_when_its_input_is_complete(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lines = module("msexchange.tls.host_read", {"contract": 1, "keys": []})
    with session(lab) as pool:
        output, _errors, code = run(pool, "bootstrap", lines)
    assert json.loads("".join(output))["identity"]["computer"] == "EX1"
    assert code == 0
    counted = lab.host("ex1").counters
    assert dict(counted.executions) == {"msexchange.tls.host_read": 1}
    assert counted.stdin["msexchange.tls.host_read"] == len("\n".join([*lines, ""]))


def test_an_answer_larger_than_an_envelope_comes_in_pieces(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    large = b'{"text": "' + b"x" * 2_000_000 + b'"}\r\n'
    lab.host("ex1").faults.add("answer", module="host_read", stdout=large)
    with session(lab) as pool:
        output, _errors, _code = run(pool, "bootstrap", module("msexchange.tls.host_read", {}))
    assert "".join(output) == large.decode().rstrip()
    assert lab.host("ex1").counters.requests["Receive"] > 4


def test_input_larger_than_an_envelope_arrives_whole(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lines = module("msexchange.tls.host_read", {"contract": 1, "keys": [], "text": "x" * 1_000_000})
    with session(lab) as pool:
        output, _errors, _code = run(pool, "bootstrap", lines)
    assert "text" in json.loads("".join(output))["msg"]
    assert lab.host("ex1").counters.requests["Send"] > 1


def test_errors_and_the_code_of_exit_reach_the_host_of_the_client(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("answer", module="raw", stdout=b"", stderr=b"one\r\n\x1b[31mtwo\r\n", exit_code=5)
    with session(lab) as pool:
        assert run(pool, "hostname") == ([], ["one\r\n", "\x1b[31mtwo\r\n"], 5)


def test_pipelines_of_one_pool_run_one_after_the_other(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    with session(lab) as pool:
        assert [run(pool, "hostname")[0] for _round in range(3)] == [["EX1"]] * 3
    assert lab.host("ex1").counters.shells == 1


def test_a_pipeline_that_takes_its_time_is_asked_for_again(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("slow", seconds=1.5)
    with session(lab) as pool:
        pool.connection.operation_timeout = 1
        assert run(pool, "hostname")[0] == ["EX1"]
    assert lab.host("ex1").counters.requests["Receive"] == 3


def test_a_wrong_password_is_refused(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    with pytest.raises(AuthenticationError), session(lab, password="wrong"):
        pass
    assert lab.host("ex1").counters.logons_refused == 1


def test_what_no_ansible_sends_is_a_loud_error(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    with pytest.raises(WSManFaultError, match="unknown resource"), session(lab, configuration="PowerShell.7"):
        pass
    with session(lab) as pool, pytest.raises(WSManFaultError, match="not one script"):
        PowerShell(pool).add_cmdlet("Get-Process").invoke()
    with session(lab) as pool, pytest.raises(WSManFaultError, match="unknown message"):
        pool.get_available_runspaces()
    assert len(lab.host("ex1").unanswered) == 3


@pytest.mark.parametrize("operation", ["Create", "Command", "Send"])
def test_a_cut_before_carries_nothing_out(start_lab: StartLab, operation: str) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("cut_before", operation=operation)
    with pytest.raises(requests.exceptions.ConnectionError), session(lab) as pool:
        run(pool, "bootstrap", module("msexchange.tls.host_read", {"contract": 1, "keys": []}))
    assert not lab.host("ex1").counters.executions


def test_a_cut_after_has_carried_it_out(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").faults.add("cut_after", operation="Send", module="host_read")
    with pytest.raises(requests.exceptions.ConnectionError), session(lab) as pool:
        run(pool, "bootstrap", module("msexchange.tls.host_read", {"contract": 1, "keys": []}))
    assert dict(lab.host("ex1").counters.executions) == {"msexchange.tls.host_read": 1}


def test_a_restart_ends_every_pool(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    with contextlib.suppress(WSManFaultError), session(lab) as pool:
        lab.reboot("ex1")
        with pytest.raises((WSManFaultError, requests.exceptions.ConnectionError)):
            run(pool, "hostname")
        with pytest.raises(WSManFaultError, match="does not exist"):
            run(pool, "hostname")
