# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked, and what is concluded: against models that know nothing but their own configuration."""

from __future__ import annotations

import asyncio
import dataclasses
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_servers.model import TLS_1_3, Model, Wire

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, endpoint, probe
from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Version
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites import offered

pytestmark = pytest.mark.proves("wire_conclusions")

WHERE = Question(endpoint("127.0.0.1", 443, "https", "tls"))
OLD = (0x0005, 0x000A, 0x002F, 0x0035, 0xC013, 0xC014, 0x0003, 0x0018)
NEW = OLD + (0x009C, 0x009D, 0xC02F, 0xC030, 0x003C, 0xCCA8)
MODERN = (0x1301, 0x1302, 0x1303)
POOLS = {0x0300: OLD, 0x0301: OLD, 0x0302: OLD, 0x0303: NEW, TLS_1_3: MODERN}
NAMES = {int(version): version.id for version in Version}


def ask(wire: Wire, mode: str = "inventory", parallel: int = 1) -> dict[str, t.Any]:
    return asyncio.run(probe([WHERE], mode, Limits(parallel=parallel), converse=wire.converse))[0]


def numbers(observation: dict[str, t.Any], version: int) -> list[int]:
    return [suite["id"] for suite in observation["versions"][NAMES[version]]["suites"]]


@st.composite
def models(draw: st.DrawFn, **fixed: t.Any) -> Model:
    lists = {}
    for version in draw(st.sets(st.sampled_from(sorted(POOLS)), min_size=1)):
        pool = POOLS[version]
        lists[version] = tuple(draw(st.lists(st.sampled_from(pool), min_size=1, unique=True)))
    kinds = draw(st.none() | st.just((0x010080, 0x0700C0)))
    return Model(lists, kinds, server_order=draw(st.booleans()), needs_shares=draw(st.booleans()), **fixed)


@settings(deadline=None, max_examples=60)
@given(models())
def test_the_inventory_of_a_server_that_sends_alerts_is_its_configuration(model: Model) -> None:
    check_inventory(model, ask(Wire(model)))


@settings(deadline=None, max_examples=60)
@given(models(version_alert=None, suite_alert=None))
def test_the_inventory_of_a_server_that_closes_instead_of_sending_alerts_is_its_configuration(model: Model) -> None:
    check_inventory(model, ask(Wire(model)))


@settings(deadline=None, max_examples=60)
@given(models(version_alert=40))
def test_a_refusal_with_an_alert_about_something_else_hides_no_lower_version(model: Model) -> None:
    check_inventory(model, ask(Wire(model)))


@settings(deadline=None, max_examples=60)
@given(models(longest_hello=255))
def test_a_server_that_drops_long_hellos_is_seen_whole(model: Model) -> None:
    check_inventory(model, ask(Wire(model)))


DHE = (0x0033, 0x0039, 0x0018)


@st.composite
def failing_models(draw: st.DrawFn) -> Model:
    """Servers that choose DHE suites and then fail with all of them, for want of parameters.

    One list for all versions, as real servers have it: each version uses what it knows of it.
    """
    model = draw(models(**draw(st.sampled_from(({}, {"version_alert": None, "suite_alert": None})))))
    sound = draw(st.lists(st.sampled_from(sorted(set(NEW) - set(DHE))), unique=True)) + [0x0035]
    order = draw(st.permutations([*dict.fromkeys(sound), *DHE]))
    lists = {version: tuple(s for s in order if s in POOLS[version] or s in DHE) for version in model.lists}
    if TLS_1_3 in lists:
        lists[TLS_1_3] = model.lists[TLS_1_3]
    failure = draw(st.sampled_from((80, None)))
    return dataclasses.replace(model, lists=lists, broken=frozenset(DHE), failure=failure)


@settings(deadline=None, max_examples=60)
@given(failing_models())
def test_suites_that_the_server_fails_with_hide_no_others(model: Model) -> None:
    accepted = {version: tuple(s for s in row if s not in model.broken) for version, row in model.lists.items()}
    sound = dataclasses.replace(model, lists={version: row for version, row in accepted.items() if row})
    check_inventory(sound, ask(Wire(model)))


def check_inventory(model: Model, observation: dict[str, t.Any]) -> None:
    assert observation["status"] == "answered"
    for version, name in NAMES.items():
        record = observation["versions"][name]
        if version == 0x0002:
            continue
        if version not in model.lists:
            assert record["state"] in ("refused", "refused_by_close"), name
            assert record["suites"] == []
            continue
        assert record["state"] == "accepted", name
        assert record["complete"] is True, name
        check_list(model, version, numbers(observation, version), record["order"])
    ssl2 = observation["versions"]["ssl_2_0"]
    if model.kinds is None:
        assert ssl2["state"] in ("refused", "refused_by_close")
    elif model.longest_hello > 50:
        assert ssl2["state"] == "accepted"
        assert tuple(numbers(observation, 0x0002)) == model.kinds


def check_list(model: Model, version: int, found: list[int], order: str) -> None:
    expected = model.lists[version]
    if len(expected) == 1:
        assert (found, order) == ([expected[0]], "unknown")
    elif model.server_order:
        assert (tuple(found), order) == (expected, "server")
    else:
        strongest_first = tuple(number for number in reversed(offered(Version(version))) if number in expected)
        assert (tuple(found), order) == (strongest_first, "client")


