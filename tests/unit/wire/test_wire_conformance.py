# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is exactly what is wanted in force: the verdict, what it names, and what it costs."""

from __future__ import annotations

import asyncio
import dataclasses
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_servers.model import TLS_1_3, Model, Wire

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, Wanted, endpoint, probe
from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Version

pytestmark = pytest.mark.proves("wire_conclusions")

WHERE = endpoint("127.0.0.1", 443, "https", "tls")
SUITES = (0x1302, 0x1301, 0xC030, 0xC02F)
WANTED = Wanted(frozenset({Version.TLS_1_2, Version.TLS_1_3}), SUITES)
OBEDIENT: dict[int, tuple[int, ...]] = {0x0303: (0xC030, 0xC02F), TLS_1_3: (0x1302, 0x1301)}


def check(model: Model, target: Wanted = WANTED, closes: t.Container[int] = ()) -> tuple[dict[str, t.Any], Wire]:
    wire = Wire(model, closes)
    question = Question(WHERE, target)
    return asyncio.run(probe([question], "conformance", Limits(parallel=1), converse=wire.converse))[0], wire


def deviations(observation: dict[str, t.Any]) -> set[tuple[str, str]]:
    return {(item["kind"], item["version"]) for item in observation["conformance"]["deviations"]}


@pytest.mark.parametrize("alert", [70, 40])
def test_an_obedient_server_costs_six_connections_of_which_four_are_refused(alert: int) -> None:
    observation, wire = check(Model(OBEDIENT, version_alert=alert))
    assert observation["conformance"] == {"verdict": "in_force", "deviations": [], "open_questions": []}
    assert (wire.connections, observation["refused_hellos"]) == (6, 4)


@pytest.mark.parametrize("version_alert", [None, 70])
def test_a_server_that_closes_costs_no_more_than_one_that_sends_alerts(version_alert: int | None) -> None:
    observation, wire = check(Model(OBEDIENT, version_alert=version_alert, suite_alert=None))
    assert observation["conformance"]["verdict"] == "in_force"
    assert (wire.connections, observation["refused_hellos"]) == (6, 4)


@pytest.mark.parametrize("failure", [80, None])
def test_a_suite_that_the_server_fails_with_does_not_hide_an_unwanted_one(failure: int | None) -> None:
    model = with_list(0x0303, 0xC030, 0xC02F, 0x009F, 0x000A, broken=frozenset({0x009F}), failure=failure)
    assert deviations(check(model)[0]) == {("suite_accepted", "tls_1_2")}


def with_list(version: int, *suites: int, **more: t.Any) -> Model:
    return Model({**OBEDIENT, version: suites}, **more)


CASES = [
    (with_list(0x0301, 0x0035), {("version_accepted", "tls_1_0")}),
    (with_list(0x0302, 0x0035), {("version_accepted", "tls_1_1")}),
    (with_list(0x0300, 0x0005), {("version_accepted", "ssl_3_0")}),
    # A newer version deviates already, and six connections are spent.
    (Model({**OBEDIENT, 0x0302: (0x0035,), 0x0300: (0x0005,)}), {("version_accepted", "tls_1_1")}),
    (Model(OBEDIENT, kinds=(0x010080,)), {("version_accepted", "ssl_2_0")}),
    (with_list(0x0303, 0xC030, 0xC02F, 0x000A), {("suite_accepted", "tls_1_2")}),
    (with_list(TLS_1_3, 0x1302, 0x1301, 0x1303), {("suite_accepted", "tls_1_3")}),
    (with_list(0x0303, 0xC02F, 0xC030), {("first_suite", "tls_1_2")}),
    (Model(OBEDIENT, server_order=False), {("first_suite", "tls_1_2"), ("first_suite", "tls_1_3")}),
    (Model({0x0303: OBEDIENT[0x0303]}), {("version_refused", "tls_1_3")}),
    (Model({TLS_1_3: OBEDIENT[TLS_1_3]}), {("version_refused", "tls_1_2")}),
    (with_list(0x0303, 0x000A), {("suite_accepted", "tls_1_2")}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "expected"), CASES)
def test_every_deviation_is_named_and_nothing_else(model: Model, expected: set[tuple[str, str]]) -> None:
    observation, _wire = check(model)
    assert observation["conformance"]["verdict"] == "deviates"
    assert deviations(observation) == expected
    assert all(item["detail"].endswith(".") for item in observation["conformance"]["deviations"])


@pytest.mark.parametrize(("model", "expected"), CASES)
@pytest.mark.parametrize("alert", [70, 40])
def test_no_server_costs_more_than_six_connections_or_refuses_more_than_four(
    model: Model, expected: set[tuple[str, str]], alert: int
) -> None:
    observation, wire = check(dataclasses.replace(model, version_alert=alert))
    assert deviations(observation) == expected or alert == 40
    assert wire.connections == observation["connections"] <= 6
    assert observation["refused_hellos"] <= 4


