# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A careless first run hurts nobody, and a later run makes up for the restart that the first one did not dare."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import ssl
import typing as t

import pytest
from integration.playbooks import (
    CONCLUDE,
    DECIDE,
    FAST,
    HTTPS,
    PROVE,
    READ,
    REBOOT,
    WRITE,
    Cost,
    Estate,
    PlaybookRun,
)
from lab.lab import Lab

# Old versions are what this is about.
pytestmark = [
    pytest.mark.proves("first_run"),
    pytest.mark.lab_only,
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning"),
]

#: Both were left as installers or years of service left them: SSL 3.0 and TLS 1.0 answer.
HOSTS = {
    "ex1": {"persona": "ex2013_ws2012r2", "endpoints": HTTPS},
    "ex2": {"persona": "ex2016_ws2016_mistakes", "endpoints": HTTPS, "rdp": False},
}
REQUESTS_READING, REQUESTS_WRITING = 6, 10


@dataclasses.dataclass(frozen=True)
class Seen:
    """A moment in the life of the estate: its registries, what the servers answer, the journals that lie there."""

    registry: dict[str, t.Any]
    offered: dict[str, frozenset[str]]
    answered: dict[str, frozenset[str]]
    journals: dict[str, list[t.Any]]


@dataclasses.dataclass(frozen=True)
class Story:
    """The runs of one estate one after the other, and what was to be seen before, between and after them."""

    check: PlaybookRun
    first: PlaybookRun
    again: PlaybookRun
    drained: PlaybookRun
    last: PlaybookRun
    at_first: Seen
    after_check: Seen
    after_first: Seen
    at_last: Seen


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        at_first = look(lab)
        check = estate.run("harden", "--check", reboot="always")
        after_check = look(lab)
        first = estate.run("harden")
        after_first = look(lab)
        again = estate.run("harden")
        lab.host("ex1").set_maintenance(True)
        drained = estate.run("harden")
        last = estate.run("harden", "--limit", "ex1")
        lab.host("ex2").clock.offset += 300
        lab.reboot("ex2")
        yield Story(check, first, again, drained, last, at_first, after_check, after_first, look(lab))
        assert [host.unanswered for host in lab.hosts.values()] == [[], []]


def look(lab: Lab) -> Seen:
    """What a bystander sees of the estate."""
    hosts = lab.hosts.items()
    journals = {
        name: [json.loads(content) for file, content in sorted(host.journal_files().items()) if file.endswith(".json")]
        for name, host in hosts
    }
    return Seen(
        registry={name: host.snapshot() for name, host in hosts},
        offered={name: host.at_boot.versions for name, host in hosts},
        answered={name: versions_of(lab.port(name, "https")) for name, _host in hosts},
        journals=journals,
    )


def versions_of(port: int) -> frozenset[str]:
    """Versions in which a plain OpenSSL client gets a connection."""
    return frozenset(version.name for version in ssl.TLSVersion if version > 0x300 and connects(port, version))


def connects(port: int, version: ssl.TLSVersion) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain),
    ):
        return True
    return False


# -- check mode -------------------------------------------------------------------------------------------------------


def test_check_mode_writes_nothing_and_reboots_nobody_even_where_a_reboot_is_wanted(story: Story) -> None:
    assert story.check.succeeded
    assert story.after_check == story.at_first
    for host in HOSTS:
        assert story.check.changed(host) == [WRITE, DECIDE, REBOOT]
        assert story.check.costs[host].reboots == 0


def test_check_mode_reads_each_server_for_the_organisation_for_the_plan_and_before_the_reboot(story: Story) -> None:
    for host in HOSTS:
        cost = story.check.costs[host]
        assert cost.executions == {"host_read": 3}
        assert cost.requests == 3 * REQUESTS_READING


def test_check_mode_predicts_the_operations_of_the_run(story: Story) -> None:
    for host in HOSTS:
        predicted, done = (run.run.result(WRITE, host) for run in (story.check, story.first))
        assert done["operations"]
        assert (predicted["operations"], predicted["after"]) == (done["operations"], done["after"])


def test_a_report_of_check_mode_says_that_nothing_was_written(story: Story) -> None:
    assert story.check.report["title"] == "TLS harden, check mode: nothing was written"


# -- the first run ----------------------------------------------------------------------------------------------------