def floor(model: Model, observation: dict[str, t.Any]) -> int:
    """Accepted suites, one refusal per accepted version, and a hello more where our order and the server's coincide."""
    accepted = sum(len(suites) + 1 for suites in model.lists.values())
    ambiguous = 0
    for version, suites in model.lists.items():
        ours = tuple(number for number in offered(Version(version)) if number in suites)
        ambiguous += len(suites) > 1 and (suites == ours or not model.server_order)
    certificate = list(model.lists) == [TLS_1_3]
    return accepted + ambiguous + certificate


@settings(deadline=None, max_examples=60)
@given(models(version_alert=70))
def test_with_alerts_the_floor_is_exceeded_by_two_connections_at_most(model: Model) -> None:
    if model.needs_shares and TLS_1_3 in model.lists:
        return
    wire = Wire(model)
    observation = ask(wire)
    assert observation["connections"] == wire.connections
    # A server of SSL 3.0 alone refuses the opening hello too, which offers all that has extensions.
    only_ssl3 = list(model.lists) == [0x0300]
    assert wire.connections <= floor(model, observation) + 2 + only_ssl3


HARDENED = Model({0x0303: (0xC030, 0xC02F, 0xC014, 0xC013), TLS_1_3: (0x1302, 0x1303, 0x1301)})


def test_a_hardened_server_costs_eleven_connections_with_alerts() -> None:
    wire = Wire(HARDENED)
    assert ask(wire)["refused_hellos"] == 4
    assert wire.connections == 11


def test_a_hardened_server_costs_thirteen_connections_when_it_closes_instead() -> None:
    wire = Wire(Model(HARDENED.lists, version_alert=None, suite_alert=None))
    observation = ask(wire, parallel=4)
    assert observation["versions"]["tls_1_1"]["state"] == "refused_by_close"
    assert observation["refused_hellos"] == 6
    assert wire.connections == 13


def test_the_mode_versions_costs_four_connections_on_a_hardened_server() -> None:
    wire = Wire(HARDENED)
    observation = ask(wire, "versions")
    assert wire.connections == 4
    assert {name: record["state"] for name, record in observation["versions"].items()} == {
        "ssl_2_0": "refused",
        "ssl_3_0": "refused",
        "tls_1_0": "refused",
        "tls_1_1": "refused",
        "tls_1_2": "accepted",
        "tls_1_3": "accepted",
    }


@pytest.mark.parametrize("number", range(1, 12))
def test_one_stray_close_changes_nothing_but_the_number_of_connections(number: int) -> None:
    calm, disturbed = ask(Wire(HARDENED)), ask(Wire(HARDENED, closes={number}))
    assert disturbed["versions"] == calm["versions"]
    # The opening is tried once more in short before anything is concluded from it, and that one finds out the size.
    assert disturbed["connections"] > calm["connections"]


@settings(deadline=None, max_examples=60)
@given(models(), st.integers(1, 40))
def test_one_stray_close_anywhere_hides_nothing_of_a_server_that_sends_alerts(model: Model, number: int) -> None:
    check_inventory(model, ask(Wire(model, closes={number})))


@pytest.mark.parametrize("number", range(1, 25))
def test_one_stray_close_does_not_hide_dhe_suites(number: int) -> None:
    model = Model({0x0303: (0xC02F, 0x009E, 0x0033, 0x002F), 0x0301: (0x0033, 0x002F)})
    check_inventory(model, ask(Wire(model, closes={number})))


def test_an_endpoint_that_closes_after_every_hello_refuses_nothing() -> None:
    observation = ask(Wire(HARDENED, closes=range(1000)))
    # Nothing was said in plain either, so it is no proof of a port without TLS.
    assert observation["status"] == "unreachable"
    assert {record["state"] for record in observation["versions"].values()} == {"unknown"}


def test_an_endpoint_that_refuses_everything_by_alert_has_answered() -> None:
    observation = ask(Wire(Model({})))
    assert observation["status"] == "answered"
    assert {record["state"] for record in observation["versions"].values()} == {"refused"}


def test_a_list_that_ends_early_by_a_close_is_noticed_by_the_lower_version() -> None:
    suites = (0xC014, 0xC013, 0x0035, 0x002F)
    model = Model({0x0303: suites, 0x0302: suites}, version_alert=None, suite_alert=None)
    calm = Wire(model)
    undisturbed = ask(calm)
    for number in range(1, calm.connections + 1):
        observation = ask(Wire(model, closes={number}))
        assert observation["versions"]["tls_1_2"]["suites"] == undisturbed["versions"]["tls_1_2"]["suites"], number


def test_the_result_holds_what_the_contract_names() -> None:
    observation = ask(Wire(HARDENED))
    assert set(observation) == {
        "host", "address", "port", "service", "transport", "server_name", "status", "detail", "versions",
        "certificates", "chains", "facts", "connections", "refused_hellos",
    }  # fmt: skip
    assert set(observation["versions"]["tls_1_2"]) == {"state", "alert", "suites", "order", "complete", "note"}
    assert observation["versions"]["tls_1_2"]["suites"][0] == {
        "id": 0xC030,
        "name": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    }
    assert observation["certificates"] == ["REVS"]
