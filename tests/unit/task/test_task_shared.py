# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task found out for many servers reaches the task of each by the name of its variable."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._task import SharedError, registered, with_shared

pytestmark = pytest.mark.proves("stages_and_gates")

PORTS = {"endpoints": [{"name": "ex1", "port": 443}, {"name": "ex2", "port": 25}, {"name": "ex1", "port": 25}]}
MEMBERS = {"ex1": {"prepared": True}, "ex2": {"prepared": None}}


def test_a_server_gets_its_own_answers_and_the_whole_organisation() -> None:
    arguments = {"observed": [], "observed_from": "probed", "organisation": None, "organisation_from": "members"}
    found = with_shared(arguments, {"probed": PORTS, "members": MEMBERS}, "ex1")
    assert found["observed"] == [{"name": "ex1", "port": 443}, {"name": "ex1", "port": 25}]
    assert found["organisation"] == MEMBERS


def test_what_is_given_itself_stays() -> None:
    arguments = {"observed": PORTS["endpoints"], "observed_from": None, "stage": "retire"}
    assert with_shared(arguments, {"probed": PORTS}, "ex1") == arguments


def test_of_a_probe_that_was_skipped_or_failed_nothing_is_observed() -> None:
    for result in ({"skipped": True}, {"failed": True, "msg": "no route"}):
        assert with_shared({"observed_from": "probed"}, {"probed": result}, "ex1")["observed"] == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "observed_from: the variable probed is not defined; a registered result of"),
        ({"probed": None}, "observed_from: the variable probed is not defined; a registered result of"),
        ({"probed": "{{ other }}"}, "observed_from: the variable probed is something else; a registered result of"),
        (
            {"probed": PORTS["endpoints"]},
            "observed_from: the variable probed is something else; a registered result of",
        ),
    ],
)
def test_a_variable_that_holds_something_else_is_named(variables: dict[str, t.Any], words: str) -> None:
    with pytest.raises(SharedError, match=f"^{words} msexchange"):
        with_shared({"observed_from": "probed"}, variables, "ex1")


@pytest.mark.parametrize(("option", "given"), [("observed", PORTS["endpoints"]), ("organisation", MEMBERS)])
def test_an_option_is_given_itself_or_by_name_and_not_both(option: str, given: t.Any) -> None:
    arguments = {option: given, f"{option}_from": "other"}
    with pytest.raises(SharedError, match=f"^{option} and {option}_from exclude each other"):
        with_shared(arguments, {"other": PORTS if option == "observed" else MEMBERS}, "ex1")


class Templating(dict[str, dict[str, t.Any]]):
    """Hostvars like those of Ansible: values are templates until somebody asks for them."""

    def __init__(self, raw: dict[str, dict[str, t.Any]], made: dict[str, t.Any]) -> None:
        super().__init__({name: {**own, **made} for name, own in raw.items()})
        self.raw_get = raw.__getitem__


def test_a_registered_result_is_taken_as_it_is_and_a_template_by_what_it_comes_to() -> None:
    result = {"prepared": True}
    hostvars = Templating({"ex1": {"state": result}, "ex2": {"state": "{{ other }}"}}, {"state": {"prepared": False}})
    assert registered(hostvars, "ex1", ("newer", "state")) is result
    assert registered(hostvars, "ex2", ("newer", "state")) == {"prepared": False}


def test_who_registered_nothing_or_is_nobody_has_none() -> None:
    assert registered({"ex1": {"other": 1}}, "ex1", ("state",)) is None
    assert registered({"ex1": {"other": 1}}, "ex2", ("state",)) is None
