# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a saved plan fit a host now? Another host's plan and a stale one are two different noes."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.examples import examples
from tools.planned_host import PREPARED, PlannedHost
from tools.random_hosts import STAGE, hosts
from tools.sample_host import SCHANNEL
from tools.saved_plans import MADE_AT, of, record

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    ForeignPlanError,
    GateError,
    HostPlan,
    MissingPlanError,
    OldPlanError,
    PlanFileError,
    StalePlanError,
    deviations,
    plan_for,
    read_age,
    record_of,
    require_age,
    require_gates,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Entry, Member, Operation, make_plan
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import after, read_state

pytestmark = pytest.mark.proves("saved_plan")

DAY = datetime.date(2026, 11, 26)
NOON = datetime.datetime(2026, 11, 26, 12, 0, tzinfo=datetime.timezone.utc)
SSL3 = rf"{SCHANNEL}\Protocols\SSL 3.0\Server"
DOTNET = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"


def ex1(**more: t.Any) -> PlannedHost:
    """A server of which stage prepare writes .NET and WinHTTP values."""
    return PlannedHost("ws2016", "15.1.2507.6", more.pop("registry", {SSL3: {"Enabled": 1}}), **more)


def write(host: PlannedHost, path: str, name: str, data: t.Any, kind: int = 4) -> None:
    """Somebody writes a value, or deletes it."""
    value = None if data is None else RegistryValue(name, kind, data)
    move = Operation("delete_value" if value is None else "set", path, name, None, value)
    host.observation = after(host.observation, [move])


def test_a_plan_fits_the_host_that_it_was_made_from() -> None:
    host = ex1()
    saved = record(host, "prepare")
    assert plan_for(saved, host.state, "plan.json") == host.plan("prepare")


def test_a_restart_and_the_way_into_maintenance_make_no_plan_stale() -> None:
    host = ex1()
    saved = record(host, "prepare")
    host.restart()
    assert plan_for(saved, host.state, "plan.json").operations == saved.plan.operations


@pytest.mark.parametrize(
    ("path", "name", "data", "kind", "words"),
    [
        (SSL3, "Enabled", 0, 4, "Enabled: planned from REG_DWORD 1, now REG_DWORD 0"),
        (SSL3, "Enabled", 0xFFFFFFFF, 4, "Enabled: planned from REG_DWORD 1, now REG_DWORD 0xffffffff"),
        (SSL3, "Enabled", "1", 1, "Enabled: planned from REG_DWORD 1, now REG_SZ 1"),
        (SSL3, "Enabled", None, 4, "Enabled: planned from REG_DWORD 1, now absent"),
        (SSL3, "DisabledByDefault", 1, 4, "DisabledByDefault: planned from absent, now REG_DWORD 1"),
        (DOTNET, "SchUseStrongCrypto", 0, 4, "SchUseStrongCrypto: planned from absent, now REG_DWORD 0"),
    ],
)
def test_a_value_that_moved_is_named_with_both_sides(path: str, name: str, data: t.Any, kind: int, words: str) -> None:
    host = ex1()
    saved = record(host, "prepare")
    write(host, path, name, data, kind)
    with pytest.raises(StalePlanError) as caught:
        plan_for(saved, host.state, "plan.json")
    assert [one for one in caught.value.moved if words in one] == list(caught.value.moved)
    assert words in caught.value.sentence


def test_what_could_not_be_read_then_and_can_now_has_moved() -> None:
    hidden = ex1(denied=[SSL3])
    saved = record(hidden, "prepare")
    assert plan_for(saved, hidden.state, "plan.json") is saved.plan
    with pytest.raises(StalePlanError, match="Enabled: planned from not read, now REG_DWORD 1"):
        plan_for(saved, ex1().state, "plan.json")


def test_another_build_of_exchange_makes_a_plan_stale() -> None:
    saved = record(ex1(), "prepare")
    newer = PlannedHost("ws2016", "15.1.2507.39", {SSL3: {"Enabled": 1}})
    with pytest.raises(StalePlanError, match=r"exchange build: planned from 15\.1\.2507\.6, now 15\.1\.2507\.39"):
        plan_for(saved, newer.state, "plan.json")


def test_a_plan_of_another_computer_is_foreign_and_not_stale() -> None:
    host = ex1()
    saved = record(host, "prepare")
    for other in (dataclasses.replace(saved, computer="EX2"), dataclasses.replace(saved, domain="b.test")):
        with pytest.raises(ForeignPlanError, match=r"it was made for EX\d in .*, this is EX1 in example.test"):
            plan_for(other, host.state, "plan.json")
    with pytest.raises(ForeignPlanError, match="a computer without a name"):
        plan_for(dataclasses.replace(saved, computer=""), host.state, "plan.json")
    assert plan_for(dataclasses.replace(saved, computer="ex1"), host.state, "plan.json") is saved.plan


def test_a_host_that_is_missing_is_told_who_is_there() -> None:
    with pytest.raises(MissingPlanError, match="has no record of it, only of ex1"):
        record_of(of(record(ex1(), "prepare")), "ex2", "plan.json")


def test_after_its_application_a_plan_has_nothing_left_to_do_and_nothing_deviates() -> None:
    host = ex1()
    saved = record(host, "prepare")
    host.apply("prepare")
    assert plan_for(saved, host.state, "plan.json").operations == ()
    assert deviations(saved, host.observation) == ()


def test_half_an_application_is_stale() -> None:
    host = ex1()
    saved = record(host, "prepare")
    host.observation = after(host.observation, saved.plan.operations[:1])
    with pytest.raises(StalePlanError):
        plan_for(saved, host.state, "plan.json")


