# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan, approve, apply: the playbooks on a small estate, and what stops them before the first server is touched."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from integration.controller import Result, Run, task
from integration.playbooks import FAST, READ, REBOOT, STOP, WRITE, Estate, PlaybookRun
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("saved_plan", "plan_signature"), pytest.mark.lab_only]

#: Not drained and never restarted unless it is asked for (reboot=always).
PLAIN = {"persona": "ws2022_plain", "groups": ["exchange"]}
PLANNED, LEFT_OUT = ("a1", "a2"), "b1"
LIMIT = ("--limit", ",".join(PLANNED))
WRITE_PLAN = "msexchange.tls.harden : Write the plan"
SUMMARY = "msexchange.tls.harden : Say what the plan comes to"
NAMED = "Make sure that a file is named for the plan"
PASSPHRASE = "the-passphrase-of-the-approver"


@dataclasses.dataclass(frozen=True)
class Story:
    """From the plan to its second application. ``refused``: runs that stopped, by why."""

    folder: pathlib.Path
    plan: PlaybookRun
    plans: Result
    refused: dict[str, PlaybookRun]
    signed: Run
    untouched: bool
    check: PlaybookRun
    untouched_by_check: bool
    apply: PlaybookRun
    again: PlaybookRun


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, **dict.fromkeys((*PLANNED, LEFT_OUT), PLAIN)) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        folder = estate.controller.folder
        keys(folder)
        before = registries(lab)
        file: dict[str, t.Any] = {"plan_file": "plan.json", "wire": False}
        refused = {"unnamed": estate.run("plan", *LIMIT, wire=False)}
        lab.power_off("a2")
        refused["lost"] = estate.run("plan", *LIMIT, **file)
        lab.power_on("a2")
        plan = estate.run("plan", *LIMIT, ticket="CHG0042", **file)
        plans = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        refused["missing"] = estate.run("apply", **file)
        refused["unsigned"] = estate.run("apply", *LIMIT, plan_key="approver.pub.pem", **file)
        approve = {"path": "plan.json", "sign_with": "approver.pem", "passphrase": PASSPHRASE}
        signed = estate.controller.play(
            task("unlocked", "plan_file", {"path": "plan.json", "sign_with": "approver.pem"}),
            task("wrong", "plan_file", {**approve, "passphrase": "Not-This-One-5"}),
            task("sign", "plan_file", approve),
            task("sign again", "plan_file", approve),
            task("verify", "plan_file", {"path": "plan.json", "verify": "approver.pub.pem"}),
            task("somebody else", "plan_file", {"path": "plan.json", "verify": "other.pub.pem"}),
            task("compare", "plan_file", {"path": "plan.json", "compare": "plan.json"}),
            task("write over it", "plan_file", {"path": "plan.json", "members": ["a1"]}),
            task("nothing to do", "plan_file", {"path": "plan.json"}),
            hosts="localhost",
            options=["-vvv", "--diff"],
            connection="local",
        )
        refused["other approver"] = estate.run("apply", *LIMIT, plan_key="other.pub.pem", **file)
        untouched = registries(lab) == before
        check = estate.run("apply", *LIMIT, "--check", plan_key="approver.pub.pem", **file)
        untouched_by_check = registries(lab) == before
        apply = estate.run("apply", *LIMIT, plan_key="approver.pub.pem", reboot="always", **file)
        again = estate.run("apply", *LIMIT, plan_key="approver.pub.pem", reboot="always", **file)
        yield Story(folder, plan, plans, refused, signed, untouched, check, untouched_by_check, apply, again)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(lab.hosts)


def keys(folder: pathlib.Path) -> None:
    """The keys of the approver and of somebody else."""
    for name in ("approver", "other"):
        key = Ed25519PrivateKey.generate()
        locked = serialization.BestAvailableEncryption(PASSPHRASE.encode())
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub.pem").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))


def registries(lab: Lab) -> dict[str, t.Any]:
    """What stands in the registry of every host."""
    return {name: dump(lab.host(name).registry, "HKEY_LOCAL_MACHINE") for name in lab.hosts}


def last(run: PlaybookRun, name: str, host: str) -> Result:
    """The last result of a task on a host."""
    return [one.result for one in run.results if (one.task, one.host) == (name, host)][-1]


def test_a_plan_is_made_for_all_servers_at_once_and_changes_none(story: Story) -> None:
    assert story.plan.succeeded, story.plan.run.output
    assert [host["name"] for host in story.plans["hosts"]] == list(PLANNED)
    assert story.plans["ticket"] == "CHG0042"
    for name in PLANNED:
        assert story.plan.costs[name].executions == {"host_read": 2}
    assert (story.folder / "plan.json.md").read_text(encoding="utf-8").count("\n## ") == len(PLANNED)


