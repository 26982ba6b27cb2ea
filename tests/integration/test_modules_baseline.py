# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a server to the baseline: predicted exactly, done once, and nothing but what was asked for."""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t

import pytest
import yaml
from integration.conftest import TargetOf, after_reading, reboot
from integration.controller import Controller, Result, Run, task
from lab.hive_data import dump
from lab.host import LabHost
from lab.lab import Lab

pytestmark = pytest.mark.proves("idempotent", "least_written")

MACHINE = "HKEY_LOCAL_MACHINE"
#: What may differ between check mode and the real run: what the run itself brings into the world, and the clock.
OF_THE_RUN = {"changed", "change", "journal"}


@dataclasses.dataclass(frozen=True)
class Story:
    """One host whose settings were changed by hand for years, brought to the first stage; ``later`` after its boot."""

    engine: str
    lab: Lab
    run: Run
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    executions: dict[str, int]
    requests: dict[str, int]
    later: Run


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, engine = target_of("ex2016_ws2016_mistakes")
    host = lab.host("ex1")
    before = dump(host.registry, MACHINE)
    wanted = {"stage": "obsolete", "ticket": "CHG0012345"}
    run = controller.play(
        task("check", "baseline", wanted, check_mode=True, diff=True),
        task("real", "baseline", wanted, diff=True, register="real"),
        task("again", "baseline", wanted, diff=True),
        task("state", "state_info", {"stage": "obsolete"}),
        {"name": "yaml", "ansible.builtin.debug": {"msg": "{{ real | to_nice_yaml }}"}},
    )
    executions, requests = dict(host.counters.executions), dict(host.counters.requests)
    reboot(lab, "ex1")
    after = dump(host.registry, MACHINE)
    later = controller.play(task("later", "baseline", wanted))
    return Story(engine, lab, run, before, after, executions, requests, later)


def told(result: Result) -> Result:
    """A result without what only a real run can have."""
    host = {name: item for name, item in result["host"].items() if name != "now"}
    return {name: item for name, item in result.items() if name not in OF_THE_RUN} | {"host": host}


def test_check_mode_predicts_exactly_what_the_real_run_does(story: Story) -> None:
    check, real = story.run.result("check"), story.run.result("real")
    assert check["operations"]
    # A plan for later is only of what is still to be done.
    assert told(check) == told(real) | {"plan": check["plan"]}
    assert "plan" not in real
    assert (check["changed"], check["change"], check["journal"]) == (True, None, None)
    assert real["changed"]
    assert real["change"]


def test_a_second_run_has_nothing_to_do_and_remembers_the_debt(story: Story) -> None:
    real, again = story.run.result("real"), story.run.result("again")
    assert (again["changed"], again["operations"], again["undo"], again["change"]) == (False, [], "", None)
    assert again["before"] == again["after"] == real["after"]
    assert again["reboot_required"]
    assert again["debt"] == [real["change"]]


def test_each_run_costs_one_execution_and_the_writing_one_two(story: Story) -> None:
    assert story.executions == {"msexchange.tls.host_read": 4, "msexchange.tls.host_write": 1}
    # A shell for each task: 6 requests for one execution in it, 10 for two.
    shells, commands = 4, 5
    each = {"Command": commands, "Send": commands, "Receive": commands, "Signal": commands}
    if story.engine == "powershell":
        # A program that takes longer than 20 s is asked for its output again.
        story.requests["Receive"] = min(commands, story.requests["Receive"])
    assert story.requests == {"Create": shells, **each, "Delete": shells}
    assert sum(story.requests.values()) == 6 + 10 + 6 + 6


def test_what_is_read_afterwards_is_what_was_predicted(story: Story) -> None:
    settings = story.run.result("state")["settings"]
    after = story.run.result("real")["after"]
    assert {name: settings[name]["configured"] for name in after} == after


def test_nothing_changes_in_the_registry_but_what_the_operations_say(story: Story) -> None:
    expected, written = folded(story.before), set()
    for operation in story.run.result("real")["operations"]:
        path = operation["path"].casefold()
        # A dump holds the current control set twice: under its number, and under the link that leads to it.
        for place in dict.fromkeys((path, path.replace("\\currentcontrolset\\", "\\controlset001\\"))):
            written.add(place)
            key = expected.setdefault(place, {})
            if operation["op"] == "set":
                key[operation["name"].casefold()] = comparable(operation["after"])
            else:
                del key[operation["name"].casefold()]
    found = folded(story.after)
    if story.engine == "emulated":
        created = {path for path in found if path not in expected and not found[path]}
        assert {path: values for path, values in found.items() if path not in created} == expected
        return
    # A real registry has keys of its own, and the lab copies only those of Schannel out of it: they count.
    written = {path for path in written if path in found and "\\schannel\\" in path}
    assert written
    assert {path: found[path] for path in written} == {path: expected[path] for path in written}


