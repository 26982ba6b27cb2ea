# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that would cut off the controller itself, or a server of the organisation, is refused with the reason."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.controller import Controller, Run, task
from integration.playbooks import FAST, bring
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("no_lockout"), pytest.mark.lab_only]

HTTPS_ONLY = {"persona": "ex2016_ws2016_https_only", "endpoints": []}
NO_TLS_1_2 = {"setting": "protocols.tls_1_2.server", "value": "disabled"}
OLD = {"server": ["tls_1_0"], "client": ["tls_1_0"], "suites": ["TLS_RSA_WITH_AES_128_CBC_SHA"], "groups": []}
MACHINE = "HKEY_LOCAL_MACHINE"


@dataclasses.dataclass(frozen=True)
class Story:
    """``refused``: tasks that cut somebody off; ``foretold``: what is said where the plan goes through."""

    refused: Run
    foretold: Run
    untouched: bool


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, ex1=HTTPS_ONLY) as lab:
        controller = Controller(tmp_path_factory.mktemp("controller"), lab.inventory_path)
        bring(lab, "ex1", "obsolete")
        before = dump(lab.host("ex1").registry, MACHINE)
        own = controller.play(task("read", "state_info")).result("read")["offer"]
        members = {
            "ex1": {"prepared": True},
            "ex13": {"prepared": True, "offer": OLD},
            "ex16": {"prepared": True, "offer": own},
        }
        retire = {"stage": "retire", "organisation": members}
        refused = controller.play(
            task("controller", "schannel", NO_TLS_1_2),
            task("controller in check mode", "schannel", NO_TLS_1_2, check_mode=True),
            task("neighbour", "baseline", retire),
        )
        untouched = dump(lab.host("ex1").registry, MACHINE) == before
        members = {name: member for name, member in members.items() if name != "ex13"}
        foretold = controller.play(
            task("forced", "schannel", {**NO_TLS_1_2, "force": True}, check_mode=True),
            task("retire", "baseline", {**retire, "organisation": members, "balancers": ["tls_1_0_monitor"]}),
        )
        yield Story(refused, foretold, untouched)


@pytest.mark.parametrize("name", ["controller", "controller in check mode"])
def test_a_setting_that_would_shut_out_this_controller_is_refused(story: Story, name: str) -> None:
    sentence = story.refused.sentence(name)
    assert sentence.startswith("ex1: nothing was written. This controller could no longer manage it: It speaks TLS 1.2")


def test_a_stage_that_would_cut_a_server_of_the_organisation_off_is_refused_with_its_name(story: Story) -> None:
    sentence = story.refused.sentence("neighbour")
    assert "ex13 could no longer speak to it: It speaks TLS 1.0 only; the endpoint accepts TLS 1.2." in sentence
    assert "ex16" not in sentence
    rows = story.refused.of("neighbour").result["reach"]
    assert [(row["peer"], row["direction"]) for row in rows if row["kind"] == "servers" and row["cut"]] == [
        ("ex13", "in"),
        ("ex13", "out"),
    ]


def test_nothing_was_written_by_what_was_refused(story: Story) -> None:
    assert story.untouched


def test_whoever_forces_it_is_told_all_the_same(story: Story) -> None:
    rows = story.foretold.result("forced")["reach"]
    assert rows[0] == {**rows[0], "kind": "management", "peer": "This controller", "cut": True}


def test_a_stage_that_cuts_no_server_off_names_the_others_that_lose(story: Story) -> None:
    rows = story.foretold.result("retire")["reach"]
    cut = {row["peer"]: row["kind"] for row in rows if row["cut"]}
    assert any("Windows 7" in peer for peer in cut)
    assert "load_balancer" in cut.values()
    assert {row["after"] for row in rows if row["kind"] in ("management", "servers", "exchange_online")} == {"connects"}
