# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a stage from being applied: the build, the organisation, a connection that says otherwise."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from tools.planned_host import PREPARED, PlannedHost, entry
from tools.sample_host import SCHANNEL, WINDOWS

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import load_profile, read_overlay, resolve
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Act,
    Gate,
    Member,
    Plan,
    make_plan,
    stage_states,
)

pytestmark = pytest.mark.proves("stages_and_gates")


def ready_for(stage_before: str, system: str, exchange: str | None, **more: t.Any) -> PlannedHost:
    """A host on which everything up to a stage is in effect."""
    host = PlannedHost(system, exchange, **more)
    host.harden(stage_before)
    return host


def only_gate(plan: Plan) -> Gate:
    """The one gate of a plan."""
    (gate,) = plan.gates
    return gate


@pytest.mark.parametrize(
    ("system", "exchange", "release"),
    [
        ("ws2012r2", "15.0.1365.1", "Exchange 2013 CU20"),
        ("ws2012r2", "15.0.847.32", "Exchange 2013 CU20"),
        ("ws2016", "15.1.1415.2", "Exchange 2016 CU9"),
        ("ws2008r2", "14.3.382.0", "Exchange 2010 SP3 RU20"),
    ],
)
def test_a_build_that_cannot_do_without_tls_1_0_keeps_it(system: str, exchange: str, release: str) -> None:
    host = ready_for("obsolete", system, exchange)
    plan = host.plan("retire")
    gate = only_gate(plan)
    assert (gate.stage, gate.scope, gate.kind) == ("retire", "host", "ability")
    assert exchange in gate.reason
    assert gate.remedy.startswith(f"Install {release}")
    assert gate.remedy.endswith("or later.")
    assert plan.operations == ()
    assert entry(plan, "tls_1_0.server").act is Act.REFUSED
    assert plan.next_stage == "retire"


@pytest.mark.parametrize(
    ("system", "exchange"), [("ws2012r2", "15.0.1367.3"), ("ws2016", "15.1.1466.3"), ("ws2019", "15.2.221.12")]
)
def test_the_first_build_that_can_do_without_tls_1_0_loses_it(system: str, exchange: str) -> None:
    plan = ready_for("obsolete", system, exchange).plan("retire")
    assert plan.gates == ()
    assert entry(plan, "tls_1_0.server").act is Act.SET


def test_where_no_release_can_do_without_tls_1_0_another_version_is_the_remedy() -> None:
    host = ready_for("obsolete", "ws2016", "15.1.1415.2")
    state = dataclasses.replace(host.state, catalogue=dataclasses.replace(load(), releases=()))
    gate = only_gate(make_plan(state, host.baseline, "retire", members=PREPARED))
    assert (gate.kind, gate.remedy) == ("ability", "Move to an Exchange version that bears it.")


def test_an_exchange_whose_build_is_unknown_keeps_tls_1_0() -> None:
    setup = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup"
    host = ready_for("obsolete", "ws2016", None)
    blind = ready_for("obsolete", "ws2016", None, denied=[setup])
    assert host.plan("retire").gates == ()
    assert only_gate(blind.plan("retire")).kind == "unknown"


def test_an_exchange_of_which_only_the_generation_is_known_keeps_tls_1_0() -> None:
    host = ready_for("obsolete", "ws2016", "15.1.2507.6")
    state = host.state
    blind = dataclasses.replace(state, identity=dataclasses.replace(state.identity, exchange_build=None))
    plan = make_plan(blind, host.baseline, "retire", members=PREPARED)
    assert only_gate(plan).kind == "unknown"
    assert plan.operations == ()


