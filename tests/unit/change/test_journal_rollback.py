# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way back brings back what was there, byte for byte, and touches nothing else."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.written_host import ROOT, Tree, Wanted, WrittenHost

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import Rollback, rollback, unread
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import KeyRequest

pytestmark = pytest.mark.proves("rollback_exact")

KEYS = [ROOT, rf"{ROOT}\a", rf"{ROOT}\a\b", rf"{ROOT}\a\b\RC4 128/128", rf"{ROOT}\c"]
NAMES = ["Enabled", "DisabledByDefault", "", "\u00e4\ud800"]
ONE, ZERO = (4, b"\1\0\0\0"), (4, bytes(4))

contents = st.one_of(
    st.sampled_from(
        [ONE, ZERO, (1, b"1\0\0\0"), (1, b"cut"), (7, b"\0\0"), (7, b"\0\0\0\0"), (11, bytes(8)), (0, b"")]
    ),
    st.tuples(st.integers(0, 0xFFFFFFFF).filter(lambda kind: kind != 6), st.binary(max_size=9)),
)
trees = st.dictionaries(
    st.sampled_from(KEYS), st.dictionaries(st.sampled_from(NAMES), contents, max_size=3), max_size=4
)
writes = st.builds(Wanted, st.sampled_from(KEYS), st.sampled_from(NAMES), st.one_of(st.none(), contents))
changes = st.lists(writes, min_size=1, max_size=6, unique_by=lambda one: (one.path, one.name))


def back(host: WrittenHost, *ids: str, **options: t.Any) -> Rollback:
    """The way back for these changes, newest first."""
    found = [change for change in reversed(host.journal) if change.id in ids]
    return rollback(found, host.observe(), **options)


@given(trees, changes)
@settings(max_examples=400, deadline=None)
def test_what_a_change_did_is_undone_and_what_the_way_back_did_can_be_undone(tree: Tree, wanted: list[Wanted]) -> None:
    host = WrittenHost(tree)
    before = host.snapshot()
    change = host.change(wanted)
    between = host.snapshot()
    way = back(host, change)
    assert (way.conflicts, way.kept_keys, way.missing) == ((), (), ())
    undone = host.write(way.operations)
    assert host.tree == before
    host.write(back(host, undone).operations)
    assert host.tree == between


@given(trees, st.lists(changes, min_size=2, max_size=5), st.data())
@settings(max_examples=300, deadline=None)
def test_all_changes_after_a_point_go_back_at_once_and_every_value_is_written_once(
    tree: Tree, rows: list[list[Wanted]], data: st.DataObject
) -> None:
    host = WrittenHost(tree)
    stood = [host.snapshot()]
    ids = []
    for wanted in rows:
        ids.append(host.change(wanted))
        stood.append(host.snapshot())
    point = data.draw(st.integers(0, len(rows)))
    way = back(host, *ids[point:])
    places = [(one.path, one.name, one.op == "delete_key") for one in way.operations]
    assert len(set(places)) == len(places)
    assert way.conflicts == ()
    host.write(way.operations)
    assert host.tree == stood[point]


