# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The broker between an action and its host. What stands in for the host is Ansible's side of the call, not ours."""

from __future__ import annotations

import types
import typing as t

import pypsrp.exceptions as psrp
import pytest
import requests
import winrm.exceptions as winrm
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.msexchange.tls.plugins.plugin_utils._broker import Broker
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import HostError

pytestmark = pytest.mark.proves("hostile_answers")

READ = {"keys": [], "user_keys": [], "files": [], "journal": True}
WRITE = {"change": "20261126t101500z-abcdef01", "meta": {}, "reboot_required": True, "operations": []}


class Action:
    """An action whose connection answers in the given order; an exception is raised, everything else is returned."""

    def __init__(self, *answers: t.Any, windows: bool = True, delegate_to: str | None = None) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[str, dict[str, t.Any]]] = []
        self._task = types.SimpleNamespace(delegate_to=delegate_to)
        self._connection = types.SimpleNamespace(transport="ssh", _shell=types.SimpleNamespace(_IS_WINDOWS=windows))

    def _execute_module(self, module_name: str, module_args: dict[str, t.Any], task_vars: t.Any) -> t.Any:
        self.calls.append((module_name, dict(module_args)))
        module_args["_ansible_check_mode"] = False  # ansible-core adds its keys in place
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def broker(action: Action) -> Broker:
    return Broker(action, {"inventory_hostname": "ex01"})  # type: ignore[arg-type]  # only these parts are used


def test_each_call_gets_a_dictionary_of_its_own_and_the_contract() -> None:
    action = Action({"contract": 1}, {"contract": 1})
    host = broker(action)
    host.read(READ)
    host.read(READ)
    assert action.calls == [("msexchange.tls.host_read", {"contract": 1, **READ})] * 2
    assert "_ansible_check_mode" not in READ


def test_warnings_of_the_host_are_kept_for_the_result() -> None:
    host = broker(Action({"contract": 1, "warnings": ["a"]}, {"contract": 1, "warnings": ["b"], "deprecations": ["c"]}))
    host.read(READ)
    host.write(WRITE)
    assert (host.warnings, host.deprecations) == (["a", "b"], ["c"])


def test_a_lone_surrogate_in_a_name_reaches_the_core_as_it_is() -> None:
    assert broker(Action({"contract": 1, "keys": ["a\ud800"]})).read(READ)["keys"] == ["a\ud800"]


@pytest.mark.parametrize(
    "error",
    [
        AnsibleConnectionFailure("basic: connection refused"),
        requests.exceptions.ConnectionError("('Connection aborted.', RemoteDisconnected('Remote end closed'))"),
        requests.exceptions.ReadTimeout("Read timed out."),
        ConnectionResetError(104, "Connection reset by peer"),
        AnsibleError("winrm send_input failed; \nstdout: \nstderr "),
        psrp.AuthenticationError("Failed to authenticate the user ansible with basic"),
        psrp.WinRMTransportError("http", 503, "<HTML>"),
        psrp.WSManFaultError(2150858843, "EX01", "The request contained invalid selectors.", None, None, None),
        winrm.InvalidCredentialsError("the specified credentials were rejected by the server"),
        winrm.WinRMTransportError("http", 503, "<HTML>"),
    ],
)
def test_a_lost_connection_is_unreachable_and_says_what_that_means(error: Exception) -> None:
    with pytest.raises(HostError) as caught:
        broker(Action(error)).write(WRITE)
    assert caught.value.unreachable
    assert "ex01 was unreachable while writing change 20261126t101500z-abcdef01" in caught.value.sentence
    assert "Whether anything was written is unknown" in caught.value.sentence


@pytest.mark.parametrize(
    "error",
    [
        AnsibleError("The module msexchange.tls.host_read was not found in configured module paths"),
        FileNotFoundError(2, "No such file or directory", "host_read.ps1"),
        winrm.WinRMTransportError("http", 500, ""),
        psrp.WSManFaultError(5, "EX01", "Access is denied.", None, None, None),
        ValueError("Cannot use message encryption with auth 'basic'"),
    ],
)
def test_what_is_not_the_network_is_a_failure_and_not_a_lost_host(error: Exception) -> None:
    with pytest.raises(HostError) as caught:
        broker(Action(error)).read(READ)
    assert not caught.value.unreachable
    assert "Nothing was changed." in caught.value.sentence


def test_a_unix_host_is_refused_before_anything_is_sent() -> None:
    action = Action(windows=False)
    with pytest.raises(HostError, match="needs a Windows host, but its connection \\(ssh\\) speaks to a Unix shell"):
        broker(action).read(READ)
    assert action.calls == []


def test_a_delegated_task_names_the_host_that_it_speaks_to() -> None:
    assert broker(Action(delegate_to="ex02")).host == "ex02"


@pytest.mark.parametrize("answer", [None, [], "text", 5])
def test_an_answer_that_is_no_object_is_quoted(answer: object) -> None:
    with pytest.raises(HostError, match="no JSON object"):
        broker(Action(answer)).read(READ)


def test_an_answer_that_is_nested_without_end_is_one_sentence() -> None:
    endless: t.Any = "x"
    for _level in range(5000):
        endless = [endless]
    sentence = r"ex01: reading its TLS settings failed: the answer is nested deeper .*\. Nothing was changed\."
    with pytest.raises(HostError, match=sentence):
        broker(Action({"contract": 1, "keys": endless})).read(READ)
