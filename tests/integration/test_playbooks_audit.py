# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit of an estate in which not every server can be read: the others are, and the report holds all."""

from __future__ import annotations

import dataclasses
import stat
import typing as t

import pytest
from integration.playbooks import FAST, HTTPS, READ, Cost, Estate, PlaybookRun
from lab.lab import Lab

pytestmark = [pytest.mark.proves("audit"), pytest.mark.lab_only]

HOSTS = {
    "edge": "edge2019_ws2019",
    "ex": {"persona": "ex2016_ws2016_mistakes", "rdp": False, "pop_imap": False},
    "old": {"persona": "ex2013_ws2012r2_no_wmf", "endpoints": HTTPS},
    "down": {"persona": "ex2013_ws2012r2", "endpoints": HTTPS},
}
#: In the inventory by mistake: a machine that is no Windows.
UNIX = {"ansible_connection": "local", "msexchange_tls_endpoints": []}
READABLE = ("edge", "ex")
OVERLAY = """\
exceptions:
  - {rule: rc4.128, owner: Mail team, reason: A scanner., ticket: CHG0001, until: "2999-12-31", hosts: [ex]}
"""
PARTNERS = [{"domain": "partner.example"}]
LAST = "msexchange.tls.audit : Fail where a server was not reached or no connection could be made at all"


@dataclasses.dataclass(frozen=True)
class Audits:
    """The whole estate; then only servers that cannot be read, without connections to ports; then one whose ports
    should be probed from a host that is down.
    """

    whole: PlaybookRun
    nobody: PlaybookRun
    blind: PlaybookRun
    unchanged: bool


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Audits]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "overlay.yml").write_text(OVERLAY, encoding="utf-8")
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, folder)
        lab.power_off("down")
        before = {name: host.snapshot() for name, host in lab.hosts.items()}
        more = estate.host_variables(unix=UNIX)
        # Relative to where Ansible is started: a playbook of a collection has nothing beside it.
        whole = estate.run("audit", *more, stage="obsolete", overlays=["overlay.yml"])
        nobody = estate.run("audit", *more, "--limit", "old,down", wire=False)
        blind = estate.run("audit", "--limit", "edge", wire_from="down", partners=PARTNERS, partners_from="down")
        unchanged = before == {name: host.snapshot() for name, host in lab.hosts.items()}
        yield Audits(whole, nobody, blind, unchanged)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(HOSTS)


def test_an_audit_costs_one_execution_and_six_requests_per_server(audits: Audits) -> None:
    for host in READABLE:
        cost = audits.whole.costs[host]
        assert (cost.executions, cost.requests, cost.reboots) == ({"host_read": 1}, 6, 0)
        assert cost.handshakes > 0


def test_an_audit_changes_nothing(audits: Audits) -> None:
    assert audits.unchanged
    for host in (*HOSTS, "unix"):
        assert audits.whole.changed(host) == []


def test_a_server_with_powershell_4_is_named_in_one_sentence_with_the_way_out(audits: Audits) -> None:
    sentence = audits.whole.refusal(READ, "old")
    assert sentence.startswith("old: reading its TLS settings needs Windows PowerShell 5.1")
    assert "reg_export" in sentence


def test_a_host_that_is_no_windows_is_named_in_one_sentence(audits: Audits) -> None:
    assert "needs a Windows host" in audits.whole.refusal(READ, "unix")


def test_a_server_that_is_down_is_unreachable_and_fails_the_audit_in_the_end(audits: Audits) -> None:
    sentence = audits.whole.run.sentence(READ, "down", status="unreachable")
    assert "down was unreachable while reading its TLS settings: the connection was refused." in sentence
    assert audits.whole.refusal(LAST, "down") == sentence
    assert not audits.whole.succeeded


def test_the_others_are_audited_all_the_same(audits: Audits) -> None:
    for host in READABLE:
        # Not even skipped: a task that is skipped costs a server half as much as its reading.
        assert not [one for one in audits.whole.run.recorded if (one.task, one.host) == (LAST, host)]
        row = audits.whole.row(host)
        assert row["read"]
        assert row["findings"]
        assert row["endpoints"]


def test_the_report_holds_every_member_and_why_one_was_not_read(audits: Audits) -> None:
    assert {row["name"] for row in audits.whole.report["hosts"]} == {*HOSTS, "unix"}
    assert {name: audits.whole.row(name)["verdict"] for name in ("old", "unix", "down")} == {
        "old": "unknown",
        "unix": "unknown",
        "down": "unknown",
    }
    assert "PowerShell 5.1" in audits.whole.row("old")["problem"]
    assert "Windows host" in audits.whole.row("unix")["problem"]
    assert "connection was refused" in audits.whole.row("down")["problem"]


def test_only_the_owner_may_read_a_report(audits: Audits) -> None:
    assert stat.S_IMODE(audits.whole.folder.stat().st_mode) == 0o700


def test_an_exception_of_the_site_is_found_where_ansible_was_started_and_counts(audits: Audits) -> None:
    verdicts = {rule["rule"]: rule["verdict"] for rule in audits.whole.row("ex")["rules"]}
    assert (verdicts["rc4.128"], verdicts["rc4.40"]) == ("exempt", "fail")
    edge = {rule["rule"]: rule["verdict"] for rule in audits.whole.row("edge")["rules"]}
    assert edge["rc4.128"] == "fail"


def test_the_report_is_written_when_not_one_server_could_be_read(audits: Audits) -> None:
    assert not audits.nobody.succeeded
    assert not audits.nobody.row("old")["read"]
    assert "PowerShell 5.1" in audits.nobody.row("old")["problem"]
    assert "unreachable" in audits.nobody.row("down")["problem"]


def test_a_server_that_the_limit_hides_is_a_row_that_was_not_read(audits: Audits) -> None:
    for host in READABLE:
        assert audits.nobody.row(host)["problem"] == "The server was not read in this run."
        assert audits.nobody.costs[host] == Cost({}, 0, 0, 0)


def test_without_wire_no_connection_is_made_to_a_port(audits: Audits) -> None:
    assert [cost.handshakes for cost in audits.nobody.costs.values()] == [0] * len(HOSTS)


def test_without_the_host_that_connects_an_audit_fails_instead_of_proving_nothing(audits: Audits) -> None:
    assert not audits.blind.succeeded
    sentence = audits.blind.refusal(LAST, "edge")
    assert sentence.startswith("No port was connected to from down: ")
    assert "msexchange_tls_wire_from" in sentence


def test_without_the_host_that_connects_the_server_is_read_all_the_same(audits: Audits) -> None:
    assert audits.blind.costs["edge"].executions == {"host_read": 1}
    row = audits.blind.row("edge")
    assert row["read"]
    assert row["endpoints"] == []


def test_a_report_without_connections_says_in_every_form_that_none_was_made(audits: Audits) -> None:
    assert audits.blind.row("edge")["unprobed"]
    ports, partners = audits.blind.report["unprobed"]
    assert ports.startswith("No port of edge was connected to: ")
    assert partners.startswith("No mail partner was connected to: ")
    for form in ("report.md", "report.html"):
        assert "No port of edge was connected to" in (audits.blind.folder / form).read_text(encoding="utf-8")
    table = next(
        one.result["msg"] for one in audits.blind.results if one.task == "msexchange.tls.audit : Show the table"
    )
    assert any(line.startswith("No port of edge was connected to") for line in table)


def test_connections_that_nobody_wanted_are_not_missed(audits: Audits) -> None:
    assert (audits.whole.report["unprobed"], audits.nobody.report["unprobed"]) == ([], [])
