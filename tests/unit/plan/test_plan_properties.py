# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold of every plan, whatever stands in the registry."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.examples import examples
from tools.planned_host import PREPARED, PlannedHost
from tools.random_hosts import STAGE, hosts

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Act, Plan, Verdict, check_plan, make_plan
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, after, read_state

pytestmark = pytest.mark.proves("least_written")


def plan_of(host: PlannedHost, stage: str, *, force: bool = True) -> tuple[State, Plan]:
    """The plan, with the state that it was made from."""
    state = host.state
    return state, make_plan(state, host.baseline, stage, members=PREPARED, force=force)


quick = examples(60)


@quick
@given(hosts(), STAGE, st.booleans())
def test_the_guard_has_nothing_to_say_about_any_plan(host: PlannedHost, stage: str, force: bool) -> None:
    state, plan = plan_of(host, stage, force=force)
    assert check_plan(state, host.baseline, plan) == ()


@quick
@given(hosts(), STAGE)
def test_a_second_plan_after_the_first_has_no_operations(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    planned = read_state(after(state.observation, plan.operations), state.catalogue)
    again = make_plan(planned, host.baseline, stage, members=PREPARED, force=True)
    first = {(one.path, one.name) for one in plan.operations}
    assert {(one.path, one.name) for one in again.operations} & first == set()
    if plan.reboot_required:
        assert again.operations == ()


@quick
@given(hosts(), STAGE)
def test_a_host_comes_to_rest_and_stays_there(host: PlannedHost, stage: str) -> None:
    for _run in range(8):
        if not host.apply(stage, force=True).operations:
            break
        host.restart()
    else:
        raise AssertionError("the host does not come to rest")
    host.restart()
    assert host.plan(stage, force=True).operations == ()


@quick
@given(hosts(), STAGE)
def test_no_operation_can_be_left_out(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    for skipped in plan.operations:
        others = [one for one in plan.operations if one is not skipped]
        planned = read_state(after(state.observation, others), state.catalogue)
        again = make_plan(planned, host.baseline, stage, members=PREPARED, force=True)
        places = {(one.path, one.name) for one in again.operations}
        half = [one for one in plan.operations if one.path == skipped.path and one.name != skipped.name]
        assert (skipped.path, skipped.name) in places or half


@quick
@given(hosts(), STAGE)
def test_values_that_no_rule_is_about_survive(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    written = {(one.path.casefold(), one.name.casefold()) for one in plan.operations}
    planned = after(state.observation, plan.operations)
    for key in state.observation.walk():
        for value in key.values:
            if (key.path.casefold(), value.name.casefold()) not in written:
                assert planned.value(key.path, value.name) == value


@quick
@given(hosts(), STAGE)
def test_what_was_not_read_is_neither_written_nor_passed(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    for one in plan.entries:
        places = load().settings[one.setting].places
        if any(not state.observation.was_read(place.key, place.name) for place in places):
            assert one.operations == ()
            assert one.verdict in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.EXEMPT)


@quick
@given(hosts(), STAGE)
def test_a_suite_list_is_never_empty_never_too_long_and_known_to_this_windows(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    for operation in plan.operations:
        if operation.name == "Functions" and operation.after is not None:
            assert isinstance(operation.after, RegistryValue)
            assert isinstance(operation.after.data, str)
            assert 0 < len(operation.after.data) <= 1023
            assert state.identity.os is not None
            known = load().suites_of(state.identity.os.id, state.identity.build)
            assert known is not None
            assert set(operation.after.data.split(",")) <= known.known


@quick
@given(hosts(), STAGE)
def test_check_mode_predicts_the_meaning_that_is_read_afterwards(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    planned = read_state(after(state.observation, plan.operations), state.catalogue)
    for one in plan.entries:
        if one.act is Act.SET:
            found = planned.settings[one.setting].configured
            assert (list(found) if isinstance(found, tuple) else found) == one.after
        if one.act is Act.DELETE:
            assert planned.settings[one.setting].configured is None


@quick
@given(hosts(), STAGE)
def test_a_plan_is_the_same_when_it_is_made_again(host: PlannedHost, stage: str) -> None:
    state, plan = plan_of(host, stage)
    assert make_plan(state, host.baseline, stage, members=PREPARED, force=True) == plan
    assert dataclasses.replace(plan) == plan