def test_a_first_run_without_any_choice_succeeds_and_restarts_no_server_in_service(story: Story) -> None:
    assert story.first.succeeded
    assert [story.first.costs[host].reboots for host in HOSTS] == [0, 0]


def test_the_default_stage_is_prepare_and_the_report_names_the_next(story: Story) -> None:
    for host in HOSTS:
        change = story.first.run.result(WRITE, host)
        assert (change["stage"], change["reached"], change["next_stage"]) == ("prepare", "prepare", "obsolete")
        assert change["complete"]


def test_the_first_run_takes_nothing_away_even_after_the_restart(story: Story) -> None:
    for host in HOSTS:
        assert "TLSv1" in story.at_first.answered[host]
        for later in (story.after_first, story.at_last):
            assert later.answered[host] >= story.at_first.answered[host]
            assert later.offered[host] >= story.at_first.offered[host]
    assert "ssl_3_0" in story.at_last.offered["ex1"]


def test_the_restart_that_is_owed_is_said_and_stays_recorded_on_the_server(story: Story) -> None:
    for host in HOSTS:
        waits = "A reboot is owed and waits: msexchange_tls_reboot is when_drained, the server is in_service."
        assert story.first.message(DECIDE, host) == waits
        conclusion = story.first.message(CONCLUDE, host)
        assert conclusion == (f"{host}: stage prepare is written. A restart is still owed, it counts after that.")
        (journal,) = story.after_first.journals[host]
        assert (journal["state"], journal["reboot_required"]) == ("closed", True)
        assert story.first.row(host)["reboot_required"]


def test_a_first_run_reads_three_times_and_writes_once_in_ten_requests(story: Story) -> None:
    for host in HOSTS:
        cost = story.first.costs[host]
        assert cost.executions == {"host_read": 3, "host_write": 1}
        # The organisation, reading and writing in one task, the proof.
        assert cost.requests == REQUESTS_READING + REQUESTS_WRITING + REQUESTS_READING


def test_one_server_is_done_before_the_next_is_touched(story: Story) -> None:
    of_the_role = [one.host for one in story.first.results if one.task in (WRITE, DECIDE, CONCLUDE)]
    assert of_the_role == ["ex1"] * 3 + ["ex2"] * 3


def test_the_report_shows_every_server_before_and_after(story: Story) -> None:
    assert [row["name"] for row in story.first.report["hosts"]] == list(HOSTS)
    for host in HOSTS:
        row = story.first.row(host)
        assert row["read"]
        assert row["before"] != row["after"]
        assert row["change"]["changed"]
    assert {path.name for path in story.first.folder.iterdir()} == {"report.json", "report.md", "report.html"}


# -- the second pass --------------------------------------------------------------------------------------------------


def test_a_second_pass_changes_nothing_and_still_knows_the_debt(story: Story) -> None:
    assert story.again.succeeded
    for host in HOSTS:
        assert story.again.changed(host) == []
        assert story.again.costs[host] == dataclasses.replace(
            story.again.costs[host], executions={"host_read": 3}, requests=3 * REQUESTS_READING, reboots=0
        )
        assert story.again.message(DECIDE, host).startswith("A reboot is owed and waits")


# -- a lost restart is made up for ------------------------------------------------------------------------------------


def test_a_server_with_nothing_to_change_is_restarted_once_it_is_drained(story: Story) -> None:
    assert story.drained.succeeded
    assert not story.drained.run.result(WRITE, "ex1")["changed"]
    assert story.drained.changed("ex1") == [DECIDE, REBOOT]
    assert {host: story.drained.costs[host].reboots for host in HOSTS} == {"ex1": 1, "ex2": 0}


def test_what_counts_after_the_restart_is_proven(story: Story) -> None:
    assert story.drained.run.of(PROVE, "ex1").status == "ok"
    state = story.drained.run.result(READ, "ex1")
    assert state["stages"][0] == {"stage": "prepare", "state": "effective", "detail": ""}
    assert state["debt"] == []
    assert story.drained.message(CONCLUDE, "ex1") == "ex1: the server stands at stage prepare."


def test_when_all_is_done_a_run_changes_nothing_and_restarts_nobody(story: Story) -> None:
    assert story.last.succeeded
    assert story.last.changed("ex1") == []
    assert story.last.message(DECIDE) == "No reboot is owed."
    assert story.last.costs["ex1"].executions == {"host_read": 3}
    assert story.last.costs["ex2"] == Cost({}, 0, 0, 0)
