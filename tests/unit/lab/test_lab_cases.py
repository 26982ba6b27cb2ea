# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The random cases on which the engines are compared: what they go through, and that each can be had again."""

from __future__ import annotations

import typing as t

import pytest
from lab.cases import ROOT, USER, Case
from lab.comparison import Both, comparable, whole_characters
from lab.engines import Comparison, Nowhere, emulated_host, tally

pytestmark = [pytest.mark.proves("emulation_equal")]

#: As many as `make test` gives to both engines.
STATES = 500

#: What so many cases hold, at the least.
AT_LEAST = {
    "keys with a slash": 100,
    "keys of a user": 200,
    **{f"values of kind {kind}": 60 for kind in (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 99, 0xFFFFFFFF)},
    "values malformed": 400,
    "values without a name": 30,
    "values with a name beyond ASCII": 500,
    "values with a long name": 50,
    "values with half a surrogate pair in the name": 25,
    "values without data": 100,
    "values longer than 1 KB": 25,
    "host_read answered": 700,
    "host_read refused arguments": 30,
    "host_read for named keys below": 200,
    "keys told as denied": 20,
    "host_write written": 150,
    "host_write mismatch": 80,
    "host_write unchanged": 80,
    "host_write refused": 10,
    "host_write put_back": 10,
    "host_write refused arguments": 80,
    "host_write in check mode": 40,
    "journals with created keys": 50,
    "journals": 110,
    "set written": 200,
    "set mismatch": 30,
    "set failed": 15,
    "set put_back": 5,
    "delete_value written": 25,
    "delete_value mismatch": 5,
    "delete_value failed": 2,
    "delete_value put_back": 1,
    "delete_key written": 15,
    "delete_key mismatch": 50,
    "delete_key failed": 2,
}


def asked(number: int) -> list[t.Any]:
    both = Both(Nowhere(), emulated_host())
    Case(number).put(both)
    return [both.state, [(exchange.script, exchange.args, exchange.answer) for exchange in both.asked]]


def test_the_cases_of_make_test_hold_everything_that_the_engines_can_be_asked() -> None:
    found = tally(range(STATES))
    assert found["states"] == STATES
    assert {name: found[name] for name, count in AT_LEAST.items() if found[name] < count} == {}


def test_a_case_is_had_again_by_its_number() -> None:
    assert asked(7) == asked(7)
    assert asked(7) != asked(8)


def test_no_case_leaves_the_keys_that_are_cleaned_up() -> None:
    for number in range(60):
        state, questions = asked(number)
        assert all(path.startswith((ROOT, USER)) for path, *_rest in state)
        for script, args, answer in questions:
            if script == "host_write" and answer.get("status") == "written":
                assert all(item["path"].startswith((ROOT, USER)) for item in args["operations"])


def test_an_answer_that_differs_in_anything_but_the_moment_is_told() -> None:
    answer = {"now": "1", "keys": [{"written": "5", "values": [{"name": "x", "kind": 4, "data": 1}]}]}
    later = {"now": "2", "keys": [{"written": "6", "values": [{"name": "x", "kind": 4, "data": 1}]}]}
    other = {"now": "1", "keys": [{"written": "5", "values": [{"name": "x", "kind": 3, "data": 1}]}]}
    assert comparable(answer) == comparable(later)
    assert comparable(answer) != comparable(other)


def test_of_a_reason_only_the_words_of_windows_are_left_out() -> None:
    one = {"reason": "x could not be written: Access is denied.", "operations": [{"text": "Access is denied."}]}
    two = {"reason": "x could not be written: Zugriff verweigert", "operations": [{"text": "Zugriff verweigert"}]}
    assert comparable(one) == comparable(two)
    assert comparable({**one, "reason": "y could not be written: Access is denied."}) != comparable(two)


class _Liar:
    """A driver whose host has another value in its registry than the emulated one."""

    def __init__(self) -> None:
        self.steps: list[t.Any] = []

    def send(self, steps: list[t.Any]) -> None:
        self.steps = steps

    def receive(self) -> list[t.Any]:
        return [self._answer(step) for step in self.steps]

    @staticmethod
    def _answer(step: t.Any) -> t.Any:
        if step["do"] in ("host_read", "host_write"):
            return {"types": ["String"], "output": ["{}"]}
        return [] if step["do"] == "script" else None


def test_a_comparison_tells_a_difference_with_the_number_of_the_case() -> None:
    differences = list(Comparison(_Liar()).run([3]))
    assert {difference.case for difference in differences} == {3}
    assert {difference.script for difference in differences} >= {"host_read", "host_write"}
    assert "case 3, host_read" in str(differences[0])


def test_half_a_surrogate_pair_arrives_as_json_delivers_it() -> None:
    assert whole_characters({"a": ["\ud800x", 1]}) == {"a": ["\ufffdx", 1]}
