# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes a person means is understood or refused with what there is."""

from __future__ import annotations

import pytest
from tools.registry import change

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    NoChangeError,
    chosen_after,
    chosen_change,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeHeader, iso_to_filetime

pytestmark = pytest.mark.proves("rollback_exact")


def begun(moment: str, name: str, state: str = "closed") -> ChangeHeader:
    return change(name, state=state, started=None if state == "torn" else iso_to_filetime(moment), error="cut off")


FIRST = begun("2026-11-26T08:00:00Z", "20261126t080000z-aaaaaaaa")
SECOND = begun("2026-11-26T09:00:00Z", "20261126t090000z-bbbbbbbb")
THIRD = begun("2026-11-26T10:00:00Z", "20261126t100000z-cccccccc", "open")
JOURNAL = (SECOND, THIRD, FIRST)
TORN = begun("", "20261126t093000z-dddddddd", "torn")
TORN_WITHOUT_TIME = begun("", "by-hand-0001", "torn")


def refused(journal: tuple[ChangeHeader, ...], **by: str) -> str:
    (how,), (point,) = by.keys(), by.values()
    with pytest.raises(NoChangeError) as caught:
        {"change": chosen_change, "after": chosen_after}[how](journal, point)
    return str(caught.value)


def test_a_change_is_chosen_by_its_id() -> None:
    assert chosen_change(JOURNAL, SECOND.id) == (SECOND,)


@pytest.mark.parametrize(
    ("point", "chosen"),
    [
        (FIRST.id, (THIRD, SECOND)),
        (SECOND.id, (THIRD,)),
        (THIRD.id, ()),
        ("2026-11-26T08:30:00Z", (THIRD, SECOND)),
        ("2026-11-26T09:00:00Z", (THIRD,)),
        ("2026-11-26T10:30:00+02:00", (THIRD, SECOND)),
        ("2026-11-26", (THIRD, SECOND, FIRST)),
        ("2027-01-01", ()),
    ],
)
def test_what_began_after_a_change_or_a_moment_is_chosen_newest_first(
    point: str, chosen: tuple[ChangeHeader, ...]
) -> None:
    assert chosen_after(JOURNAL, point) == (chosen, ())


def test_an_unknown_change_is_refused_with_the_newest_that_there_are() -> None:
    message = refused(JOURNAL, change="20261126t080000z-aaaaaaab")
    assert "there is no change 20261126t080000z-aaaaaaab" in message
    assert f"The newest there are {THIRD.id} (2026-11-26T10:00:00Z), {SECOND.id}" in message
    assert "No change was journalled there" in refused((), change="x")


@pytest.mark.parametrize(
    "point", ["", "yesterday", "2026-13-45", "0000-00-00", "20261126t080000z-xxxxxxxx", "\x1b[31m"]
)
def test_what_is_neither_a_change_nor_a_moment_is_refused(point: str) -> None:
    message = refused(JOURNAL, after=point)
    assert "is neither a change on this host nor a moment like" in message
    assert message.isprintable()


def test_a_torn_change_has_no_way_back_and_the_message_points_to_the_file_beside_it() -> None:
    message = refused((*JOURNAL, TORN), change=TORN.id)
    assert f"the journal of the change {TORN.id} cannot be read" in message
    assert "cut off. " in message
    assert ".reg file" in message


def test_a_torn_change_after_the_point_refuses_all_and_one_before_it_nothing() -> None:
    assert TORN.id in refused((*JOURNAL, TORN), after=SECOND.id)
    assert chosen_after((*JOURNAL, TORN), "2026-11-26T09:45:00Z") == ((THIRD,), ())


def test_a_torn_change_that_tells_no_time_counts_as_after_the_point() -> None:
    assert TORN_WITHOUT_TIME.id in refused((*JOURNAL, TORN_WITHOUT_TIME), after="2027-01-01")


def test_a_torn_change_can_be_left_and_is_told() -> None:
    assert chosen_after((*JOURNAL, TORN), SECOND.id, leave_torn=True) == ((THIRD,), (TORN,))


def test_a_torn_change_is_no_point_unless_its_id_tells_the_time() -> None:
    assert chosen_after((*JOURNAL, TORN), TORN.id) == ((THIRD,), ())
    assert "tells no time" in refused((*JOURNAL, TORN_WITHOUT_TIME), after=TORN_WITHOUT_TIME.id)