def folded(content: t.Mapping[str, t.Mapping[str, tuple[int, bytes]]]) -> dict[str, dict[str, t.Any]]:
    """A dump with names as the registry compares them."""
    return {
        path.casefold(): {name.casefold(): value for name, value in values.items()} for path, values in content.items()
    }


def comparable(value: Result) -> tuple[int, bytes]:
    """A value of contract W2 as a dump has it."""
    kind, data = value["kind"], value["data"]
    if value.get("raw"):
        return kind, base64.b64decode(data)
    if kind == 4:
        return kind, int(data).to_bytes(4, "little")
    if kind == 7:
        return kind, ("".join(item + "\0" for item in data) + "\0").encode("utf-16-le")
    return kind, (data + "\0").encode("utf-16-le")


def test_a_value_of_the_wrong_kind_is_shown_as_it_was_and_replaced(story: Story) -> None:
    (operation,) = (
        one
        for one in story.run.result("real")["operations"]
        if one["path"].endswith(".NETFramework\\v4.0.30319") and one["name"] == "SystemDefaultTlsVersions"
        if "WOW6432Node" not in one["path"]
    )
    assert operation["before"] == {"kind": 1, "data": "1"}
    assert operation["after"] == {"kind": 4, "data": 1}


def test_a_value_that_already_means_what_is_wanted_is_left_as_it_is(story: Story) -> None:
    real = story.run.result("real")
    assert real["after"]["protocols.tls_1_2.server"] == "enabled"
    assert not [one for one in real["operations"] if one["path"].endswith("TLS 1.2\\Server")]


def test_the_next_stage_waits_for_the_boot_and_says_so(story: Story) -> None:
    real = story.run.result("real")
    assert (real["stage"], real["reached"], real["next_stage"]) == ("obsolete", "prepare", "obsolete")
    assert not real["complete"]
    assert [(gate["stage"], gate["kind"]) for gate in real["gates"]] == [("obsolete", "boot")]


def test_after_the_boot_the_debt_is_paid_and_the_next_stage_is_open(story: Story) -> None:
    later = story.later.result("later")
    assert later["debt"] == []
    assert later["changed"]
    assert later["reached"] == "obsolete"
    assert later["complete"]


def test_a_diff_shows_the_settings_that_change_and_nothing_when_none_does(story: Story) -> None:
    diff = story.run.result("real")["diff"]
    assert diff["before"] != diff["after"]
    assert "dotnet.v4.native.system_default_tls_versions" in diff["after"]
    assert story.run.result("again")["diff"]["before"] == story.run.result("again")["diff"]["after"]


def test_a_result_can_be_shown_as_yaml(story: Story) -> None:
    shown = yaml.safe_load(story.run.result("yaml")["msg"])
    assert shown["operations"] == story.run.result("real")["operations"]


@pytest.mark.lab_only
def test_the_journal_on_the_host_says_who_asked_for_the_change(story: Story) -> None:
    if story.engine != "emulated":
        pytest.skip("the files of this engine are not at hand here; the host scripts have tests of their own")
    real = story.run.result("real")
    journal = json.loads(story.lab.host("ex1").files.read(real["journal"]))
    assert journal["id"] == real["change"]
    assert journal["state"] == "closed"
    assert {name: journal["meta"][name] for name in ("module", "profile", "stage", "reached", "ticket")} == {
        "module": "baseline",
        "profile": "exchange_current",
        "stage": "obsolete",
        "reached": "prepare",
        "ticket": "CHG0012345",
    }
    assert len(journal["operations"]) == len(real["operations"])


@dataclasses.dataclass(frozen=True)
class Way:
    """The whole way of a small organisation, with a boot after each stage."""

    runs: tuple[Run, ...]
    last: Run
    after: Run


STAGES = ("prepare", "obsolete", "retire", "renegotiation", "suites", "tls13")
MEMBERS = {
    "ex1": {"prepared": True, "detail": ""},
    "ex2": {"prepared": True, "detail": ""},
    "ex3": {"prepared": True, "detail": ""},
}