def test_a_rule_that_cannot_be_decided_leaves_its_stage_unknown() -> None:
    overlay = (
        "add:\n  - id: own\n    setting: fips.enabled\n    want: enabled\n    stage: obsolete\n"
        "    when: {role: [edge]}\n    severity: note\n"
        "    reason: The partners of these hosts demand FIPS mode.\n    sources: [S9]\n"
    )
    host = ready_for("obsolete", "ws2016", "15.1.2507.6", overlays=[overlay])
    identity = dataclasses.replace(host.state.identity, role="unknown")
    today, groups = datetime.date(2026, 11, 26), ("exchange",)
    overlays = [read_overlay(overlay, "site.yml")]
    baseline = resolve(
        load_profile("exchange_current"), overlays, identity, host="ex1", groups=groups, today=today, catalogue=load()
    )
    states = {one.stage: one for one in stage_states(host.state, baseline)}
    assert (states["prepare"].state, states["obsolete"].state) == ("effective", "unknown")
    assert "the role is unknown" in states["obsolete"].detail
    plan = make_plan(host.state, baseline, "retire", members=PREPARED)
    assert [(gate.stage, gate.kind) for gate in plan.gates] == [("obsolete", "unknown")]
    assert plan.operations == ()


MEMBERS: list[tuple[dict[str, Member] | None, list[str]]] = [
    (None, []),
    ({}, []),
    ({"EX1": Member("EX1", True, ""), "EX2": Member("EX2", False, "Waits for a restart.")}, ["EX2"]),
    ({"EX1": Member("EX1", True, ""), "EDGE1": Member("EDGE1", None, "Not reached.")}, ["EDGE1"]),
    ({name: Member(name, None, "") for name in ("A", "B", "C", "D", "E", "F")}, ["A", "D", "2 more"]),
]


@pytest.mark.parametrize(("members", "named"), MEMBERS)
def test_one_server_that_is_not_known_to_be_prepared_keeps_tls_1_0_everywhere(
    members: dict[str, Member] | None, named: list[str]
) -> None:
    plan = ready_for("obsolete", "ws2016", "15.1.2507.6").plan("retire", members=members)
    gate = only_gate(plan)
    assert (gate.stage, gate.scope, gate.kind) == ("retire", "organisation", "organisation")
    assert all(name in gate.reason for name in named)
    assert "free/busy" in gate.reason
    assert plan.operations == ()


def test_an_organisation_that_is_prepared_as_a_whole_opens_the_gate() -> None:
    assert ready_for("obsolete", "ws2016", "15.1.2507.6").plan("retire", members=PREPARED).gates == ()


@pytest.mark.parametrize(("members", "gates"), [(None, 0), ({}, 0), ({"EX2": Member("EX2", False, "")}, 1)])
def test_windows_without_exchange_waits_only_for_an_organisation_that_was_read(
    members: dict[str, Member] | None, gates: int
) -> None:
    assert len(ready_for("obsolete", "ws2022", None).plan("retire", members=members).gates) == gates


def test_the_organisation_is_asked_for_retire_alone() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6")
    assert host.plan("prepare", members=None).gates == ()
    host.harden("prepare")
    assert host.plan("obsolete", members=None).gates == ()


def test_the_organisation_does_not_matter_where_tls_1_0_is_off_already() -> None:
    host = ready_for("retire", "ws2016", "15.1.2507.6")
    plan = host.plan("renegotiation", members=None)
    assert plan.gates == ()
    assert plan.reached == "renegotiation"


def test_the_gates_of_the_next_stage_are_told_in_advance() -> None:
    host = ready_for("obsolete", "ws2016", "15.1.1415.2")
    plan = host.plan("obsolete", members=None)
    assert plan.complete
    assert plan.next_stage == "retire"
    assert [gate.kind for gate in plan.next_gates] == ["ability", "organisation"]


def endpoint(transport: str = "tls", port: int = 443, status: str = "answered", **versions: str) -> dict[str, t.Any]:
    """What endpoint_info says of one endpoint."""
    rows = {
        name: {"state": state, "alert": None, "suites": [], "order": "server", "complete": True}
        for name, state in versions.items()
    }
    return {
        "host": "ex1.example.test",
        "port": port,
        "service": "https" if transport == "tls" else transport,
        "transport": transport,
        "status": status,
        "detail": "",
        "versions": rows,
        "certificates": [],
    }


