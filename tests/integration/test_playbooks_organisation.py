# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS 1.0 and 1.1 are retired nowhere before every member of the organisation is known to be prepared."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
import typing as t

import pytest
from integration.conftest import reboot
from integration.playbooks import (
    CONCLUDE,
    FAST,
    HAND_OVER,
    HTTPS,
    READ_ORGANISATION,
    WRITE,
    Cost,
    Estate,
    PlaybookRun,
    bring,
)
from lab.lab import Lab

pytestmark = [pytest.mark.proves("stages_and_gates"), pytest.mark.lab_only]

READY = {"persona": "ex2016_ws2016_https_only", "scheme": "http", "endpoints": HTTPS}
NO_POWERSHELL = {"persona": "ex2013_ws2012r2_no_wmf", "endpoints": HTTPS}
RETIRE = {"stage": "retire", "wire": False}


@dataclasses.dataclass(frozen=True)
class Hidden:
    """Two prepared servers, of which every run sees one only: without an audit, with an old one, with a fresh one."""

    without: PlaybookRun
    stale: PlaybookRun
    missing: PlaybookRun
    fresh: PlaybookRun
    fresh_age: datetime.timedelta


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Hidden]:
    folder = tmp_path_factory.mktemp("site")
    with Lab.start(READY, READY, timing=FAST) as lab:
        estate = Estate.of(lab, folder)
        bring(lab, "ex1", "obsolete")
        bring(lab, "ex2", "prepare")
        audit = estate.run("audit", wire=False).folder / "report.json"
        old = aged(audit, days=8)
        only = ("--limit", "ex1")
        without = estate.run("harden", *only, **RETIRE)
        stale = estate.run("harden", *only, **RETIRE, audit_file=str(old.relative_to(folder)))
        missing = estate.run("harden", *only, **RETIRE, audit_file="nowhere.json")
        fresh = estate.run("harden", *only, **RETIRE, audit_file=str(audit.relative_to(folder)))
        made_at = datetime.datetime.fromisoformat(json.loads(audit.read_text(encoding="utf-8"))["made_at"])
        age = datetime.datetime.now(datetime.timezone.utc) - made_at
        yield Hidden(without, stale, missing, fresh, age)
        assert [host.unanswered for host in lab.hosts.values()] == [[], []]


def aged(audit: pathlib.Path, days: int) -> pathlib.Path:
    """The same audit, made earlier."""
    report = json.loads(audit.read_text(encoding="utf-8"))
    made_at = datetime.datetime.fromisoformat(report["made_at"]) - datetime.timedelta(days=days)
    old = audit.with_name("old.json")
    old.write_text(json.dumps({**report, "made_at": made_at.isoformat()}), encoding="utf-8")
    return old


def refused(run: PlaybookRun, host: str = "ex1") -> str:
    """The sentence of a run that was refused for the organisation, and that wrote nothing."""
    assert not run.succeeded
    change = run.run.result(WRITE, host)
    assert not change["changed"]
    assert [(gate["stage"], gate["scope"]) for gate in change["gates"]] == [("retire", "organisation")]
    assert "host_write" not in run.costs[host].executions
    sentence = run.refusal(CONCLUDE, host)
    assert sentence.startswith(f"{host}: stage retire is refused, the server stands at stage obsolete.")
    return sentence


def test_a_member_that_the_limit_hides_counts_as_not_prepared_and_is_named(hidden: Hidden) -> None:
    sentence = refused(hidden.without)
    assert "Not prepared, or not known to be: ex2." in sentence
    assert "run without --limit, or name an audit file" in sentence


def test_an_audit_that_is_too_old_proves_nothing(hidden: Hidden) -> None:
    sentence = refused(hidden.stale)
    assert "ex2: Only the audit of" in sentence
    assert "which is older than 7 days" in sentence


def test_an_audit_file_that_is_not_there_stops_the_run_before_anything_is_written(hidden: Hidden) -> None:
    assert not hidden.missing.succeeded
    assert "the audit file nowhere.json cannot be read: No such file or directory." in hidden.missing.refusal(HAND_OVER)
    assert hidden.missing.costs["ex1"].executions == {"host_read": 1}
    assert hidden.missing.report["hosts"]


