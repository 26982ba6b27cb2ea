# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook gives each server to do, task by task: Ansible makes a process for every one, skipped ones and
includes as well, and it costs as much as half a reading.
"""

from __future__ import annotations

import typing as t

import pytest
from integration.playbooks import (
    CONCLUDE,
    DECIDE,
    FAST,
    HAND_OVER,
    PROVE,
    READ,
    READ_ORGANISATION,
    STOP,
    WRITE,
    Estate,
    PlaybookRun,
)
from lab.lab import Lab

pytestmark = [pytest.mark.proves("costs"), pytest.mark.lab_only]

HOSTS = ("a1", "a2")
VALIDATE = (
    "msexchange.tls.harden : Validating arguments against arg spec 'main'"
    " - Bring the TLS of Exchange servers to a stage of a baseline"
)
#: Each of them includes what most runs, or check mode, leave out.
INCLUDE_PROOF, INCLUDE_CONFIRM = (
    "msexchange.tls.harden : Prove the new state",
    "msexchange.tls.harden : Confirm what is proven and in effect",
)
#: What check mode does as well.
CHANGE = (READ_ORGANISATION, VALIDATE, WRITE, STOP, DECIDE, INCLUDE_PROOF)
#: By the runs, in their order; nothing but what no other task could do.
EACH = {
    "audit": (READ,),
    "plan": ("Make sure that a file is named for the plan", READ_ORGANISATION, WRITE, STOP),
    "check": (*CHANGE, CONCLUDE),
    "harden": (*CHANGE, READ, PROVE, INCLUDE_CONFIRM, CONCLUDE),
    "verify": (READ, PROVE),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, PlaybookRun]]:
    member = {"persona": "ws2022_plain", "groups": ["exchange"]}
    at_once: dict[str, t.Any] = {"wire": False, "reboot": "never", "serial": "100%"}
    with Lab.start(timing=FAST, **dict.fromkeys(HOSTS, member)) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        yield {
            "audit": estate.run("audit", wire=False),
            "plan": estate.run("plan", wire=False, plan_file="plan.json"),
            "check": estate.run("harden", "--check", **at_once),
            "harden": estate.run("harden", **at_once),
            "verify": estate.run("verify", wire=False),
        }


@pytest.mark.parametrize("name", EACH)
def test_a_server_is_given_these_tasks_and_no_include_more(runs: dict[str, PlaybookRun], name: str) -> None:
    # The first server has those too that are done once for all.
    assert tuple(one.task for one in runs[name].results if one.host == HOSTS[1]) == EACH[name]


def test_what_is_done_once_for_all_is_given_to_the_first_server(runs: dict[str, PlaybookRun]) -> None:
    tasks = [(one.host, one.task) for one in runs["harden"].results if one.task == HAND_OVER]
    assert tasks == [(HOSTS[0], HAND_OVER)]
