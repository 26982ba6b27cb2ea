# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulated timer leaves the registry and the journal as the real script does, on the same random changes."""

from __future__ import annotations

import json
import random
import typing as t

import pytest
from lab import case_changes
from lab.comparison import Both, comparable, flat
from lab.engine_emulated import host_write, timer
from lab.engine_emulated.arguments import ArgumentError
from lab.engines import emulated_host
from tools.host_stage import Json, Stage, T, set_value
from tools.task_scheduler import HostScheduler

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import Terms, arm_request

pytestmark = [pytest.mark.proves("timed_revert", "emulation_equal"), pytest.mark.engine_powershell]

CHANGES = 8
KINDS = (0, 1, 2, 3, 4, 7, 11, 99)


def paths(number: int) -> list[str]:
    return [f"{T}\\{number}\\{name}" for name in ("RC4 128/128", "one", "one\\two", "none")]


def state(pick: random.Random, number: int) -> list[tuple[str, str | None, int, bytes]]:
    """Some values of any kind; the last path stays absent."""
    return [
        (path, name, kind, case_changes.content(pick, kind))
        for path in paths(number)[:-1]
        for name in ("", "Enabled", "b")
        for kind in [pick.choice(KINDS)]
        if pick.random() < 0.7
    ]


def arguments(pick: random.Random, both: Both, number: int) -> Json:
    """A change of them, to be taken back at once."""
    while True:
        args = case_changes.change(pick, both.host.registry, lambda: pick.choice(paths(number)))
        args["_ansible_check_mode"] = True
        try:
            if host_write.run(both.host, args)["status"] == "written":
                break
        except ArgumentError:
            continue
    del args["_ansible_check_mode"]
    change = f"change-random-{number}"
    revert = arm_request(change, Terms(1, 1, over_tls=False), reboot_required=pick.random() < 0.5)
    return {**args, "change": change, "revert": revert}


def meddled(pick: random.Random, both: Both, number: int) -> list[tuple[str, str | None, int, bytes]]:
    """What somebody writes afterwards, here and there."""
    there = [path for path in paths(number) if both.host.registry.exists(path)]
    return (
        [(pick.choice(there), pick.choice(["", "Enabled", "guest"]), 4, b"\x09\0\0\0")] if pick.random() < 0.5 else []
    )


def way_back(pick: random.Random, number: int) -> Json:
    """A later change that says whom it took back: this one, or others."""
    of = pick.choice([f"change-random-{number}", f"change-x change-random-{number}", f"change-random-{number}0"])
    operation = set_value(f"{T}\\back", str(number), {"kind": 4, "data": 1})
    return {"contract": 1, "change": f"change-back-{number}", "meta": {"of": of}, "operations": [operation]}


def journal_of(text: bytes) -> Json:
    """Without times, and without how a path was spelt."""
    found: Json = comparable(json.loads(text))
    if "revert" in found:
        found["revert"] = {**found["revert"], "deadline": None, "at": found["revert"]["at"] is not None}
    return found


def test_random_changes_go_back_alike(stage: Stage) -> None:
    scheduler = HostScheduler(stage.driver.host)
    both = Both(stage, emulated_host())
    for number in range(CHANGES):
        pick = random.Random(number)
        both.load(state(pick, number))
        both.ask("host_write", arguments(pick, both, number))
        both.load(meddled(pick, both, number))
        if number % 2:
            both.ask("host_write", way_back(pick, number))
    answers = stage.run()
    for exchange in both.asked:
        assert comparable(answers[exchange.step]) == exchange.answer
    assert sorted(both.host.tasks) == scheduler.tasks
    assert len(scheduler.tasks) == CHANGES
    scheduler.run_until_gone()
    both.host.clock.offset += 5
    for name in list(both.host.tasks):
        timer.fire(both.host, name)
    assert both.host.tasks == {}
    assert both.tree(T) == flat(T, stage.add("tree", path=T).one())
    mine: dict[str, t.Any] = both.host.journal_files()
    real = {path.name: path.read_bytes() for path in stage.changes.iterdir()}
    assert sorted(mine) == sorted(real)
    for file in (name for name in real if name.endswith(".json")):
        assert journal_of(mine[file]) == journal_of(real[file]), file