def test_a_fresh_audit_speaks_for_the_member_that_this_run_does_not_see(hidden: Hidden) -> None:
    assert hidden.fresh_age < datetime.timedelta(days=7)
    assert hidden.fresh.succeeded
    change = hidden.fresh.run.result(WRITE)
    assert (change["changed"], change["reached"]) == (True, "retire")
    assert change["after"]["protocols.tls_1_0.server"] == "disabled"
    assert hidden.fresh.costs["ex2"] == Cost({}, 0, 0, 0)


@dataclasses.dataclass(frozen=True)
class Members:
    """One prepared server that may be hardened, among members in every other situation; then all are prepared."""

    among_others: PlaybookRun
    all_prepared: PlaybookRun


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Members]:
    good = {**READY, "groups": ["still_there"]}
    hosts = {"old": NO_POWERSHELL, "ex1": good, "down": good, "fresh": good, "waits": good}
    with Lab.start(timing=FAST, **hosts) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        bring(lab, "ex1", "obsolete")
        bring(lab, "waits", "prepare", restart=False)
        bring(lab, "down", "prepare")
        lab.power_off("down")
        among_others = estate.run("harden", hosts="ex1", **RETIRE)
        lab.power_on("down")
        bring(lab, "fresh", "prepare")
        reboot(lab, "waits")
        # The server without PowerShell 5.1 is no member any more.
        all_prepared = estate.run("harden", hosts="ex1", group="still_there", **RETIRE)
        yield Members(among_others, all_prepared)


def test_unreachable_unread_pending_and_untouched_members_all_hold_the_stage_back_by_name(members: Members) -> None:
    sentence = refused(members.among_others)
    assert "Not prepared, or not known to be: down, fresh, old, waits." in sentence
    assert "down: It was unreachable: down was unreachable" in sentence


def test_who_is_only_read_for_the_organisation_is_not_changed(members: Members) -> None:
    for name in ("fresh", "waits"):
        assert members.among_others.costs[name].executions == {"host_read": 1}
        assert members.among_others.all_of(name)[-1] == READ_ORGANISATION
    assert not members.among_others.row("old")["read"]


def test_once_every_member_of_the_named_group_is_prepared_the_stage_is_open(members: Members) -> None:
    assert members.all_prepared.succeeded
    change = members.all_prepared.run.result(WRITE)
    assert (change["changed"], change["reached"], change["gates"]) == (True, "retire", [])
    assert members.all_prepared.costs["old"] == Cost({}, 0, 0, 0)


def test_servers_of_two_organisations_in_one_batch_wait_for_their_own(tmp_path: pathlib.Path) -> None:
    groups = {"a1": "first", "b1": "second", "b2": "second"}
    hosts = {name: {**READY, "groups": ["exchange", group]} for name, group in groups.items()}
    with Lab.start(timing=FAST, **hosts) as lab:
        estate = Estate.of(lab, tmp_path)
        bring(lab, "a1", "obsolete")
        bring(lab, "b1", "obsolete")
        own = estate.host_variables(**{name: {"msexchange_tls_group": group} for name, group in groups.items()})
        run = estate.run("harden", *own, hosts="a1,b1", serial=2, **RETIRE)
    first, second = (run.run.result(WRITE, name) for name in ("a1", "b1"))
    assert (first["changed"], first["reached"]) == (True, "retire")
    assert (second["changed"], second["reached"]) == (False, "obsolete")
    assert second["gates"][0]["reason"].startswith("Not prepared, or not known to be: b2.")


def test_the_organisation_is_worked_out_once_and_not_for_every_server(tmp_path: pathlib.Path) -> None:
    """For every server anew it would cost the square of their number."""
    looks = tmp_path / "looks"
    # What was read of a member may be the template of a person. This one tells of every look at it.
    told = {"msexchange_tls_state": f"{{{{ lookup('ansible.builtin.pipe', 'echo >> {looks}') }}}}"}
    with Lab.start(READY, READY, timing=FAST) as lab:
        estate = Estate.of(lab, tmp_path)
        member = estate.host_variables(ex3=told)
        run = estate.run("harden", *member, "--limit", "ex1,ex2", serial=2, wire=False)
    assert run.succeeded
    assert [run.run.result(WRITE, name)["changed"] for name in ("ex1", "ex2")] == [True, True]
    assert looks.read_text(encoding="utf-8") == "\n"
