# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answer of host_write means for the task."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._task.outcome import ChangeError, check_outcome, show_state

pytestmark = pytest.mark.proves("host_failures")

OPERATIONS = [
    {
        "op": "set",
        "path": "HKEY_LOCAL_MACHINE\\A",
        "name": "Enabled",
        "kind": 4,
        "data": 0,
        "expect": {"exists": True, "kind": 4, "data": 1},
    },
    {"op": "delete_key", "path": "HKEY_LOCAL_MACHINE\\B", "expect": {"exists": True}},
]


def answer(status: str, *statuses: str, **more: t.Any) -> dict[str, t.Any]:
    entries = [{"index": index, "status": word} for index, word in enumerate(statuses)]
    return {"contract": 1, "status": status, "reason": "", "operations": entries, **more}


def error(raw: dict[str, t.Any]) -> ChangeError:
    with pytest.raises(ChangeError) as caught:
        check_outcome(raw, "ex01", OPERATIONS)
    assert caught.value.sentence.startswith("ex01: ")
    return caught.value


@pytest.mark.parametrize(
    ("status", "statuses"),
    [
        ("written", ("written", "written")),
        ("written", ("written", "not_written")),  # the second one was there already
        ("unchanged", ("not_written", "not_written")),
    ],
)
def test_a_change_of_which_every_value_is_there_is_done(status: str, statuses: tuple[str, ...]) -> None:
    check_outcome(answer(status, *statuses), "ex01", OPERATIONS)


@pytest.mark.parametrize("statuses", [(), ("written",), ("written", "failed"), ("written", "written", "written")])
def test_a_change_is_not_done_while_a_single_value_is_unaccounted_for(statuses: tuple[str, ...]) -> None:
    caught = error(answer("written", *statuses))
    assert "of 2 values" in caught.sentence
    assert not caught.is_back


def test_a_mismatch_names_what_was_expected_and_what_is_there() -> None:
    raw = answer("mismatch", "mismatch", "not_written", reason="Nothing was written, because 1 of 2 targets differ")
    raw["operations"][0]["found"] = {"exists": True, "kind": 1, "data": "{0}"}
    caught = error(raw)
    assert caught.is_back
    assert caught.sentence == (
        "ex01: Nothing was written, because 1 of 2 targets differ. There Enabled was REG_DWORD 1 and is now "
        "REG_SZ {0}. Run the task again: it reads the server anew."
    )


@pytest.mark.parametrize("status", ["refused", "put_back"])
def test_what_left_the_host_as_it_was_says_why(status: str) -> None:
    caught = error(answer(status, "not_written", "not_written", reason="Another change is being written.\r\n"))
    assert caught.is_back
    assert caught.sentence == "ex01: Another change is being written."


def test_a_key_that_may_not_be_written_is_named_with_what_windows_says_and_the_host_is_as_it_was() -> None:
    # A deleted key has no name of a value, which leaves two spaces; the words of Windows bring their own full stop.
    why = "Everything was put back, because HKEY_LOCAL_MACHINE\\B  could not be written: Access is denied."
    caught = error(answer("put_back", "put_back", "failed", reason=why))
    assert caught.is_back
    assert caught.sentence == (
        "ex01: Everything was put back, because HKEY_LOCAL_MACHINE\\B could not be written: Access is denied."
    )


def test_what_could_not_be_put_back_says_where_the_old_values_are() -> None:
    journal = "C:\\ProgramData\\msexchange_tls\\changes\\x.json"
    caught = error(answer("put_back_failed", "failed", "not_written", reason="NOT everything is back", journal=journal))
    assert not caught.is_back
    assert journal in caught.sentence
    assert "undo" in caught.sentence


def test_a_status_from_the_future_is_no_success() -> None:
    assert not error(answer("half_written", "written", "written")).is_back


def test_a_state_is_shown_with_kind_and_data() -> None:
    assert show_state({"exists": False}) == "absent"
    assert show_state({"exists": True, "kind": 99, "data": "AA=="}) == "kind 99 AA=="
    assert show_state(None) == "something else"


values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.lists(st.integers())
    | st.dictionaries(st.text(), st.none())
)
entries = st.lists(st.dictionaries(st.sampled_from(["index", "status", "found"]), values) | values)


@given(
    st.fixed_dictionaries(
        {"status": st.sampled_from(["written", "mismatch", "refused", "put_back_failed"]) | values},
        optional={"reason": values, "operations": entries | values, "journal": values},
    )
)
def test_no_answer_whatever_passes_or_ends_in_anything_but_a_printable_sentence(raw: dict[str, t.Any]) -> None:
    sentence = error(raw).sentence
    assert sentence.isprintable()
