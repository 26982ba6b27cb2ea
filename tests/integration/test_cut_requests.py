# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan, apply, confirm and rollback with the connection cut at every single request, before and after it is carried
out; and a saved plan that is applied where power fails, access is denied or the disk is full.

How many requests a step makes is counted where nothing goes wrong; then each of them is cut on a server of its own. Two
controllers at once are in test_plan_races; cuts on a real registry in test_cut_requests_real and test_cut_confirm_real.
"""

from __future__ import annotations

import dataclasses
import json
import time
import typing as t

import pytest
from integration.controller import PATIENCE, Controller, Run, task
from integration.playbooks import FAST
from lab.faults import Fault, What
from lab.hive_data import dump
from lab.lab import Lab

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import read_plan_file, render

if t.TYPE_CHECKING:
    from lab.host import Engine, LabHost
    from lab.payload import Job
    from lab.result import Output

pytestmark = [pytest.mark.proves("host_failures", "saved_plan", "rollback_exact", "timed_revert"), pytest.mark.lab_only]

PERSONA = "ex2013_ws2012r2"
MACHINE = "HKEY_LOCAL_MACHINE"
PLAN = task("plan", "baseline", check_mode=True, register="msexchange_tls_change")
#: A file for each server, so that none has to read the plans of all the others.
SAVED = {"plan_file": "{{ inventory_hostname }}.json"}
#: The steps of a change, in their order. What is applied is confirmed later.
STEPS = {
    "plan": PLAN,
    "apply": task("apply", "baseline", {**SAVED, "revert_after": "30m"}),
    "confirm": task("confirm", "confirm", {"force": True}),
    "back": task("back", "rollback", {"after": "2000-01-01"}),
}
WRITE = task("write", "baseline", SAVED)
ANEW = task("anew", "baseline")
CUTS = (What.CUT_BEFORE, What.CUT_AFTER)
FORKS = ["-f", "4"]
Values = dict[tuple[str, str], t.Any]


def saved_plan(file: str, *members: str) -> dict[str, t.Any]:
    """Write the plans of these servers into one file."""
    return task("save", "plan_file", {"path": file, "members": members}, delegate_to="localhost", run_once=True)


class Recording:
    """An engine that keeps what it was asked to write."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.jobs: list[Job] = []
        self._engine = engine

    async def run(self, host: LabHost, job: Job) -> Output:
        if job.name == "msexchange.tls.host_write":
            self.jobs.append(job)
        return await self._engine.run(host, job)

    async def start_tasks(self, host: LabHost) -> bool:
        return await self._engine.start_tasks(host)

    async def stop(self) -> None:
        await self._engine.stop()


@dataclasses.dataclass(frozen=True)
class Whole:
    """A server on which nothing goes wrong: requests by step, what is different once it is applied, the plan, and the
    job that wrote it.
    """

    requests: dict[str, int]
    moved: Values
    plan: bytes
    job: Job

    @property
    def writes(self) -> int:
        """Values that are written."""
        return len(self.job.args["operations"])


@dataclasses.dataclass(frozen=True)
class Seen:
    """A server at one moment: what is different in its registry since the beginning, its journals, tasks, files."""

    moved: Values
    journals: tuple[dict[str, t.Any], ...]
    tasks: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def states(self) -> list[str]:
        """What the journals say, oldest first."""
        return [one["state"] for one in self.journals]


@dataclasses.dataclass(frozen=True)
class Story:
    """``struck``: the fault of every server, by step. ``then``: right after it. ``counted``: requests of the faulty
    run. ``last``: after a run without faults, when all times are over.
    """

    whole: Whole
    struck: dict[str, dict[str, Fault]]
    faulty: Run
    then: dict[str, Seen]
    counted: dict[str, int]
    again: Run
    last: dict[str, Seen]
    plan_was_saved: bool


def values(host: LabHost) -> Values:
    """Every key (its name only) and value of a registry."""
    found: Values = {}
    for path, entries in dump(host.registry, MACHINE).items():
        if "\\controlset001\\" in path.casefold():  # CurrentControlSet under its other name
            continue
        found[path.casefold(), ""] = "a key"
        found.update({(path.casefold(), f"={name.casefold()}"): entry for name, entry in entries.items()})
    return found


def moved(before: Values, now: Values) -> Values:
    """What is different, and what it is now; None where it is gone."""
    return {place: now.get(place) for place in before.keys() | now.keys() if before.get(place) != now.get(place)}


