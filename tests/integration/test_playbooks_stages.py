# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking for a late stage: a missing restart is no failure and says "run again"; anything else that is missing is."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.playbooks import CONCLUDE, DECIDE, FAST, HTTPS, PROVE, WRITE, Estate, PlaybookRun, bring
from lab.lab import Lab

pytestmark = [pytest.mark.proves("stages_and_gates"), pytest.mark.lab_only]

EX2016 = {"persona": "ex2016_ws2016_https_only", "scheme": "http", "endpoints": HTTPS}
DOTNET = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
HOSTS = {
    "serving": EX2016,
    "drained": {**EX2016, "maintenance": True},
    "denied": {**EX2016, "denied": [DOTNET]},
    "governed": {"persona": "ex2016_ws2016_grouppolicy", "endpoints": HTTPS},
    "contradicted": EX2016,
    # Something else than the product wrote what is wanted, and nobody restarted the server since.
    "foreign": EX2016,
}
FRESH, REFUSED = ("serving", "drained"), ("contradicted", "denied", "governed")


@dataclasses.dataclass(frozen=True)
class Stages:
    """Two fresh servers asked for stage suites; three with something in the way that no restart mends; one that waits
    for a restart that this product does not owe.
    """

    jump: PlaybookRun
    refused: PlaybookRun
    foreign: PlaybookRun


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stages]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        bring(lab, "governed", "renegotiation")
        bring(lab, "contradicted", "prepare")
        refusing = lab.host("contradicted")
        refusing.at_boot = dataclasses.replace(refusing.at_boot, versions=refusing.at_boot.versions - {"tls_1_2"})
        bring(lab, "foreign", "prepare", restart=False)
        jump = estate.run("harden", "--limit", ",".join(FRESH), stage="suites", serial=2)
        refused = estate.run("harden", "--limit", ",".join(REFUSED), stage="suites", serial=3)
        foreign = estate.run("harden", "--limit", "foreign", wire=False)
        yield Stages(jump, refused, foreign)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(HOSTS)


def test_a_jump_to_a_late_stage_writes_the_first_one_only_and_is_no_failure(stages: Stages) -> None:
    assert stages.jump.succeeded
    for name in FRESH:
        change = stages.jump.run.result(WRITE, name)
        assert (change["changed"], change["reached"], change["complete"]) == (True, "prepare", False)
        written = {rule["stage"] for rule in change["rules"] if rule["act"] in ("set", "delete")}
        assert written == {"prepare"}


def test_a_jump_says_to_run_again_after_the_restart(stages: Stages) -> None:
    assert stages.jump.message(CONCLUDE, "serving") == (
        "serving: stage prepare is written. Stage 'prepare' is written now and counts after a restart. "
        "Run again after the restart to go on to stage suites."
    )


def test_where_the_restart_has_happened_in_the_same_run_a_jump_says_to_run_again(stages: Stages) -> None:
    assert stages.jump.costs["drained"].reboots == 1
    assert stages.jump.run.of(PROVE, "drained").status == "ok"
    message = stages.jump.message(CONCLUDE, "drained")
    assert message.endswith("Run again to go on to stage suites.")


def test_a_stage_that_is_refused_for_another_reason_fails_after_what_was_possible(stages: Stages) -> None:
    assert not stages.refused.succeeded
    denied, governed = (stages.refused.run.result(WRITE, name) for name in ("denied", "governed"))
    assert denied["changed"]
    assert not [one for one in denied["operations"] if one["path"] == DOTNET]
    assert governed["changed"]
    assert not [one for one in governed["operations"] if one["name"] == "Functions"]


def test_the_refusal_names_stage_reason_and_remedy(stages: Stages) -> None:
    denied = stages.refused.refusal(CONCLUDE, "denied")
    assert denied.startswith("denied: stage suites is refused, the server stands at no stage yet.")
    assert "dotnet.v4.native.strong_crypto" in denied
    assert "an account that may read the keys" in denied
    governed = stages.refused.refusal(CONCLUDE, "governed")
    assert governed.startswith("governed: stage suites is refused, the server stands at stage renegotiation.")
    assert "change the Group Policy" in governed


def test_a_stage_is_refused_while_a_port_contradicts_an_earlier_one(stages: Stages) -> None:
    assert not stages.refused.run.result(WRITE, "contradicted")["changed"]
    sentence = stages.refused.refusal(CONCLUDE, "contradicted")
    assert "(https) refuses TLS 1.2" in sentence
    assert "a device in front of it" in sentence


def test_a_refused_stage_leaves_its_gates_in_the_report(stages: Stages) -> None:
    assert [gate["kind"] for gate in stages.refused.row("governed")["gates"]] == ["ownership"]


def test_a_restart_that_somebody_else_owes_is_waited_for_and_not_made(stages: Stages) -> None:
    assert stages.foreign.succeeded
    assert stages.foreign.message(DECIDE, "foreign") == "No reboot is owed."
    assert stages.foreign.costs["foreign"].executions == {"host_read": 3}
    assert stages.foreign.costs["foreign"].reboots == 0