def test_older_versions_are_asked_for_as_long_as_six_connections_are_not_spent() -> None:
    only_1_2 = Wanted(frozenset({Version.TLS_1_2}), SUITES)
    observation, wire = check(Model({0x0303: OBEDIENT[0x0303], 0x0302: (0x35,), 0x0301: (0x35,)}), only_1_2)
    assert deviations(observation) == {("version_accepted", "tls_1_1"), ("version_accepted", "tls_1_0")}
    assert wire.connections == 6
    assert observation["versions"]["ssl_3_0"]["state"] == "unknown"


def test_what_was_not_asked_is_unknown_and_said() -> None:
    observation, _wire = check(Model({**OBEDIENT, 0x0302: (0x0035,), 0x0301: (0x0035,), 0x0300: (0x0005,)}))
    states = {name: row["state"] for name, row in observation["versions"].items()}
    assert (states["tls_1_1"], states["tls_1_0"], states["ssl_3_0"]) == ("accepted", "unknown", "unknown")
    (question,) = observation["conformance"]["open_questions"]
    assert question == "TLS 1.0, SSL 3.0: not asked, because the endpoint deviates already"


def test_tls_1_3_is_a_deviation_where_only_1_2_is_wanted() -> None:
    only_1_2 = Wanted(frozenset({Version.TLS_1_2}), SUITES)
    assert deviations(check(Model(OBEDIENT), only_1_2)[0]) == {("version_accepted", "tls_1_3")}
    observation, wire = check(Model({0x0303: (0xC030, 0xC02F)}), only_1_2)
    assert observation["conformance"]["verdict"] == "in_force"
    assert wire.connections == 5


def test_suites_of_a_certificate_that_is_not_bound_may_stand_first_in_the_list() -> None:
    target = Wanted(frozenset({Version.TLS_1_2}), (0xC02C, 0xC02B, 0xC030, 0xC02F))
    assert check(Model({0x0303: (0xC030, 0xC02F)}), target)[0]["conformance"]["verdict"] == "in_force"


def test_without_suites_wanted_any_will_do() -> None:
    target = Wanted(frozenset({Version.TLS_1_2, Version.TLS_1_3}))
    observation, _wire = check(with_list(0x0303, 0x000A), target)
    assert observation["conformance"]["verdict"] == "in_force"


def test_an_endpoint_that_closes_after_every_hello_is_unknown_and_never_in_force() -> None:
    observation, _wire = check(Model(OBEDIENT), closes=range(1000))
    # Nothing was said in plain either, so it is no proof of a port without TLS.
    assert observation["status"] == "unreachable"
    assert observation["conformance"]["verdict"] == "unknown"


@pytest.mark.parametrize("number", range(1, 7))
def test_one_stray_close_does_not_change_the_verdict(number: int) -> None:
    assert check(Model(OBEDIENT), closes={number})[0]["conformance"]["verdict"] == "in_force"


def test_a_device_that_drops_long_hellos_never_makes_a_server_pass() -> None:
    model = with_list(0x0303, 0xC030, 0xC02F, 0x000A, longest_hello=600)
    assert check(model)[0]["conformance"]["verdict"] != "in_force"


@pytest.mark.parametrize("number", range(1, 9))
def test_one_stray_close_does_not_hide_an_unwanted_dhe_suite(number: int) -> None:
    model = with_list(0x0303, 0xC030, 0xC02F, 0x009E)
    assert deviations(check(model, closes={number})[0]) == {("suite_accepted", "tls_1_2")}


LISTS = st.lists(st.sampled_from((0xC030, 0xC02F, 0x0035, 0x002F, 0x000A)), min_size=1, unique=True).map(tuple)


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(st.sampled_from((0x0300, 0x0301, 0x0302, 0x0303)), LISTS, min_size=1),
    st.sets(st.sampled_from((Version.TLS_1_0, Version.TLS_1_1, Version.TLS_1_2)), min_size=1),
    LISTS,
    st.booleans(),
)
def test_in_force_is_said_exactly_when_nothing_unwanted_is_accepted_and_the_first_choice_is_right(
    lists: dict[int, tuple[int, ...]], versions: set[Version], suites: tuple[int, ...], closing: bool
) -> None:
    # AEAD suites exist in TLS 1.2 only; a server that had them elsewhere would be no server.
    lists = {v: tuple(s for s in row if v == 0x0303 or s < 0x100) for v, row in lists.items()}
    lists = {version: row for version, row in lists.items() if row}
    refusing: dict[str, t.Any] = {"version_alert": None, "suite_alert": None} if closing else {}
    observation, _wire = check(Model(lists, **refusing), Wanted(frozenset(versions), suites))
    right = set(lists) == {int(version) for version in versions} and all(
        set(row) <= set(suites) and row[0] == first_possible(row, suites, version) for version, row in lists.items()
    )
    assert (observation["conformance"]["verdict"] == "in_force") == right


def first_possible(row: tuple[int, ...], suites: tuple[int, ...], version: int) -> int:
    """All of these suites are for RSA, so the first wanted one of the version must be the first of the server."""
    return next((s for s in suites if version == 0x0303 or s < 0x100), 0)
