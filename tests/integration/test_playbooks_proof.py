# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook with which a site compares the collection with its own Windows: what it finds, what it leaves."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

import pytest
from integration.conftest import Server
from integration.controller import Controller, Result, Run
from lab.lab import Lab
from proof.windows_run import WINDOWS

pytestmark = pytest.mark.proves("own_lab")

KEY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\msexchange_tls_proof"
SCHANNEL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
#: What only Windows' own tools can say: the emulation has none.
UNKNOWN_TO_EMULATION = {
    "read.powershell",
    "read.build",
    "read.settings",
    "write.exported",
    "write.journal",
    "write.tidy",
}
#: What Wine says differently: its build is not that of the persona, and it keeps no access lists.
WRONG_ON_WINE = {"read.build", "write.journal"}


@dataclasses.dataclass(frozen=True)
class Proof:
    """One run of the playbook. ``text``: the file that it left."""

    run: Run
    text: str

    @property
    def host(self) -> Result:
        """The one server in the file."""
        (host,) = json.loads(self.text)["hosts"]
        return t.cast("Result", host)

    def checks(self, verdict: str) -> set[str]:
        """Ids of the checks with this verdict."""
        return {check["id"] for check in self.host["checks"] if check["verdict"] == verdict}


def prove(controller: Controller, name: str, **variables: t.Any) -> Proof:
    """Run the playbook on one server; ``variables`` without their prefix."""
    path = controller.folder / "proof.json"
    words = {"hosts": name, "proof_file": str(path), **variables}
    extra = json.dumps({f"msexchange_tls_{word}": value for word, value in words.items()})
    run = controller.named("msexchange.tls.proof", ["-e", extra])
    return Proof(run, path.read_text(encoding="utf-8") if path.exists() else "")


@pytest.fixture(scope="module")
def proof(any_server: Server) -> Proof:
    """All that the playbook does, on each kind of server."""
    return prove(any_server.controller, any_server.name, proof_writes="schannel")


def test_no_check_fails_but_those_that_this_kind_of_server_cannot_pass(
    any_server: Server, proof: Proof, record_property: t.Callable[[str, object], None]
) -> None:
    assert proof.checks("fail") == (WRONG_ON_WINE if any_server.kind == "powershell" else set())
    assert proof.checks("unknown") == (UNKNOWN_TO_EMULATION if any_server.kind == "emulated" else set())
    if any_server.kind == "windows":
        record_property(
            WINDOWS, f"{proof.host['windows']['windows']}, PowerShell {proof.host['windows']['powershell']}"
        )


def test_nothing_remains_on_the_server(
    any_server: Server, proof: Proof, record_property: t.Callable[[str, object], None]
) -> None:
    keys = [{"path": KEY}, {"path": SCHANNEL, "values": ["EventLogging"]}]
    read = {"name": "read", "msexchange.tls.host_read": {"contract": 1, "keys": keys, "journal": True}}
    answer = any_server.controller.play(read, hosts=any_server.name).result("read", any_server.name)
    assert answer["keys"][0]["exists"] is False
    (before,) = (check["seen"] for check in proof.host["checks"] if check["id"] == "schannel.back")
    assert answer["keys"][1]["values"] == before[0]
    # The emulation has no command that removes a file.
    ours = [journal["id"] for journal in answer["journal"] if journal["id"].startswith("proof-")]
    assert ours == [] or any_server.kind == "emulated"
    if any_server.kind == "windows":
        record_property(
            WINDOWS, f"{proof.host['windows']['windows']}, PowerShell {proof.host['windows']['powershell']}"
        )


def test_what_was_read_in_two_ways_is_many_settings(any_server: Server, proof: Proof) -> None:
    (seen,) = (check["seen"] for check in proof.host["checks"] if check["id"] == "read.settings")
    assert seen["compared"] > 50 or any_server.kind == "emulated"
    assert (seen["read"], seen["exported"]) == ([], [])


def test_one_line_says_how_it_went(any_server: Server, proof: Proof) -> None:
    message = proof.run.result("Say how it went", any_server.name)["msg"]
    passed = len(proof.checks("pass"))
    assert message.startswith(f"{any_server.name}: {passed} of 20 pass, fail: ")


def test_without_a_word_it_only_reads(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2019cu15_ws2022") as lab:
        before = lab.host("ex1").snapshot()
        proof = prove(Controller(tmp_path, lab.inventory_path), "ex1")
        assert "msexchange.tls.host_write" not in lab.host("ex1").counters.executions
        assert lab.host("ex1").snapshot() == before
        assert lab.host("ex1").journal_files() == {}
    assert {check["id"].partition(".")[0] for check in proof.host["checks"]} == {"read", "ports"}


def test_the_file_names_no_server_if_told_so(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2019cu15_ws2022") as lab:
        computer = lab.host("ex1").computer
        controller = Controller(tmp_path, lab.inventory_path)
        assert computer in prove(controller, "ex1").text
        hidden = prove(controller, "ex1", proof_hash_names=True).text
    assert [name for name in (computer, '"ex1"', "127.0.0.1", "BEGIN CERTIFICATE") if name in hidden] == []


def test_a_key_that_is_there_already_is_left_alone(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2019cu15_ws2022") as lab:
        lab.host("ex1").registry.create(KEY)
        before = lab.host("ex1").snapshot()
        proof = prove(Controller(tmp_path, lab.inventory_path), "ex1", proof_writes="scratch")
        assert lab.host("ex1").snapshot() == before
    assert "nothing was written" in proof.host["failed"]
    assert "write.written" in proof.checks("unknown")


def test_a_server_that_does_not_write_fails_the_check(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2019cu15_ws2022") as lab:
        lab.host("ex1").registry.deny("HKEY_LOCAL_MACHINE\\SOFTWARE", writing=5)
        proof = prove(Controller(tmp_path, lab.inventory_path), "ex1", proof_writes="scratch")
    assert "write.written" in proof.checks("fail")


def test_a_word_that_it_does_not_know_is_refused(tmp_path: pathlib.Path) -> None:
    with Lab.start("ex2019cu15_ws2022") as lab:
        proof = prove(Controller(tmp_path, lab.inventory_path), "ex1", proof_writes="everything")
    assert proof.run.returncode != 0
    assert proof.text == ""
    said = proof.run.sentence("Make sure that it is clear what may be written")
    assert said == "msexchange_tls_proof_writes is everything; it may be none, scratch or schannel."