@pytest.mark.lab_only
def test_the_whole_way_takes_a_boot_per_stage_and_ends_with_nothing_left(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2", "ex2019cu15_ws2022", "exse_ws2025")
    controller = controller_of(lab)
    bring = task("bring", "baseline", {"stage": "tls13", "organisation": MEMBERS})
    for _stage in STAGES:
        run = controller.play(bring, hosts="all")
        for name in lab.hosts:
            if run.result("bring", name)["reboot_required"]:
                reboot(lab, name)
    run = controller.play(bring, task("state", "state_info", {"stage": "tls13"}), hosts="all")
    for name in lab.hosts:
        brought, state = run.result("bring", name), run.result("state", name)
        assert not brought["changed"], name
        assert brought["complete"], name
        assert brought["gates"] == [], name
        assert not state["reboot_required"], name
        assert {stage["state"] for stage in state["stages"]} <= {"effective", "not_applicable"}, name
        assert {rule["verdict"] for rule in state["rules"]} <= {"pass", "not_applicable"}, name


@pytest.mark.lab_only
def test_one_server_that_is_not_prepared_holds_the_stage_back_for_all(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    controller = controller_of(lab)
    for _stage in ("prepare", "obsolete"):
        controller.play(task("bring", "baseline", {"stage": "obsolete"}))
        reboot(lab, "ex1")
    members = {**MEMBERS, "edge9": {"prepared": None, "detail": "It was unreachable."}}
    run = controller.play(
        task("gated", "baseline", {"stage": "retire", "organisation": members}),
        task("not read", "baseline", {"stage": "retire"}),
        task("open", "baseline", {"stage": "retire", "organisation": MEMBERS}, check_mode=True),
    )
    for name in ("gated", "not read"):
        assert not run.result(name)["changed"]
        assert [gate["scope"] for gate in run.result(name)["gates"]] == ["organisation"]
    assert "edge9" in run.result("gated")["gates"][0]["reason"]
    assert run.result("open")["changed"]
    assert run.result("open")["reached"] == "retire"


@pytest.mark.lab_only
def test_a_key_that_may_not_be_read_is_unknown_and_holds_its_stage_back(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    denied = f"{MACHINE}\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
    lab = start_lab(ex1={"persona": "ex2016_ws2016_mistakes", "denied": [denied]})
    run = controller_of(lab).play(task("state", "state_info"), task("bring", "baseline"))
    state, brought = run.result("state"), run.result("bring")
    assert [(error["path"].casefold(), error["code"]) for error in state["read_errors"]] == [(denied.casefold(), 5)]
    hidden = "dotnet.v4.native.strong_crypto"
    assert state["settings"][hidden]["form"] == "unread"
    assert [rule["verdict"] for rule in state["rules"] if rule["setting"] == hidden] == ["unknown"]
    assert state["prepared"] is not True
    assert not [one for one in brought["operations"] if one["path"].casefold() == denied.casefold()]
    assert [gate["kind"] for gate in brought["gates"]] == ["unknown"]


@pytest.mark.lab_only
def test_defaults_of_the_action_group_reach_the_task(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    defaults = {"group/msexchange.tls.tls": {"stage": "obsolete"}}
    run = controller_of(lab).play(
        task("state", "state_info"), task("bring", "baseline", check_mode=True), module_defaults=defaults
    )
    assert (run.result("state")["stage"], run.result("bring")["stage"]) == ("obsolete", "obsolete")


@pytest.mark.lab_only
def test_another_account_reads_and_writes_in_both_calls(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    become = {"become": True, "become_method": "runas", "become_user": "SYSTEM"}
    run = controller_of(lab).play(task("bring", "baseline", **become), task("again", "baseline", **become))
    assert run.result("bring")["changed"]
    assert not run.result("again")["changed"]


@pytest.mark.lab_only
def test_no_log_keeps_the_settings_out_of_the_output(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    secret = task("bring", "baseline", {"ticket": "CHG0099"}, no_log=True, diff=True)
    run = controller_of(lab).play(secret, options=["-vvv"])
    assert run.of("bring").status == "ok"
    assert "CHG0099" not in run.output
    assert "SystemDefaultTlsVersions" not in run.output


@pytest.mark.lab_only
def test_a_value_that_moves_between_reading_and_writing_stops_the_change(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host = lab.host("ex1")
    host.faults.add("delay", operation="Command", skip=1, seconds=1.0)
    key = f"{MACHINE}\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
    with after_reading(host, lambda: move(host, key)):
        run = controller_of(lab).play(task("bring", "baseline"))
    sentence = run.sentence("bring")
    assert "SchUseStrongCrypto" in sentence
    assert "REG_DWORD 7" in sentence
    assert "Run the task again" in sentence
    assert host.counters.executions == {"msexchange.tls.host_read": 1, "msexchange.tls.host_write": 1}
    assert host.files.files_in("C:\\ProgramData\\msexchange_tls\\changes") == []


def move(host: LabHost, key: str) -> None:
    """Somebody else's write."""
    host.registry.set_value(key, "SchUseStrongCrypto", 4, (7).to_bytes(4, "little"))
