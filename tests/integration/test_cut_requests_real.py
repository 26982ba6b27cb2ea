# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan, application of a saved plan and way back with the connection cut before and after a request is carried out, and
with power that fails in the writing: with the real scripts in a real PowerShell.

A plan is cut at each of its requests. It is the reading with which the others begin; they are cut where they connect,
write and disconnect, and at the answer of the reading that follows what was applied. ``make cuts`` cuts everywhere.
One Wine host goes from one misfortune to the next and is put back to where the step begins in between; confirmations
are in test_cut_confirm_real.

What Wine cannot do: it denies nothing (test_cut_requests has that on the emulated engine; the real scripts are given
the errors of Windows in tests/unit/host_scripts). A full disk is in test_full_disk_real. The registry of Wine is kept
by a server of its own that writes everything down when it ends, so a loss of power ends all programs in the middle of
what they do and loses nothing that was written before.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Run, task
from integration.scene import EVERY, Cut, Scene, Whole, saved_plan
from integration.witness import Seen
from lab.faults import What

pytestmark = [
    pytest.mark.proves("host_failures", "saved_plan", "rollback_exact", "whole_or_nothing"),
    pytest.mark.lab_only,
    pytest.mark.engine_powershell,
    pytest.mark.parametrize("target_of", ["powershell"], indirect=True, scope="module"),
]

PLAN = task("plan", "baseline", check_mode=True, register="msexchange_tls_change")
APPLY = task("apply", "baseline", {"plan_file": "plan.json"})
BACK = task("back", "rollback", {"after": "2000-01-01"})
ANEW = task("anew", "baseline")
MODULES = {"apply": "baseline", "back": "rollback"}


@dataclasses.dataclass(frozen=True)
class Lost:
    """A step in whose writing power failed: what it said, the host once power was back, and two runs after that."""

    dark: Run
    then: Seen
    again: Run
    last: Seen


@dataclasses.dataclass(frozen=True)
class Story:
    """``again``: the step that is called so, once more after the first cut that had left the host otherwise."""

    whole: dict[str, Whole]
    cuts: list[Cut]
    again: dict[str, tuple[dict[str, t.Any], Seen]]
    lost: dict[str, Lost]

    @property
    def first(self) -> str:
        """The registry before anything was written."""
        return self.whole["apply"].before.registry

    @property
    def changed(self) -> str:
        """The registry with the change."""
        return self.whole["apply"].after.registry

    def of(self, step: str) -> list[Cut]:
        return [cut for cut in self.cuts if cut.step == step]


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, _engine = target_of("ex2013_ws2012r2")
    scene = Scene.on(lab, controller)
    whole = scene.rehearse(PLAN, saved_plan("plan.json"), APPLY, BACK)
    numbers = {"plan": whole["plan"].numbers(1), "apply": whole["apply"].numbers(2), "back": whole["back"].numbers(2)}
    numbers["apply"] = sorted({*numbers["apply"], len(whole["apply"].requests) - 2})  # the answer of the last reading
    cuts = scene.cut(whole, *((step, numbers[step["name"]]) for step in (PLAN, APPLY, BACK)))
    again = scene.again(
        *(
            (step, next(cut.after for cut in cuts if cut.step == step["name"] and has_moved(cut, whole)))
            for step in (APPLY, BACK)
        )
    )
    lost = {
        "apply": lose_power(scene, APPLY, whole["apply"].before, ANEW),
        "back": lose_power(scene, BACK, whole["back"].before, BACK),
    }
    return Story(whole, cuts, {name.partition(" ")[0]: (run.result(name), seen) for run, name, seen in again}, lost)


def has_moved(cut: Cut, whole: t.Mapping[str, Whole]) -> bool:
    return cut.after != whole[cut.step].before


def lose_power(scene: Scene, step: dict[str, t.Any], before: Seen, then: dict[str, t.Any]) -> Lost:
    scene.witness.put_back(before)
    scene.witness.loses_power = True
    dark = scene.play([step])
    scene.witness.wait_until_up()
    seen = scene.witness.look()
    again = scene.play([{**then, "name": "again"}, {**then, "name": "and again"}])
    return Lost(dark, seen, again, scene.witness.look())


def new_journals(cut: Cut, whole: t.Mapping[str, Whole]) -> list[dict[str, t.Any]]:
    before = whole[cut.step].before.journals
    return [journal for journal in cut.after.journals if journal not in before]


