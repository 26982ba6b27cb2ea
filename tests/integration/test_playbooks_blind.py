# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where no port can be connected to at all, harden stops and says why: before it reads, before it writes, after it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.playbooks import CONCLUDE, FAST, HTTPS, PROVE, READ, STOP, WRITE, Estate, PlaybookRun
from lab.lab import Lab

pytestmark = [pytest.mark.proves("stop_at_first_failure"), pytest.mark.lab_only]

SERVER = {"persona": "ex2016_ws2016_mistakes", "groups": ["exchange"], "endpoints": HTTPS}
HOSTS = ("a1", "a2", "b1")
BLIND = "No port was connected to from jump: "
REMEDY = "or go without them with msexchange_tls_wire false."


@dataclasses.dataclass(frozen=True)
class Blind:
    """The host that connects is lost from the beginning, after the organisation was read, after the servers were
    changed; the second time two servers at once.
    """

    first: PlaybookRun
    then: PlaybookRun
    last: PlaybookRun
    plan: PlaybookRun


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Blind]:
    jump = {"persona": "ws2022_plain", "groups": ["jumps"]}
    with Lab.start(timing=FAST, jump=jump, **dict.fromkeys(HOSTS, SERVER)) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        lab.power_off("jump")

        def lost_with(variable: str) -> str:
            return "{{ 'jump' if " + variable + " is defined else 'localhost' }}"

        yield Blind(
            first=estate.run("harden", wire_from="jump"),
            then=estate.run("harden", wire_from=lost_with("msexchange_tls_before"), serial=2),
            plan=estate.run("plan", wire_from=lost_with("msexchange_tls_before"), plan_file="plan.json"),
            last=estate.run("harden", wire_from=lost_with("msexchange_tls_change")),
        )


def test_no_server_is_read_and_each_says_why(blind: Blind) -> None:
    assert not blind.first.succeeded
    for name in HOSTS:
        assert blind.first.costs[name].executions == {}
        sentence = blind.first.refusal("Stop where no connection could be made at all", name)
        assert sentence.startswith(BLIND)
        assert sentence.endswith(REMEDY)
        assert f"{name} " in blind.first.run.output.rpartition("PLAY RECAP")[2]
    assert blind.first.run.output.count("failed=1") == len(HOSTS)


def test_no_server_of_the_batch_is_written_and_none_of_a_later_batch_is_touched(blind: Blind) -> None:
    assert not blind.then.succeeded
    for name in ("a1", "a2"):
        assert blind.then.run.of(WRITE, name).status == "skipped"
        sentence = blind.then.refusal(STOP, name)
        assert sentence.startswith(BLIND)
        assert sentence.endswith(REMEDY)
    assert WRITE not in [one.task for one in blind.then.results if one.host == "b1"]
    # What was read for the organisation, and nothing else.
    assert [blind.then.costs[name].executions for name in HOSTS] == [{"host_read": 1}] * 3


def test_the_report_of_a_blind_batch_holds_what_was_read_and_no_change(blind: Blind) -> None:
    for name in HOSTS:
        row = blind.then.row(name)
        assert row["read"]
        assert row["change"] is None
        assert row["after"] is None
    assert blind.then.row("a1")["unprobed"]


def test_nothing_is_planned_without_connections(blind: Blind) -> None:
    assert not blind.plan.succeeded
    for name in HOSTS:
        assert blind.plan.refusal(STOP, name).startswith(BLIND)
    assert not (blind.plan.folder / "plan.json").exists()


def test_a_server_whose_change_cannot_be_proven_by_connections_fails_and_stops_the_rollout(blind: Blind) -> None:
    assert not blind.last.succeeded
    assert blind.last.run.result(WRITE, "a1")["changed"]
    assert blind.last.refusal(PROVE, "a1").startswith(f"a1: stage prepare is not proven. {BLIND}")
    assert CONCLUDE not in blind.last.all_of("a1")
    assert blind.last.costs["a2"].executions == {"host_read": 1}


def test_what_was_changed_is_read_again_for_the_report_all_the_same(blind: Blind) -> None:
    assert blind.last.run.of(READ, "a1").status == "ok"
    row = blind.last.row("a1")
    assert row["change"]["changed"]
    assert row["after"] is not None
