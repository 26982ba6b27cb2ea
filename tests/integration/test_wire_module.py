# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module endpoint_info as a playbook uses it, and on the oldest Python that it promises."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
from integration.controller import Controller, task
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.processes import program
from wire_servers.programs import openssl

pytestmark = [
    pytest.mark.proves("wire_anywhere"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

ROOT = pathlib.Path(__file__).parents[2]
HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return rsa(folder), ecdsa(folder)


@pytest.fixture
def controller(tmp_path: pathlib.Path) -> Controller:
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"ex1": HERE}}}))
    return Controller(tmp_path, inventory)


def test_a_playbook_sees_what_the_port_answers_also_in_check_mode(
    tmp_path: pathlib.Path, controller: Controller, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities) as port:
        arguments = {
            "mode": "versions",
            "endpoints": [
                {"host": "localhost", "address": "127.0.0.1", "port": port, "service": "https", "name": "ex01"},
                {"host": "localhost", "address": "127.0.0.1", "port": 1, "service": "smtp"},
            ],
        }
        run = controller.play(
            task("real", "endpoint_info", arguments), task("check", "endpoint_info", arguments, check_mode=True)
        )
    real, check = run.result("real"), run.result("check")
    assert real["changed"] is check["changed"] is False
    assert real["endpoints"] == check["endpoints"]
    answered, unreachable = real["endpoints"]
    assert (answered["status"], answered["name"], answered["address"]) == ("answered", "ex01", "127.0.0.1")
    assert answered["versions"]["tls_1_2"]["state"] == "accepted"
    assert answered["versions"]["ssl_2_0"]["state"] == "refused"
    assert (unreachable["status"], unreachable["name"], unreachable["transport"]) == ("unreachable", None, "smtp")


WRONG = [
    ({"endpoints": [{"host": "ex01", "port": 465, "service": "smtp", "transport": "tls"}]}, "use transport smtp"),
    ({"endpoints": [{"host": "ex01", "service": "unknown"}]}, "give the port"),
    ({"endpoints": [{"host": "ex01"}], "mode": "conformance"}, "needs versions"),
    ({"endpoints": [{"host": "a", "versions": ["tls_1_2"], "suites": ["TLS_NO"]}], "mode": "conformance"}, "TLS_NO"),
    ({"endpoints": [{"host": "ex01"}], "timeout": 0}, "timeout"),
    ({"endpoints": [{"host": "ex01"}], "parallel": 100}, "parallel"),
    ({"endpoints": [{"host": "ex01"}], "ehlo_name": "a\r\nQUIT"}, "ehlo_name"),
]  # fmt: skip


def test_what_cannot_be_asked_is_refused_in_one_sentence_before_any_connection(controller: Controller) -> None:
    run = controller.play(*(task(str(n), "endpoint_info", arguments) for n, (arguments, _word) in enumerate(WRONG)))
    for number, (_arguments, word) in enumerate(WRONG):
        assert word in run.sentence(str(number))


def python_3_9() -> str | None:
    """A Python 3.9 that really runs."""
    for candidate in (os.environ.get("MSEXCHANGE_TLS_PYTHON39"), program("python3.9")):
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def test_the_prober_runs_on_python_3_9(tmp_path: pathlib.Path, identities: tuple[Identity, Identity]) -> None:
    python = python_3_9()
    if python is None:
        pytest.skip("no Python 3.9 here: neither python3.9 nor MSEXCHANGE_TLS_PYTHON39")
    script = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); import _wire\n"
        "where = [_wire.Question(_wire.endpoint('127.0.0.1', int(sys.argv[2]), 'x', 'tls'))]\n"
        "print(json.dumps(_wire.probe_all(where)))"
    )
    folder = ROOT / "plugins" / "module_utils"
    with openssl(tmp_path, *identities) as port:
        command = [python, "-W", "error", "-c", script, str(folder), str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    (observation,) = t.cast(list[dict[str, t.Any]], json.loads(done.stdout))
    assert observation["status"] == "answered"
    assert observation["versions"]["tls_1_2"]["complete"] is True
