# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading YAML: every place is true, nothing is passed over in silence, and a hostile file ends in a sentence."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Problem, load_profile, read_overlay
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import (
    DEEPEST_NESTING,
    LARGEST_FILE,
    Mapping,
    Node,
    Scalar,
    Sequence,
    read_yaml,
)

pytestmark = pytest.mark.proves("baselines")

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**32) | st.text(st.characters(categories=["L", "N", "P", "Zs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefg_", min_size=1), inner, max_size=4),
    max_leaves=12,
)


def plain(node: Node) -> object:
    """The tree without its places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {str(key.value): plain(value) for key, value in node.entries}


@given(PLAIN)
def test_what_json_says_is_read_the_same(data: object) -> None:
    root, problems = read_yaml(json.dumps({"data": data}, ensure_ascii=False), "file.yml")
    assert problems == ()
    assert root is not None
    assert plain(root) == {"data": data}


@given(st.text())
def test_any_text_ends_in_a_tree_or_in_problems_with_places(text: str) -> None:
    root, problems = read_yaml(text, "file.yml")
    assert root is not None or problems
    assert all(problem.place is not None and problem.place.line >= 1 for problem in problems)


def test_places_point_at_the_first_letter() -> None:
    root, _problems = read_yaml("one: 1\ntwo:\n  - a\n  -   b\n", "file.yml")
    assert isinstance(root, Mapping)
    assert str(root.key_place("two")) == "file.yml:2:1"
    items = root.get("two")
    assert isinstance(items, Sequence)
    assert [str(item.place) for item in items.items] == ["file.yml:3:5", "file.yml:4:7"]


def ids(text: str) -> list[tuple[str, str]]:
    """(place, id) of every problem."""
    return [(str(problem.place).removeprefix("f:"), problem.id) for problem in read_yaml(text, "f")[1]]


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "Yes", "NO", "On", "y", "N"])
def test_a_boolean_of_yaml_1_1_is_an_error_where_it_stands(word: str) -> None:
    assert ids(f"a: b\nwant: {word}\n") == [("2:7", "yaml-boolean")]
    assert ids(f"a: b\nwant: '{word}'\n") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0x800", 2048),
        ("17", 17),
        ("2027-06-30", "2027-06-30"),
        ("15.2.1748.10", "15.2.1748.10"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("true", True),
        ("null", None),
        ("", None),
        ("~", None),
        ("'0x800'", "0x800"),
        ("=", "="),
    ],
)
def test_a_plain_word_means_one_thing(text: str, value: object) -> None:
    root, problems = read_yaml(f"a: {text}\n", "f")
    assert problems == ()
    assert isinstance(root, Mapping)
    found = root.get("a")
    assert isinstance(found, Scalar)
    assert found.value == value
    assert type(found.value) is type(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 010", ("1:4", "yaml-number")),
        ("a: TRUE", ("1:4", "yaml-boolean")),
        ("a: 1\nb: 2\na: 3", ("3:1", "yaml-duplicate-key")),
        ("a: &x 1", ("1:4", "yaml-alias")),
        ("a: *x", ("1:4", "yaml-alias")),
        ("a: !!binary aGk=", ("1:4", "yaml-tag")),
        ("a: !!python/object:os.system x", ("1:4", "yaml-tag")),
        ("a: !x {b: 1}", ("1:4", "yaml-tag")),
        ("? [a]\n: 1", ("1:3", "yaml-syntax")),
        ("a: [1", None),
        ("a: 1\n--- \nb: 2", ("2:1", "yaml-syntax")),
        ("", ("1:1", "file-shape")),
        ("# nothing", ("1:1", "file-shape")),
        ("a: \x00", None),
        ("a:\tb: c", None),
    ],
)
def test_what_is_no_plain_data_is_refused(text: str, expected: tuple[str, str] | None) -> None:
    found = ids(text)
    assert found
    if expected is not None:
        assert expected in found


def test_a_file_that_is_too_large_or_too_deep_is_refused_before_it_costs_anything() -> None:
    assert ids("a" * (LARGEST_FILE + 1)) == [("1:1", "yaml-syntax")]
    deep = "[" * 5000
    assert [problem_id for _place, problem_id in ids(deep)] == ["yaml-syntax"]
    assert ids("[" * DEEPEST_NESTING + "]" * DEEPEST_NESTING) == []


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    assert ids(bomb) == [("1:4", "yaml-alias")]


@given(st.text(max_size=200) | PLAIN.map(lambda data: yaml.safe_dump({"rules": data, "add": data, "exceptions": data})))
def test_no_overlay_raises_on_being_read(text: str) -> None:
    assert all(isinstance(problem, Problem) for problem in read_overlay(text, "site.yml").document.problems)


def test_a_profile_is_read_once_and_stays_as_it_is() -> None:
    assert load_profile("exchange_current") is load_profile("exchange_current")


@pytest.mark.parametrize("digits", ["9" * 5000, "-" + "9" * 5000, "0x" + "f" * 5000])
def test_a_number_without_end_is_text_and_nothing_worse(digits: str) -> None:
    root, problems = read_yaml(f"a: {digits}\n", "f")
    assert problems == ()
    assert isinstance(root, Mapping)
    found = root.get("a")
    assert isinstance(found, Scalar)
    assert found.value == digits


def test_a_problem_is_one_line_that_steers_no_terminal_whatever_the_file_says() -> None:
    shown = str(Problem(None, "unknown-field", 'there is no field "\x1b[31mx\n\u202ey".'))
    assert shown == 'error[unknown-field]: there is no field "\\x1b[31mx\\n\\u202ey".'
