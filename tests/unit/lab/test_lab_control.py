# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running estate is seen and touched from outside: what changed since a mark, whoever did it."""

from __future__ import annotations

import http.client
import json
import pathlib
import socket
import tempfile
import threading
import typing as t

import pytest
from lab.control import Control
from lab.lab import Lab

pytestmark = [pytest.mark.proves("lab_model"), pytest.mark.lab_only]

SERVER = (
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.0\\Server"
)
OFF = {"act": "set_value", "path": SERVER, "name": "Enabled", "data": 0}


class Connection(http.client.HTTPConnection):
    """HTTP to a Unix socket."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__("lab")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


class Asked(t.NamedTuple):
    """An estate of two and a way to talk to it: status and content of the answer."""

    lab: Lab
    ask: t.Callable[..., tuple[int, t.Any]]
    stopped: threading.Event

    def view(self, name: str = "ex1") -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.ask()[1]["hosts"][name])


@pytest.fixture
def asked(start_lab: t.Callable[..., Lab]) -> t.Iterator[Asked]:
    lab, stopped = start_lab("ex2016_ws2016_https_only", "ws2022_plain"), threading.Event()
    # The path of a socket has a hundred characters at most; a folder of pytest may be longer.
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "control"
        control = Control(path, lab.hosts, stopped.set)
        lab.call(control.open())

        def ask(*acts: t.Any) -> tuple[int, t.Any]:
            connection = Connection(path)
            connection.request("POST" if acts else "GET", "/", json.dumps(acts) if acts else None)
            answer = connection.getresponse()
            content = json.loads(answer.read())
            connection.close()
            return answer.status, content

        yield Asked(lab, ask, stopped)
        lab.call(control.close())
        assert not path.exists()


def test_a_host_that_nobody_touched_shows_no_change(asked: Asked) -> None:
    view = asked.view()
    assert (view["changes"], view["journals"], view["reboots"], view["executions"]) == ([], [], 0, {})
    assert view["versions"] == ["tls_1_0", "tls_1_1", "tls_1_2"]


def test_a_value_is_written_shown_and_counts_after_a_boot(asked: Asked) -> None:
    status, _view = asked.ask({**OFF, "host": "ex1"})
    assert status == 200
    changes = asked.view()["changes"]
    assert {"path": SERVER, "name": None, "before": {"exists": False}, "after": {"exists": True}} in changes
    assert {
        "path": SERVER,
        "name": "Enabled",
        "before": {"exists": False},
        "after": {"exists": True, "kind": 4, "data": 0},
    } in changes
    assert "ControlSet001" not in str(changes)
    assert asked.view("ex2")["changes"] == []
    assert "tls_1_0" in asked.view()["versions"]
    asked.ask({"act": "reboot", "host": "ex1"})
    assert "tls_1_0" not in asked.view()["versions"]
    assert asked.view()["reboots"] == 1


def test_after_a_mark_only_what_is_new_is_shown(asked: Asked) -> None:
    asked.ask(OFF, {"act": "mark"}, {**OFF, "host": "ex2", "data": None})
    assert asked.view()["changes"] == []
    (change,) = asked.view("ex2")["changes"]
    assert (change["before"], change["after"]) == ({"exists": True, "kind": 4, "data": 0}, {"exists": False})


def test_a_host_is_taken_out_of_service_and_its_clock_put_forward(asked: Asked) -> None:
    host, before = asked.lab.host("ex1"), asked.lab.host("ex1").clock.now()
    asked.ask({"act": "maintenance", "host": "ex1", "on": True}, {"act": "pass_time", "host": "ex1", "seconds": 3600})
    assert not host.in_service()
    assert host.clock.now() - before >= 3600 * 10_000_000


def test_the_estate_is_asked_to_end(asked: Asked) -> None:
    asked.ask({"act": "stop"})
    assert asked.stopped.is_set()


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ({**OFF, "act": "set_valeu"}, "There is no act 'set_valeu'. Did you mean 'set_value'?"),
        ({**OFF, "host": "ex3"}, "There is no host 'ex3'. Did you mean"),
        ({**OFF, "kind": 4}, "The act set_value is not understood: got an unexpected keyword argument 'kind'."),
        ({"act": "maintenance"}, "The act maintenance is not understood: missing a required argument: 'on'."),
        ("reboot", "The body must be a list of acts, each a mapping."),
    ],
)
def test_an_act_that_is_not_known_changes_nothing_and_is_answered_by_a_sentence(
    asked: Asked, act: t.Any, sentence: str
) -> None:
    status, content = asked.ask(OFF, act)
    assert status == 400
    assert content["error"].startswith(sentence)
    assert asked.view()["changes"] == []


def test_data_that_make_no_value_are_answered_by_a_sentence(asked: Asked) -> None:
    status, content = asked.ask({**OFF, "data": True})
    assert (status, content["error"]) == (400, f"{SERVER}, value 'Enabled': write 1 or 0, not true or false")
