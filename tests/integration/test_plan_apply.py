# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved plan on one server: applied exactly, once; refused where it, or the server, is not what was approved."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Result, Run, task
from lab.hive_data import dump
from lab.lab import Lab

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import PlanFile, read_plan_file, render

pytestmark = pytest.mark.proves("saved_plan")

MACHINE = "HKEY_LOCAL_MACHINE"
PLAN = task("plan", "baseline", {"ticket": "CHG0042"}, check_mode=True, register="msexchange_tls_change")
WRITE = task(
    "write",
    "plan_file",
    {"path": "plan.json", "members": ["ex1"], "ticket": "CHG0042"},
    delegate_to="localhost",
    run_once=True,
)
SCHANNEL = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
SSL3 = rf"{MACHINE}\{SCHANNEL}\Protocols\SSL 3.0\Server"
REFUSED = ("tampered", "foreign", "old", "of tomorrow", "other", "newer", "no plan", "bad age", "unsigned")


def apply(name: str, file: str = "plan.json", **more: t.Any) -> dict[str, t.Any]:
    """A task that applies a plan."""
    keywords = {key: more.pop(key) for key in ("check_mode", "diff") if key in more}
    return task(name, "baseline", {"plan_file": file, **more}, **keywords)


@dataclasses.dataclass(frozen=True)
class Story:
    """``refused``: plans that are not what was approved. ``stale``: the server moved. ``done``: a new plan, applied."""

    lab: Lab
    folder: pathlib.Path
    planned: Run
    refused: Run
    untouched: bool
    stale: Run
    anew: Run
    done: Run
    executions: dict[str, int]
    again: Run


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, _engine = target_of("ex2016_ws2016_mistakes")
    host = lab.host("ex1")
    before = dump(host.registry, MACHINE)
    planned = controller.play(PLAN, WRITE)
    spoil(controller.folder)
    refused = controller.play(
        *(apply(name, f"{name}.json") for name in REFUSED[:6]),
        apply("no plan", "nowhere.json"),
        apply("bad age", plan_max_age="a week"),
        apply("unsigned", plan_key="approver.pub.pem"),
        apply("and a stage", stage="retire"),
    )
    untouched = dump(host.registry, MACHINE) == before
    stale = controller.play(
        task("move", "schannel", {"setting": "protocols.ssl_3_0.server", "value": "disabled_by_default"}),
        apply("stale"),
        apply("stale in check mode", check_mode=True),
    )
    anew = controller.play(PLAN, WRITE)
    counted = dict(host.counters.executions)
    done = controller.play(apply("predicted", check_mode=True, diff=True), apply("real", diff=True))
    executions = {job: count - counted.get(job, 0) for job, count in host.counters.executions.items()}
    again = controller.play(apply("again"), PLAN)
    return Story(lab, controller.folder, planned, refused, untouched, stale, anew, done, executions, again)


def spoil(folder: pathlib.Path) -> None:
    """Plans that look like the one that was made and are not."""
    data = (folder / "plan.json").read_bytes()
    plans = read_plan_file(data, "plan.json")
    (record,) = plans.hosts
    now = datetime.datetime.now(datetime.timezone.utc)
    spoiled: dict[str, bytes] = {
        "tampered": data.replace(b'"after": {"kind": 4, "data": 1}', b'"after": {"kind": 4, "data": 0}', 1),
        "foreign": render(of(plans, dataclasses.replace(record, computer="EX99"))),
        "other": render(of(plans, dataclasses.replace(record, name="ex2"))),
        "old": render(dataclasses.replace(plans, made_at=f"{now - datetime.timedelta(days=8):%Y-%m-%dT%H:%M:%SZ}")),
        "of tomorrow": render(
            dataclasses.replace(plans, made_at=f"{now + datetime.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}")
        ),
        "newer": render(dataclasses.replace(plans, version="7.0.0")),
    }
    for name, content in spoiled.items():
        assert content != data, name
        (folder / f"{name}.json").write_bytes(content)
    (folder / "approver.pub.pem").write_text("no key\n", encoding="utf-8")