def test_a_version_that_still_answers_contradicts_the_registry() -> None:
    host = ready_for("retire", "ws2016", "15.1.2507.6")
    observed = [endpoint(tls_1_0="accepted", tls_1_2="accepted")]
    assert host.stages(observed=observed)["retire"] == "open"
    plan = host.plan("renegotiation", observed=observed)
    gate = only_gate(plan)
    assert gate.kind == "proof"
    assert "ex1.example.test:443 (https) still answers TLS 1.0" in gate.reason
    assert plan.operations == ()
    assert not plan.complete


def test_a_version_that_is_refused_contradicts_the_registry() -> None:
    host = ready_for("prepare", "ws2016", "15.1.2507.6")
    for state in ("refused", "refused_by_close"):
        gate = only_gate(host.plan("obsolete", observed=[endpoint(tls_1_2=state)]))
        assert "refuses TLS 1.2" in gate.reason


@pytest.mark.parametrize(
    "answer",
    [
        endpoint(tls_1_2="unknown"),
        endpoint(status="unreachable", tls_1_2="refused"),
        endpoint(status="starttls_unavailable", transport="smtp", tls_1_2="refused"),
        endpoint(status="throttled", tls_1_2="refused"),
        endpoint(),
        {"status": "answered"},
        {"status": "answered", "versions": []},
        {"status": "answered", "versions": {"tls_1_2": "refused"}},
        {},
    ],
)
def test_an_endpoint_that_says_nothing_certain_contradicts_nothing(answer: dict[str, t.Any]) -> None:
    host = ready_for("prepare", "ws2016", "15.1.2507.6")
    assert host.plan("obsolete", observed=[answer]).gates == ()


def test_smtp_without_tls_1_3_is_right() -> None:
    host = ready_for("tls13", "ws2022", "15.2.1748.10")
    smtp = endpoint("smtp", 25, tls_1_2="accepted", tls_1_3="refused")
    https = endpoint(tls_1_2="accepted", tls_1_3="refused")
    assert host.stages(observed=[smtp])["tls13"] == "effective"
    assert host.stages(observed=[https])["tls13"] == "open"


@pytest.mark.parametrize(("exchange", "state"), [("15.0.1497.2", "effective"), ("15.1.2507.6", "open")])
def test_pop_follows_windows_from_exchange_2016_on(exchange: str, state: str) -> None:
    host = ready_for("prepare", "ws2012r2", exchange)
    assert host.stages(observed=[endpoint("pop3", 995, tls_1_2="refused")])["prepare"] == state


def test_a_suite_that_is_off_and_still_accepted_contradicts_the_registry() -> None:
    host = ready_for("suites", "ws2016", "15.1.2507.6")
    answer = endpoint(tls_1_2="accepted")
    answer["versions"]["tls_1_2"]["suites"] = [{"id": 10, "name": "TLS_RSA_WITH_3DES_EDE_CBC_SHA"}]
    assert host.stages(observed=[answer])["suites"] == "open"
    answer["versions"]["tls_1_2"]["suites"] = [{"id": 49200, "name": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}]
    assert host.stages(observed=[answer])["suites"] == "effective"


def test_an_unknown_windows_gets_no_write_at_all() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", {WINDOWS: {"CurrentBuildNumber": "31337"}})
    plan = host.plan("tls13")
    assert plan.operations == ()
    assert [gate.kind for gate in plan.gates] == ["unknown"]
    assert not plan.complete


def test_only_the_first_blocked_stage_is_named() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", denied=[rf"{SCHANNEL}\Protocols\TLS 1.2\Server"])
    host.harden("prepare")
    assert [gate.stage for gate in host.plan("tls13", members=None).gates] == ["prepare"]