@given(trees, changes, st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_a_change_that_lost_power_goes_back_as_far_as_it_got(tree: Tree, wanted: list[Wanted], written: int) -> None:
    host = WrittenHost(tree)
    before = host.snapshot()
    change = host.change(wanted, stop_after=written)
    way = back(host, change)
    assert way.conflicts == ()
    host.write(way.operations)
    assert host.tree == before
    assert back(host, change).operations == ()


@given(trees, changes, st.lists(writes, min_size=1, max_size=4))
@settings(max_examples=400, deadline=None)
def test_what_somebody_else_wrote_since_is_named_and_never_touched(
    tree: Tree, wanted: list[Wanted], foreign: list[Wanted]
) -> None:
    host = WrittenHost(tree)
    before = host.snapshot()
    change = host.change(wanted)
    ours = {(one.path, one.name): one for one in host.journal[-1].operations}
    for one in foreign:
        host.put(one)
    then = host.snapshot()
    way = back(host, change)
    named = {(one.path, one.name) for one in way.conflicts}
    assert named <= set(ours)
    host.write(way.operations)
    for path in {*before, *then}:
        for name in {*before.get(path, {}), *then.get(path, {})}:
            was, moved, now = (where.get(path, {}).get(name) for where in (before, then, host.tree))
            assert now == (moved if (path, name) in named or (path, name) not in ours else was)


@given(trees, st.lists(changes, min_size=2, max_size=4), st.lists(writes, max_size=3))
@settings(max_examples=200, deadline=None)
def test_several_changes_at_once_end_where_one_after_the_other_ends(
    tree: Tree, rows: list[list[Wanted]], foreign: list[Wanted]
) -> None:
    at_once, in_turn = WrittenHost(tree), WrittenHost(tree)
    ids = []
    for number, wanted in enumerate(rows):
        for host in (at_once, in_turn):
            last = host.change(wanted)
            if number < len(foreign):
                host.put(foreign[number])
        ids.append(last)
    at_once.write(back(at_once, *ids).operations)
    for change in reversed(ids):
        in_turn.write(back(in_turn, change).operations)
    values = [
        {(path, name): content for path, row in host.tree.items() for name, content in row.items()}
        for host in (at_once, in_turn)
    ]
    assert values[0] == values[1]


def off(path: str) -> list[Wanted]:
    return [Wanted(path, "Enabled", ZERO), Wanted(path, "DisabledByDefault", ONE)]


def test_keys_that_the_change_made_go_with_it_the_innermost_first() -> None:
    host = WrittenHost({})
    way = back(host, host.change([Wanted(KEYS[3], "Enabled", ZERO)]))
    assert [(one.op, one.path) for one in way.operations] == [
        ("delete_value", KEYS[3]),
        ("delete_key", KEYS[3]),
        ("delete_key", KEYS[2]),
        ("delete_key", KEYS[1]),
    ]


def test_a_key_that_was_there_before_stays_though_it_is_empty() -> None:
    host = WrittenHost({KEYS[1]: {}})
    way = back(host, host.change([Wanted(KEYS[1], "Enabled", ZERO)]))
    assert [one.op for one in way.operations] == ["delete_value"]


def test_a_key_that_the_change_made_stays_when_somebody_put_something_into_it() -> None:
    host = WrittenHost({})
    change = host.change([Wanted(KEYS[2], "Enabled", ZERO)])
    host.put(Wanted(KEYS[2], "Theirs", ONE))
    way = back(host, change)
    assert [one.op for one in way.operations] == ["delete_value"]
    assert way.kept_keys == (KEYS[1], KEYS[2])


def test_an_empty_key_that_we_deleted_and_nothing_brings_back_is_said() -> None:
    host = WrittenHost({})
    change = host.change([Wanted(KEYS[1], "Enabled", ZERO)])
    host.put(Wanted(KEYS[1], "Enabled", None))
    undone = host.write(back(host, change).operations)
    assert back(host, undone).missing == (KEYS[1],)


def test_of_a_setting_with_two_values_none_goes_back_when_one_was_changed_since() -> None:
    host = WrittenHost({KEYS[1]: {"Enabled": ONE}})
    change = host.change(off(KEYS[1]))
    host.put(Wanted(KEYS[1], "Enabled", (4, b"\7\0\0\0")))
    way = back(host, change, groups=[[(KEYS[1].upper(), "ENABLED"), (KEYS[1], "DisabledByDefault")]])
    assert way.operations == ()
    assert [(one.name, one.partner) for one in way.conflicts] == [("Enabled", False), ("DisabledByDefault", True)]
    assert len(back(host, change).operations) == 1


def test_a_conflict_with_a_later_change_of_ours_names_it() -> None:
    host = WrittenHost({KEYS[1]: {"Enabled": ONE}})
    first = host.change([Wanted(KEYS[1], "Enabled", ZERO)])
    second = host.change([Wanted(KEYS[1], "Enabled", (4, b"\2\0\0\0"))])
    (conflict,) = back(host, first, later=host.journal).conflicts
    assert (conflict.change, conflict.by) == (first, second)
    host.put(Wanted(KEYS[1], "Enabled", (4, b"\3\0\0\0")))
    (conflict,) = back(host, first, later=host.journal).conflicts
    assert conflict.by == ""


def test_a_value_with_the_same_number_and_another_kind_was_changed_since() -> None:
    host = WrittenHost({KEYS[1]: {"Enabled": ONE}})
    change = host.change([Wanted(KEYS[1], "Enabled", ZERO)])
    host.put(Wanted(KEYS[1], "Enabled", (3, bytes(4))))
    assert len(back(host, change).conflicts) == 1


def test_a_value_that_was_not_read_is_asked_for_and_without_an_answer_left_alone() -> None:
    host = WrittenHost({KEYS[1]: {"Enabled": ONE}})
    change = host.change([Wanted(KEYS[1], "Enabled", ZERO), Wanted(KEYS[3], "Enabled", ZERO)])
    nothing = dataclasses.replace(host.observe(), keys=(), asked=())
    assert unread(host.journal, nothing) == (KEYS[1], KEYS[3], KEYS[2])
    way = rollback([host.journal[0]], nothing)
    assert (way.changes, way.operations) == ((change,), ())
    assert {one.path for one in way.conflicts} == {KEYS[1], KEYS[3]}
    assert unread(host.journal, host.observe()) == ()


def test_a_key_that_the_change_made_is_asked_for_until_all_that_may_be_in_it_is_known() -> None:
    host = WrittenHost({})
    change = host.change([Wanted(KEYS[1], "Enabled", ZERO)])
    for asked in (KeyRequest(ROOT, 1), KeyRequest(KEYS[1], 1, ("Enabled",))):
        partly = dataclasses.replace(host.observe(), asked=(asked,))
        assert unread(host.journal, partly) == (KEYS[1],)
        assert rollback(host.journal, partly).kept_keys == (KEYS[1],)
    known = dataclasses.replace(host.observe(), asked=(KeyRequest(ROOT, 2),))
    assert unread(host.journal, known) == ()
    assert rollback([one for one in host.journal if one.id == change], known).kept_keys == ()


def test_a_restart_is_owed_as_by_the_changes_that_go_back() -> None:
    host = WrittenHost({})
    first = host.change([Wanted(KEYS[1], "Enabled", ZERO)], reboot_required=False)
    second = host.change([Wanted(KEYS[4], "Enabled", ZERO)])
    assert not back(host, first).reboot_required
    assert back(host, first, second).reboot_required