def test_a_deviation_after_the_application_is_named() -> None:
    host = ex1()
    saved = record(host, "prepare")
    host.apply("prepare")
    write(host, DOTNET, "SchUseStrongCrypto", 0)
    assert deviations(saved, host.observation) == (
        rf"{DOTNET}\SchUseStrongCrypto: planned REG_DWORD 1, actual REG_DWORD 0",
    )


@examples(40)
@given(hosts(), STAGE, st.data())
def test_a_stale_plan_writes_nothing_and_a_plan_after_its_application_is_empty(
    host: PlannedHost, stage: str, data: st.DataObject
) -> None:
    state = host.state
    plan = make_plan(state, host.baseline, stage, members=PREPARED, force=True)
    saved = record(host, stage, plan=plan)
    assert plan_for(saved, state, "plan.json") == plan
    done = read_state(after(state.observation, plan.operations), load())
    assert plan_for(saved, done, "plan.json").operations == ()
    looked_at = [one for one in saved.prior if one.exists is not None]
    place = data.draw(st.sampled_from(looked_at))
    value = RegistryValue(place.name, 4, 77)
    moved = Operation("set", place.path, place.name, None, value)
    with pytest.raises(StalePlanError) as caught:
        plan_for(saved, read_state(after(state.observation, [moved]), load()), "plan.json")
    assert any(one.startswith(f"{place.path}\\{place.name}: planned from ") for one in caught.value.moved)


def forged(saved: HostPlan, entry: Entry) -> HostPlan:
    """A record whose first writing entry was replaced, as by somebody who knows how to make a digest."""
    entries = list(saved.plan.entries)
    entries[next(number for number, one in enumerate(entries) if one.operations)] = entry
    return dataclasses.replace(saved, plan=dataclasses.replace(saved.plan, entries=tuple(entries)))


RUN = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"
LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002"


@pytest.mark.proves("hostile_answers")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"setting": "autostart.run"}, "There is no setting 'autostart.run'."),
        ({"path": RUN}, "which is no place of the setting"),
        ({"after": RegistryValue("x", 1, "calc.exe")}, "would be of another kind than Windows reads there"),
        ({"after": RegistryValue("x", 3, b"\x01", True)}, "would be of another kind than Windows reads there"),
        (
            {"setting": "cipher_suites.local", "path": LOCAL, "name": "Functions"},
            "cipher_suites.local is never written",
        ),
        ({"before": RegistryValue("x", 4, 5)}, "observed was another value"),
        ({"stage": "tls13"}, "writes in stage 'tls13', asked for was 'prepare'"),
    ],
)
def test_a_forged_plan_writes_nothing_but_what_a_planner_would_write(change: dict[str, t.Any], words: str) -> None:
    host = ex1()
    saved = record(host, "prepare")
    entry = next(one for one in saved.plan.entries if one.operations)
    of_operation = {name: value for name, value in change.items() if name in ("path", "name", "before", "after")}
    of_entry = {name: value for name, value in change.items() if name not in of_operation}
    operation = dataclasses.replace(entry.operations[0], **of_operation)
    bad = dataclasses.replace(entry, **of_entry, operations=(operation,))
    with pytest.raises(PlanFileError, match="is not one that this collection makes") as caught:
        plan_for(forged(saved, bad), host.state, "plan.json")
    assert words in caught.value.sentence


OVERLAY = """
exceptions:
  - rule: tls_1_0.server
    owner: Mail team
    reason: The scanner of the third floor sends with TLS 1.0 until it is replaced.
    ticket: CHG1
    until: 2026-12-31
"""


def test_an_exception_that_ended_since_closes_the_plan() -> None:
    host = ex1(overlays=[OVERLAY])
    saved = record(host, "prepare")
    require_gates(saved, host.state, None, DAY)
    require_gates(saved, host.state, None, datetime.date(2026, 12, 31))
    with pytest.raises(GateError, match=r"The exception for tls_1_0\.server has ended on 2026-12-31"):
        require_gates(saved, host.state, None, datetime.date(2027, 1, 1))


def test_the_organisation_is_asked_again_where_the_plan_writes_its_stage() -> None:
    host = ex1()
    host.apply("obsolete")
    host.restart()
    host.apply("obsolete")
    host.restart()
    saved = record(host, "retire")
    assert {entry.stage for entry in saved.plan.entries if entry.operations} == {"retire"}
    require_gates(saved, host.state, PREPARED, DAY)
    for members in (None, {**PREPARED, "EX3": Member("EX3", False, "")}):
        with pytest.raises(GateError):
            require_gates(saved, host.state, members, DAY)


@pytest.mark.parametrize(("text", "hours"), [("30m", 0.5), ("12h", 12), ("7d", 168), ("2w", 336), (" 1 d ", 24)])
def test_ages_are_numbers_of_minutes_hours_days_or_weeks(text: str, hours: float) -> None:
    assert read_age(text) == datetime.timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "1y", "7 days", "1" * 30 + "d", "७d"])
def test_other_ages_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no age; write 30m, 12h, 7d or 2w"):
        read_age(text)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (-0.05, ""),
        (-1, "which is not yet"),
        (24 * 7, ""),
        (24 * 7 + 0.01, "7 days ago; it may be 7 days old"),
        (24 * 30, "30 days ago"),
    ],
)
def test_a_plan_is_applied_only_while_it_is_fresh(hours: float, words: str) -> None:
    plans = of(record(ex1(), "prepare"))
    made_at = datetime.datetime.fromisoformat(MADE_AT.replace("Z", "+00:00"))
    now = made_at + datetime.timedelta(hours=hours)
    if not words:
        require_age(plans, now, datetime.timedelta(days=7), "plan.json")
        return
    with pytest.raises(OldPlanError) as caught:
        require_age(plans, now, datetime.timedelta(days=7), "plan.json")
    assert words in caught.value.sentence