def see(host: LabHost, before: Values) -> Seen:
    files = host.journal_files()
    journals = tuple(json.loads(files[name]) for name in sorted(files) if name.endswith(".json"))
    return Seen(moved(before, values(host)), journals, tuple(sorted(host.tasks)), tuple(sorted(files)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """All steps on one server, each in a run of its own."""
    with Lab.start(whole=PERSONA) as lab:
        host, controller = lab.host("whole"), Controller(tmp_path_factory.mktemp("whole"), lab.inventory_path)
        host.engine = recording = Recording(host.engine)
        before, after, requests = values(host), Values(), {}
        for name, step in STEPS.items():
            host.counters.reset()
            more = [saved_plan("whole.json", "whole")] if name == "plan" else []
            assert controller.play(step, *more, hosts="whole").result(name, "whole")["changed"]
            requests[name] = sum(host.counters.requests.values())
            if name == "apply":
                after = moved(before, values(host))
        assert moved(before, values(host)) == {} != after
        return Whole(requests, after, (controller.folder / "whole.json").read_bytes(), recording.jobs[0])


def faults_of(whole: Whole) -> dict[str, dict[str, dict[str, t.Any]]]:
    """By step: a server for every fault, and the fault."""
    cuts = {
        step: {
            f"{step}_{what.value}_{number}": {"what": what, "request": number}
            for what in CUTS
            for number in range(1, count + 1)
        }
        for step, count in whole.requests.items()
    }
    last = whole.writes - 1
    assert last > 1
    return {
        **cuts,
        "write": {
            **{f"denied_{number}": {"what": What.DENY_WRITE, "at_write": number} for number in (0, last // 2, last)},
            **{f"power_{number}": {"what": What.POWER_LOSS, "at_write": number} for number in (0, 1, last, last + 1)},
            "disk_full": {"what": What.DISK_FULL, "times": 0},
            "busy": {"what": What.MUTEX_BUSY},
        },
    }


@pytest.fixture(scope="module")
def story(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    faults = faults_of(whole)
    names = {step: list(hosts) for step, hosts in faults.items()}
    with Lab.start(timing=FAST, **dict.fromkeys((name for step in names.values() for name in step), PERSONA)) as lab:
        folder = tmp_path_factory.mktemp("cuts")
        controller = Controller(folder, lab.inventory_path)
        before = {name: values(host) for name, host in lab.hosts.items()}
        for name in names["apply"] + names["write"]:
            (folder / f"{name}.json").write_bytes(plan_of(whole, lab.host(name)))
        lab.call(write(whole.job, [lab.host(name) for name in names["confirm"] + names["back"]]))
        struck = {
            step: {name: lab.host(name).faults.add(**fault) for name, fault in hosts.items()}
            for step, hosts in faults.items()
        }
        faulty = controller.playbook(
            [
                play(names["plan"], PLAN, saved_plan("plan.json", *names["plan"])),
                *(play(names[step], STEPS[step]) for step in ("apply", "confirm", "back")),
                play(names["write"], WRITE),
            ],
            FORKS,
        )
        wait_until_up(lab)
        then = {name: see(host, before[name]) for name, host in lab.hosts.items()}
        counted = {name: sum(host.counters.requests.values()) for name, host in lab.hosts.items()}
        plan_was_saved = (folder / "plan.json").exists()
        for host in lab.hosts.values():
            host.faults.clear()
        lost = [name for name in names["write"] if name.startswith("power")]
        again = controller.playbook(
            [
                *(play(names[step], STEPS[step]) for step in STEPS),
                play([name for name in names["write"] if name not in lost], WRITE),
                play(lost, WRITE, ANEW),
            ],
            FORKS,
        )
        for name in names["confirm"] + names["back"]:
            lab.start_tasks(name, after=3 * 3600)
        last = {name: see(host, before[name]) for name, host in lab.hosts.items()}
        yield Story(whole, struck, faulty, then, counted, again, last, plan_was_saved)


def plan_of(whole: Whole, host: LabHost) -> bytes:
    """The plan that was made, for another server of the same kind."""
    plans = read_plan_file(whole.plan, "whole.json")
    (record,) = plans.hosts
    return render(
        dataclasses.replace(plans, hosts=(dataclasses.replace(record, name=host.name, computer=host.computer),))
    )


async def write(job: Job, hosts: t.Iterable[LabHost]) -> None:
    """What Ansible once sent, on servers where a change is to stand already."""
    for host in hosts:
        output = await host.engine.run(host, job)
        assert json.loads(output.stdout)["status"] == "written"


def play(hosts: t.Sequence[str], *tasks: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"hosts": ",".join(hosts), "gather_facts": False, "vars": PATIENCE, "tasks": list(tasks)}


def wait_until_up(lab: Lab) -> None:
    end = time.monotonic() + 60
    while not all(host.is_up for host in lab.hosts.values()):
        assert time.monotonic() < end
        time.sleep(0.05)


def is_done(run: Run, step: str, name: str) -> bool:
    """Whether a run called a step done; if not, it said so in one sentence with the name of the server."""
    recorded = run.of(step, name)
    if recorded.status != "ok":
        assert run.sentence(step, name, recorded.status).startswith(name)
    return recorded.status == "ok"


def test_every_request_of_every_step_was_cut_before_and_after_it_was_carried_out(story: Story) -> None:
    for step, count in story.whole.requests.items():
        faults = story.struck[step].values()
        assert {fault.struck for fault in faults} == {1}
        assert {(fault.what, fault.request) for fault in faults} == {
            (what, n + 1) for what in CUTS for n in range(count)
        }
        # None is left over: who was cut at the last one made as many, and may have tried that one again.
        assert {story.counted[f"{step}_{what.value}_{count}"] for what in CUTS} <= {count, count + 1}


def test_a_plan_that_was_cut_off_touches_nothing_and_no_file_is_written_without_it(story: Story) -> None:
    assert not story.plan_was_saved
    lost = [name for name in story.struck["plan"] if not is_done(story.faulty, "plan", name)]
    assert lost
    assert any(name in story.faulty.sentence("save", "plan_cut_before_1") for name in lost)
    for name in story.struck["plan"]:
        assert story.then[name] == story.last[name] == Seen({}, (), (), ()), name
        assert story.again.result("plan", name)["operations"]


def test_a_plan_that_was_cut_while_it_was_applied_is_whole_or_did_not_begin_and_the_journal_says_which(
    story: Story,
) -> None:
    outcomes = set()
    for name in story.struck["apply"]:
        then = story.then[name]
        assert (then.moved, then.states) in (({}, []), (story.whole.moved, ["closed"])), name
        assert len(then.tasks) == len(then.states), name
        assert then.states or not is_done(story.faulty, "apply", name), name
        assert story.again.result("apply", name)["changed"] == (then.states == []), name
        assert (story.last[name].moved, story.last[name].states) == (story.whole.moved, ["closed"]), name
        outcomes.add(tuple(then.states))
    assert outcomes == {(), ("closed",)}


def test_a_confirmation_that_was_cut_happened_or_did_not_and_the_journal_says_which(story: Story) -> None:
    outcomes = set()
    for name in story.struck["confirm"]:
        then, last = story.then[name], story.last[name]
        (journal,) = then.journals
        assert then.moved == story.whole.moved, name
        assert (journal["revert"]["state"] == "armed") == bool(then.tasks), name
        assert not then.tasks or not is_done(story.faulty, "confirm", name), name
        assert story.again.result("confirm", name)["changed"] == bool(then.tasks), name
        assert (last.moved, last.tasks, last.journals[0]["revert"]["state"]) == (story.whole.moved, (), "confirmed"), (
            name
        )
        outcomes.add(journal["revert"]["state"])
    assert outcomes == {"armed", "confirmed"}


def test_a_way_back_that_was_cut_is_whole_or_did_not_begin_and_the_journal_says_which(story: Story) -> None:
    outcomes = set()
    for name in story.struck["back"]:
        then, last = story.then[name], story.last[name]
        assert (then.moved, then.states) in ((story.whole.moved, ["closed"]), ({}, ["closed", "closed"])), name
        assert then.moved == {} or not is_done(story.faulty, "back", name), name
        assert story.again.result("back", name)["changed"] == (then.moved != {}), name
        # The timer of the change ran on and found nothing to do.
        assert (last.moved, len(last.states), last.tasks) == ({}, 2, ()), name
        outcomes.add(len(then.states))
    assert outcomes == {1, 2}


def test_a_plan_that_was_denied_or_found_no_room_leaves_the_server_as_before_and_is_applied_then(story: Story) -> None:
    refused = [name for name in story.struck["write"] if not name.startswith("power")]
    for name in refused:
        then, last = story.then[name], story.last[name]
        assert not is_done(story.faulty, "write", name)
        assert (then.moved, then.states) == ({}, ["put_back"] if name.startswith("denied") else []), name
        assert story.again.result("write", name)["changed"]
        assert (last.moved, last.states[-1]) == (story.whole.moved, "closed"), name


def test_a_loss_of_power_leaves_an_open_journal_and_a_plan_made_anew_goes_on_from_there(story: Story) -> None:
    lost = {name: fault.at_write for name, fault in story.struck["write"].items() if name.startswith("power")}
    for name, number in lost.items():
        then, last = story.then[name], story.last[name]
        assert not is_done(story.faulty, "write", name)
        assert then.states == ["open"], name
        assert then.moved.items() <= story.whole.moved.items(), name
        assert len([place for place in then.moved if place[1]]) == number, name
        if 0 < number < story.whole.writes:  # Neither what was approved nor what was to become of it.
            assert len(story.again.of("write", name).result["moved"]) == number
            assert "is stale, the host has moved" in story.again.sentence("write", name)
        assert last.moved == story.whole.moved, name
        assert is_done(story.again, "anew", name)


def test_no_half_of_a_file_is_left(story: Story) -> None:
    for step in ("plan", "confirm", "back", "write"):
        for name in story.struck[step]:
            assert [file for file in story.last[name].files if file.endswith((".new", ".ps1", ".xml"))] == [], name
