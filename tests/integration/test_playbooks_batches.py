# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first server that fails or is lost stops the rollout, and what was done until then is in the report."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.playbooks import CONCLUDE, FAST, REBOOT, STOP, WRITE, Estate, PlaybookRun
from lab.lab import Lab

pytestmark = [pytest.mark.proves("stop_at_first_failure"), pytest.mark.lab_only]

#: They are restarted whenever it is owed (reboot=always): only the stop keeps them from it. In order of their names.
PLAIN = {"persona": "ws2022_plain", "groups": ["exchange"]}
BATCH, LATER = ("b1", "b2", "b3"), "c1"
ALONE = ("d1", "d2")
HOSTS = (*BATCH, LATER, *ALONE)
BUSY = "d1: Another change is being written on this host"


@dataclasses.dataclass(frozen=True)
class Stops:
    """A batch of three with one that is down; one at a time with a first that is down; one at a time with a first that
    cannot be written; the same as the first, with the lost server back.
    """

    batch: PlaybookRun
    single: PlaybookRun
    failed: PlaybookRun
    mended: PlaybookRun


@pytest.fixture(scope="module")
def stops(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stops]:
    with Lab.start(timing=FAST, **dict.fromkeys(HOSTS, PLAIN)) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        lab.power_off("b2")
        batch = estate.run("harden", "--limit", ",".join((*BATCH, LATER)), serial=3, wire=False, reboot="always")
        single = estate.run("harden", "--limit", f"b2,{LATER}", wire=False, reboot="always")
        lab.host("d1").faults.add("mutex_busy", times=0)
        failed = estate.run("harden", "--limit", ",".join(ALONE), wire=False, reboot="always")
        lab.power_on("b2")
        lab.host("b2").clock.offset += 300  # its next boot is minutes away
        mended = estate.run("harden", "--limit", ",".join((*BATCH, LATER)), serial=3, wire=False, reboot="always")
        yield Stops(batch, single, failed, mended)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(HOSTS)


def test_no_server_of_a_later_batch_is_touched_when_one_of_three_is_unreachable(stops: Stops) -> None:
    assert not stops.batch.succeeded
    # It was read for the organisation, before the first batch.
    assert stops.batch.costs[LATER].executions == {"host_read": 1}
    assert WRITE not in stops.batch.all_of(LATER)


def test_the_rest_of_the_batch_stops_before_any_restart_and_keeps_its_debt(stops: Stops) -> None:
    for name in ("b1", "b3"):
        assert stops.batch.run.result(WRITE, name)["changed"]
        assert stops.batch.costs[name].reboots == 0
        sentence = stops.batch.refusal(STOP, name)
        assert sentence.startswith(f"{name}: nothing more is done here, because of b2 in the same batch.")
        assert CONCLUDE not in stops.batch.all_of(name)


def test_the_lost_server_is_unreachable_and_its_sentence_is_the_last_word(stops: Stops) -> None:
    sentence = stops.batch.run.sentence(WRITE, "b2", status="unreachable")
    assert sentence.startswith("b2 was unreachable while reading its TLS settings: the connection was refused.")
    assert stops.batch.refusal(STOP, "b2") == sentence


def test_the_report_of_a_stopped_play_holds_every_member_and_the_reason(stops: Stops) -> None:
    assert [row["name"] for row in stops.batch.report["hosts"]] == list(HOSTS)
    assert "unreachable" in stops.batch.row("b2")["problem"]
    assert stops.batch.row("b1")["change"]["changed"]
    assert stops.batch.row(LATER)["read"]
    assert stops.batch.row(LATER)["change"] is None
    assert stops.batch.row("d1")["problem"] == "The server was not read in this run."


def test_one_at_a_time_stops_at_the_unreachable_server_and_still_reports(stops: Stops) -> None:
    assert not stops.single.succeeded
    assert stops.single.costs[LATER].executions == {"host_read": 1}
    assert stops.single.refusal(STOP, "b2").startswith("b2 was unreachable")
    assert "unreachable" in stops.single.row("b2")["problem"]


def test_the_first_failed_server_stops_the_play_and_nothing_is_half_written(stops: Stops) -> None:
    assert not stops.failed.succeeded
    assert stops.failed.refusal(STOP, "d1").startswith(BUSY)
    assert stops.failed.costs["d1"].executions == {"host_read": 2, "host_write": 1}
    assert stops.failed.costs["d1"].reboots == 0
    assert stops.failed.costs["d2"].executions == {"host_read": 1}
    assert stops.failed.row("d1")["change"]["problem"].startswith(BUSY)
    assert not stops.failed.row("d1")["change"]["changed"]


def test_when_it_is_mended_the_next_run_makes_up_for_everything(stops: Stops) -> None:
    assert stops.mended.succeeded
    for name in ("b1", "b3"):
        assert not stops.mended.run.result(WRITE, name)["changed"]
    for name in ("b2", LATER):
        assert stops.mended.run.result(WRITE, name)["changed"]
    for name in (*BATCH, LATER):
        assert stops.mended.costs[name].reboots == 1
        assert stops.mended.run.of(REBOOT, name).status == "ok"
        assert stops.mended.message(CONCLUDE, name) == f"{name}: the server stands at stage prepare."
