# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text in our sentences."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._words import LIMIT, first_line, one_line, plain_data

pytestmark = pytest.mark.proves("hostile_answers")

# Text as a host may send it: colours, controls, braces, lone surrogates, line breaks.
hostile = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b[]{}%;m0123\r\n\t\0\x07\x9b"), st.characters(categories=["Cs"]))
)


@given(hostile)
def test_any_text_becomes_one_printable_line_of_bounded_length(text: str) -> None:
    line = one_line(text)
    assert len(line) <= LIMIT
    assert line.isprintable()
    line.encode("utf-8")


@given(hostile)
def test_the_first_line_never_reaches_into_the_next(text: str) -> None:
    assert "SECOND" not in first_line("first\n" + text.replace("\n", " ") + "\nSECOND")


def test_colours_and_the_position_of_an_error_are_left_out() -> None:
    text = (
        "\x1b[31;1mGet-Item: \x1b[0mCannot find path 'HKLM:\\{x}'.\r\n"
        "At line:1 char:1\r\n+ Get-Item HKLM:\\{x}\r\n+ ~~~~~~~~\r\n    + CategoryInfo          : ObjectNotFound\r\n"
    )
    assert one_line(text) == "Get-Item: Cannot find path 'HKLM:\\{x}'"


def test_braces_and_percent_signs_stay_as_they_are() -> None:
    assert one_line("{{ lookup('pipe', 'id') }} %s {0}") == "{{ lookup('pipe', 'id') }} %s {0}"


def test_a_long_text_is_cut_where_it_says_so() -> None:
    assert one_line("x" * 1000, 20) == "x" * 14 + " [...]"


def test_a_cut_text_ends_with_a_whole_word_and_reads_well_before_a_full_stop() -> None:
    assert one_line("use a local user account to connect using basic authentication", 40) + "." == (
        "use a local user account to [...]."
    )


def test_the_first_line_is_the_first_that_holds_anything() -> None:
    assert first_line("\r\n \x1b[0m\r\nWelcome to EX01.\r\nPlease log off.") == "Welcome to EX01"
    assert first_line("\n \n") == ""


class Tagged(str):
    """Stands for the many subclasses of str that Ansible hands out; some do not let go of their bytes either."""

    __slots__ = ()

    def encode(self, *arguments: str) -> TaggedBytes:  # type: ignore[override]
        return TaggedBytes(str.encode(self, *arguments))


class TaggedBytes(bytes):
    """See above."""

    __slots__ = ()

    def decode(self, *arguments: str) -> Tagged:  # type: ignore[override]
        return Tagged(bytes.decode(self, *arguments))


def test_plain_data_leaves_subclasses_of_text_and_odd_containers_behind() -> None:
    plain = plain_data({Tagged("a"): (Tagged("b"), True, None, 1.5, {"c": 3}), 7: object})
    assert plain["a"] == ["b", True, None, 1.5, {"c": 3}]
    assert {type(name) for name in plain} == {str}
    assert {type(plain["a"][0]), type(plain["7"])} == {str}


def test_a_lone_surrogate_becomes_printable_unless_the_exact_text_is_wanted() -> None:
    assert plain_data("a\ud800b") == "a\\ud800b"
    assert plain_data("a\ud800b", exact=True) == "a\ud800b"


@given(st.recursive(st.none() | st.booleans() | st.integers() | hostile, st.lists))
def test_plain_data_of_json_is_the_same_json_when_exact(value: object) -> None:
    assert json.dumps(plain_data(value, exact=True)) == json.dumps(value)