def of(plans: PlanFile, record: t.Any) -> PlanFile:
    """The same file with another record."""
    return dataclasses.replace(plans, hosts=(record,))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tampered", "ex1: the plan tampered.json was changed after it was made: its sha256 does not fit"),
        ("foreign", "is not of this computer: it was made for EX99"),
        ("other", "has no record of it, only of ex2. Leave the host out with --limit, or make a plan with it."),
        ("old", "8 days ago; it may be 7 days old. Make the plan anew, or allow more with plan_max_age."),
        ("of tomorrow", "which is not yet. Look at the clocks of the controllers."),
        ("newer", "was made by version '7.0.0' of msexchange.tls, this is 0."),
        ("no plan", "The plan nowhere.json was not found on the controller"),
        ("bad age", "plan_max_age: 'a week' is no age; write 30m, 12h, 7d or 2w."),
        ("unsigned", "The signature plan.json.sig was not found on the controller"),
        ("and a stage", "parameters are mutually exclusive: plan_file|stage"),
    ],
)
def test_what_was_not_approved_is_refused_with_the_reason(story: Story, name: str, words: str) -> None:
    assert words in story.refused.sentence(name)


def test_nothing_is_written_by_a_plan_that_is_refused(story: Story) -> None:
    assert story.untouched


def test_a_server_that_moved_is_named_value_by_value_although_the_plan_does_not_write_there(story: Story) -> None:
    assert story.stale.result("move")["changed"]
    assert not [one for one in story.planned.result("plan")["operations"] if one["path"] == SSL3]
    for name in ("stale", "stale in check mode"):
        sentence = story.stale.sentence(name)
        moved = story.stale.of(name).result["moved"]
        assert "the plan plan.json is stale, the host has moved: " in sentence
        assert any(one.startswith(f"{SSL3}\\DisabledByDefault: planned from ") for one in moved)
        assert all(one in sentence for one in moved)
        assert sentence.endswith("Nothing was written.")


def test_a_plan_is_applied_exactly(story: Story) -> None:
    planned, real = story.anew.result("plan"), story.done.result("real")
    assert planned["operations"]
    assert real["operations"] == planned["operations"]
    assert (real["changed"], real["deviations"], real["plan"]) == (True, [], planned["plan"])
    assert real["plan_sha256"] == story.anew.result("write")["sha256"]


def test_check_mode_of_an_application_predicts_it_and_writes_nothing(story: Story) -> None:
    predicted, real = story.done.result("predicted"), story.done.result("real")
    assert told(predicted) == told(real)
    assert (predicted["change"], predicted["journal"]) == (None, None)
    assert story.executions == {"msexchange.tls.host_read": 3, "msexchange.tls.host_write": 1}


def told(result: Result) -> Result:
    """A result without what only a real run can have."""
    host = {name: item for name, item in result["host"].items() if name != "now"}
    return {name: item for name, item in result.items() if name not in ("change", "journal")} | {"host": host}


def test_a_server_that_stands_where_the_plan_leads_is_left_alone_and_keeps_its_debt(story: Story) -> None:
    again = story.again.result("again")
    assert (again["changed"], again["operations"], again["change"]) == (False, [], None)
    assert story.done.result("real")["change"] in again["debt"]


def test_a_plan_made_after_the_application_is_empty(story: Story) -> None:
    assert story.again.result("plan")["operations"] == []


def test_only_the_owner_may_read_a_plan(story: Story) -> None:
    for name in ("plan.json", "plan.json.md"):
        assert (story.folder / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.lab_only
def test_the_journal_names_plan_and_ticket(story: Story) -> None:
    if story.lab.engine != "emulated":
        pytest.skip("the files of this engine are not at hand here")
    journal = story.lab.host("ex1").files.read(story.done.result("real")["journal"]).decode()
    assert story.done.result("real")["plan_sha256"] in journal
    assert "CHG0042" in journal