def test_the_plan_is_summed_up_with_the_way_to_go_on(story: Story) -> None:
    words = [one for one in story.plan.results if one.task == SUMMARY][-1].result["msg"]
    assert [line for line in words if line.startswith("a1: stage prepare, ") and "brings the stage about" in line]
    assert words[-1].endswith("plan.json.md, have it approved, then run msexchange.tls.apply.")


def test_without_a_name_for_the_plan_nobody_is_asked_anything(story: Story) -> None:
    run = story.refused["unnamed"]
    assert "-e msexchange_tls_plan_file=CHG0042.json" in run.refusal(NAMED, "a1")
    assert all(cost.requests == 0 for cost in run.costs.values())


def test_no_plan_is_written_when_one_server_was_lost(story: Story) -> None:
    run = story.refused["lost"]
    assert not run.succeeded
    assert "a2 was unreachable" in run.run.output
    assert WRITE_PLAN not in {one.task for one in run.results}


def test_a_server_that_is_not_in_the_plan_stops_it_before_the_first_is_changed(story: Story) -> None:
    run = story.refused["missing"]
    assert not run.succeeded
    assert "b1: the plan plan.json has no record of it, only of a1, a2." in last(run, STOP, "b1")["msg"]
    assert all("host_write" not in cost.executions for cost in run.costs.values())


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("unsigned", "The signature plan.json.sig was not found on the controller"),
        ("other approver", "the signature is not of this key over this plan"),
    ],
)
def test_a_plan_without_the_signature_of_the_approver_is_not_applied(story: Story, why: str, words: str) -> None:
    run = story.refused[why]
    assert not run.succeeded
    assert words in last(run, STOP, "a1")["msg"]
    assert run.costs["a1"].executions == {"host_read": 1}


def test_whatever_was_refused_wrote_nothing(story: Story) -> None:
    assert story.untouched


def test_the_approver_signs_once_and_anybody_can_verify(story: Story) -> None:
    signed, run = story.signed.result("sign", "localhost"), story.signed
    assert signed["changed"]
    assert not run.result("sign again", "localhost")["changed"]
    assert run.result("verify", "localhost")["approved_by"] == signed["approved_by"]
    assert run.result("compare", "localhost")["text"] == ""
    assert (story.folder / "plan.json.sig").stat().st_size == 64
    assert (story.folder / "plan.json.sig").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unlocked", "The private key is encrypted. Give its passphrase."),
        ("wrong", "The private key cannot be read: the passphrase is wrong, or the file is damaged."),
        ("somebody else", "or somebody else signed it"),
        ("write over it", "is a signed plan, so it is not written over"),
        ("nothing to do", "one of the following is required: members, sign_with, verify, compare"),
    ],
)
def test_what_cannot_be_signed_or_verified_is_refused_with_the_reason(story: Story, name: str, words: str) -> None:
    assert words in story.signed.sentence(name, "localhost")


def test_neither_key_nor_passphrase_is_ever_shown(story: Story) -> None:
    shown = story.signed.output + json.dumps([one.result for one in story.signed.recorded])
    assert PASSPHRASE not in shown
    private = (story.folder / "approver.pem").read_text(encoding="ascii").splitlines()[1:-1]
    assert private
    assert not [line for line in private if line in shown]


def test_check_mode_holds_the_plan_against_every_server_and_writes_nothing(story: Story) -> None:
    assert story.check.succeeded, story.check.run.output
    assert story.untouched_by_check
    assert last(story.check, WRITE, "a1")["operations"] == last(story.apply, WRITE, "a1")["operations"]


def test_what_was_approved_is_applied_one_server_after_the_other_restarted_and_proven(story: Story) -> None:
    assert story.apply.succeeded, story.apply.run.output
    for name, host in zip(PLANNED, story.plans["hosts"]):
        planned = [one for entry in host["entries"] for one in entry["operations"]]
        result = last(story.apply, WRITE, name)
        assert planned
        assert [(one["path"], one["name"], one["after"]) for one in result["operations"]] == [
            (one["path"], one["name"], one["after"]) for one in planned
        ]
        assert result["deviations"] == []
        assert result["approved_by"] == story.signed.result("sign", "localhost")["approved_by"]
        assert story.apply.costs[name].reboots == 1
        assert REBOOT in story.apply.all_of(name)
        assert last(story.apply, READ, name)["stages"][0] == {"stage": "prepare", "state": "effective", "detail": ""}
    written = [one.host for one in story.apply.results if one.task == WRITE and one.result.get("change")]
    assert written == list(PLANNED)


def test_a_second_application_finds_everything_done(story: Story) -> None:
    assert story.again.succeeded, story.again.run.output
    for name in PLANNED:
        assert story.again.changed(name) == []
        assert story.again.costs[name].reboots == 0