def test_every_kind_of_request_of_every_step_was_cut_before_and_after_it_was_carried_out(
    story: Story, record_property: t.Callable[[str, object], None]
) -> None:
    reading = ["Command", "Send", "Receive", "Signal"]
    assert story.whole["plan"].requests == ["Create", *reading, "Delete"]
    assert story.whole["apply"].requests == ["Create", *reading * 3, "Delete"]
    assert story.whole["back"].requests == ["Create", *reading * 2, "Delete"]
    assert {cut.fault.struck for cut in story.cuts} == {1}
    cut = [len(story.of(step)) // 2 for step in ("plan", "apply", "back")]
    assert cut == ([6, 14, 10] if EVERY else [6, 7, 6])
    record_property("requests", sum(cut))
    for what in What.CUT_BEFORE, What.CUT_AFTER:
        for step in ("plan", "apply", "back"):
            requests = story.whole[step].requests
            numbers = [cut.fault.request for cut in story.of(step) if cut.fault.what is what]
            assert {requests[number - 1] for number in numbers if number} == set(requests)


def test_a_plan_that_was_cut_off_touches_nothing_and_the_next_one_is_the_same(story: Story) -> None:
    outcomes = set()
    for cut in story.of("plan"):
        assert cut.after == story.whole["plan"].before, cut.name
        if cut.is_done:
            assert cut.run.result(cut.name)["operations"] == story.whole["plan"].result["operations"], cut.name
        outcomes.add(cut.is_done)
    assert outcomes == {False, True}


@pytest.mark.parametrize("step", ["apply", "back"])
def test_a_step_that_was_cut_is_whole_or_did_not_begin_and_the_journal_says_which(story: Story, step: str) -> None:
    whole = story.whole[step]
    assert whole.before.registry != whole.after.registry
    outcomes = set()
    for cut in story.of(step):
        is_written = has_moved(cut, story.whole)
        if is_written:
            assert cut.after.registry == whole.after.registry, cut.name
            (journal,) = new_journals(cut, story.whole)
            assert (journal["state"], journal["meta"]["module"]) == ("closed", MODULES[step]), cut.name
            assert len(journal["operations"]) == len(whole.result["operations"]) > 1, cut.name
            assert cut.after.halves == [], cut.name
        assert is_written or not cut.is_done, cut.name
        outcomes.add((is_written, cut.is_done))
    # Not begun; written without a word of it; done.
    assert outcomes == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize("step", ["apply", "back"])
def test_what_was_written_is_known_to_the_next_run_which_changes_nothing(story: Story, step: str) -> None:
    result, last = story.again[step]
    assert not result["changed"]
    assert last.registry == story.whole[step].after.registry
    # From wherever else a cut has left it the host goes on alike: it is the same but for ids and times.
    assert len({tuple(map(timeless, cut.after.journals)) for cut in story.of(step) if has_moved(cut, story.whole)}) == 1
    assert list(map(timeless, last.journals)) == list(map(timeless, story.whole[step].after.journals))


def timeless(journal: dict[str, t.Any]) -> str:
    # The time of the boot is counted back from that of the journal, so it is another one too, by a little.
    kept = {name: item for name, item in journal.items() if name not in ("id", "started", "closed", "boot")}
    return json.dumps(kept, sort_keys=True)


@pytest.mark.parametrize("step", ["apply", "back"])
def test_power_that_fails_in_the_writing_leaves_a_journal_that_says_how_far_it_came(story: Story, step: str) -> None:
    lost, whole = story.lost[step], story.whole[step]
    assert "Whether anything was written is unknown" in lost.dark.sentence(step, status="unreachable")
    (newest,) = [journal for journal in lost.then.journals if journal not in whole.before.journals]
    assert newest["meta"]["module"] == MODULES[step]
    if newest["state"] == "closed":  # It was faster than the loss of power.
        assert lost.then.registry == whole.after.registry
    else:
        assert newest["state"] == "open"
        # Line by line: what is not as it was is as it was to become.
        assert set(lost.then.registry.splitlines()) <= {*story.first.splitlines(), *story.changed.splitlines()}


@pytest.mark.parametrize("step", ["apply", "back"])
def test_after_a_loss_of_power_the_next_run_comes_to_the_end(story: Story, step: str) -> None:
    lost = story.lost[step]
    lost.again.result("again")
    assert not lost.again.result("and again")["changed"]
    assert lost.last.registry == story.whole[step].after.registry
