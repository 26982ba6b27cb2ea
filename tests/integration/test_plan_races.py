# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody else is faster: before a saved plan is applied, while it is, and right after it was."""

from __future__ import annotations

import concurrent.futures
import pathlib
import typing as t

import pytest
from integration.conftest import after_reading, after_writing
from integration.controller import Controller, Run, task
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("saved_plan"), pytest.mark.lab_only]

MACHINE = "HKEY_LOCAL_MACHINE"
DOTNET = f"{MACHINE}\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
APPLY = task("apply", "baseline", {"plan_file": "plan.json"})


def plan(controller: Controller, **wanted: t.Any) -> list[dict[str, t.Any]]:
    """Write a plan into the folder of a controller; its operations."""
    run = controller.play(
        task("plan", "baseline", wanted, check_mode=True, register="msexchange_tls_change"),
        task("write", "plan_file", {"path": "plan.json", "members": ["ex1"]}, delegate_to="localhost"),
    )
    assert run.result("write")["changed"]
    operations: list[dict[str, t.Any]] = run.result("plan")["operations"]
    return operations


def test_of_two_controllers_with_two_plans_one_wins_and_the_other_writes_nothing(
    start_lab: t.Callable[..., Lab], tmp_path: pathlib.Path
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host = lab.host("ex1")
    # Somebody wants one value the other way round, so the two plans have a value in common and not its data.
    rule = "rules:\n  dotnet_4.native.strong_crypto: {want: {explicit: disabled}}\n"
    controllers = [Controller(tmp_path / name, lab.inventory_path) for name in ("one", "two")]
    for controller in controllers:
        controller.folder.mkdir()
    (controllers[1].folder / "site.yml").write_text(rule, encoding="utf-8")
    plans = [plan(controllers[0]), plan(controllers[1], overlays=["site.yml"])]
    assert plans[0] != plans[1]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs: list[Run] = list(pool.map(lambda controller: controller.play(APPLY), controllers))
    winners = [number for number, run in enumerate(runs) if run.of("apply").status == "ok"]
    assert len(winners) == 1, [run.of("apply").result.get("msg") for run in runs]
    (winner,) = winners
    sentence = runs[1 - winner].sentence("apply")
    assert any(words in sentence for words in ("is stale, the host has moved", "Another change is being", " is now "))
    found = dump(host.registry, MACHINE)
    folded = {path.casefold(): values for path, values in found.items()}
    for operation in plans[winner]:
        kind, data = folded[operation["path"].casefold()][operation["name"]]
        assert (kind, int.from_bytes(data, "little")) == (operation["after"]["kind"], operation["after"]["data"])
    second = controllers[1 - winner].play(APPLY)
    assert "is stale, the host has moved" in second.sentence("apply")
    assert dump(host.registry, MACHINE) == found
    # The winner's plan is done, and asking for it again changes nothing.
    assert not controllers[winner].play(APPLY).result("apply")["changed"]


def test_a_value_that_moves_between_reading_and_writing_stops_the_application(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host, controller = lab.host("ex1"), controller_of(lab)
    plan(controller)
    host.counters.executions.clear()
    host.faults.add("delay", operation="Command", skip=1, seconds=1.0)
    with after_reading(host, lambda: host.registry.set_value(DOTNET, "SchUseStrongCrypto", 4, b"\7\0\0\0")):
        sentence = controller.play(APPLY).sentence("apply")
    assert "SchUseStrongCrypto" in sentence
    assert "REG_DWORD 7" in sentence
    assert host.files.files_in("C:\\ProgramData\\msexchange_tls\\changes") == []
    assert "planned from absent, now REG_DWORD 7" in controller.play(APPLY).sentence("apply")


def test_a_value_that_moves_right_after_the_application_is_a_deviation(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host, controller = lab.host("ex1"), controller_of(lab)
    plan(controller)
    host.counters.executions.clear()
    host.faults.add("delay", operation="Command", skip=2, seconds=1.0)
    with after_writing(host, lambda: host.registry.set_value(DOTNET, "SchUseStrongCrypto", 4, b"\7\0\0\0")):
        run = controller.play(APPLY)
    sentence = run.sentence("apply")
    result = run.of("apply").result
    assert "is written, and the server is not as planned: " in sentence
    assert result["deviations"] == [f"{DOTNET}\\SchUseStrongCrypto: planned REG_DWORD 1, actual REG_DWORD 7"]
    assert result["changed"]
    assert result["change"] in sentence


def test_a_value_that_moves_is_noticed_although_somebody_else_wrote_all_that_was_planned(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host, controller = lab.host("ex1"), controller_of(lab)
    operations = plan(controller)
    host.counters.executions.clear()
    ssl3 = f"{MACHINE}\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\SSL 3.0\\Client"

    def somebody() -> None:
        for path, name, data in [(one["path"], one["name"], one["after"]["data"]) for one in operations]:
            host.registry.create(path)
            host.registry.set_value(path, name, 4, data.to_bytes(4, "little"))
        host.registry.create(ssl3)
        host.registry.set_value(ssl3, "Enabled", 4, b"\7\0\0\0")

    host.faults.add("delay", operation="Command", skip=1, seconds=1.0)
    with after_reading(host, somebody):
        run = controller.play(APPLY)
    assert "somebody wrote the same at the same time, and the server is not as planned" in run.sentence("apply")
    assert [one for one in run.of("apply").result["deviations"] if one.startswith(f"{ssl3}\\Enabled: planned ")]
    assert not run.of("apply").result["changed"]


def test_a_server_that_is_lost_after_the_writing_keeps_the_id_of_the_change_in_the_result(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host, controller = lab.host("ex1"), controller_of(lab)
    plan(controller)
    host.faults.add("cut_before", operation="Command", skip=2)
    run = controller.play(APPLY)
    result = run.of("apply").result
    assert run.of("apply").status in ("unreachable", "failed")
    assert "was not looked at again" in result["msg"]
    assert result["change"] in result["msg"]
    assert not controller.play(APPLY).result("apply")["changed"]


def test_equal_meaning_is_rewritten_on_request_only(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    host, controller = lab.host("ex1"), controller_of(lab)
    controller.play(task("bring", "baseline"))
    tls12 = f"{MACHINE}\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server"
    host.registry.set_value(tls12, "Enabled", 4, b"\xff\xff\xff\xff")
    run = controller.play(
        task("left", "baseline"),
        task("normal", "baseline", {"normalise": True}),
        task("again", "baseline", {"normalise": True}),
    )
    assert not run.result("left")["changed"]
    assert [
        (one["path"], one["name"], one["before"]["data"], one["after"]["data"])
        for one in run.result("normal")["operations"]
    ] == [(tls12, "Enabled", 0xFFFFFFFF, 1)]
    assert not run.result("again")["changed"]
