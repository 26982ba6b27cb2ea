# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Equal meaning is left alone, and written in the usual numbers on request only."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from tools.examples import examples
from tools.planned_host import PREPARED, PlannedHost, entry, written
from tools.random_hosts import STAGE, hosts
from tools.sample_host import protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Act,
    Plan,
    Reason,
    check_plan,
    make_plan,
    normalised,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import after, read_state

pytestmark = pytest.mark.proves("least_written")

ON = 0xFFFFFFFF
AES = r"SCHANNEL\Ciphers\AES 128/128"
SHA256 = r"SCHANNEL\Hashes\SHA256"
ECDH = r"SCHANNEL\KeyExchangeAlgorithms\ECDH"
DOTNET = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"


PRINTERS = "exceptions:\n  - {rule: tls_1_2, owner: Ann, reason: Old printers, ticket: C-1, until: 2027-01-01}\n"


def normal(host: PlannedHost, stage: str, *, force: bool = False) -> tuple[Plan, Plan]:
    """The plan as it is made, and normalised."""
    plan = make_plan(host.state, host.baseline, stage, members=PREPARED, force=force)
    usual = normalised(plan, host.state, force=force)
    assert check_plan(host.state, host.baseline, usual) == ()
    return plan, usual


def test_a_version_that_is_on_in_another_number_is_written_as_1_on_request_only() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", ON, 0, sides="Server"))
    plan, usual = normal(host, "prepare")
    assert ("Server", "Enabled") not in written(plan)
    assert written(usual)["Server", "Enabled"] == 1
    assert ("Server", "DisabledByDefault") not in written(usual)
    changed = entry(usual, "tls_1_2.server")
    assert (changed.act, changed.reason, changed.before, changed.after) == (
        Act.SET,
        Reason.EQUAL_MEANING,
        "enabled",
        "enabled",
    )


def test_what_is_added_names_the_value_as_it_is_and_as_it_will_be() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", ON, 0, sides="Server"))
    plan, usual = normal(host, "prepare")
    (added,) = (one for one in usual.operations if one not in plan.operations)
    assert added.path.endswith(r"SCHANNEL\Protocols\TLS 1.2\Server")
    assert (added.op, added.name) == ("set", "Enabled")
    assert added.before == RegistryValue("Enabled", 4, ON)
    assert added.after == RegistryValue("Enabled", 4, 1)
    assert "on request" in entry(usual, "tls_1_2.server").detail


def test_the_reason_of_a_rule_that_writes_anyhow_stays_its_own() -> None:
    host = PlannedHost("ws2008r2", None, protocol("TLS 1.2", 5, None, sides="Server"))
    plan, usual = normal(host, "prepare")
    before, after_ = entry(plan, "tls_1_2.server"), entry(usual, "tls_1_2.server")
    assert (after_.detail, after_.reason) == (before.detail, before.reason)
    assert after_.operations[: len(before.operations)] == before.operations


def test_a_version_that_is_written_anyhow_gets_both_values_in_the_usual_numbers() -> None:
    host = PlannedHost("ws2008r2", None, protocol("TLS 1.2", 5, None, sides="Server"))
    plan, usual = normal(host, "prepare")
    assert written(plan)["Server", "DisabledByDefault"] == 0
    assert ("Server", "Enabled") not in written(plan)
    assert written(usual)["Server", "Enabled"] == 1


@pytest.mark.parametrize(("key", "found"), [(AES, 1), (SHA256, 1), (ECDH, 1), (AES, 2)])
def test_an_algorithm_that_is_on_as_1_is_written_as_all_ones(key: str, found: int) -> None:
    catalogue = load()
    name = key.rsplit("\\", 1)[-1]
    setting = next(
        one for one in catalogue.settings.values() if one.places[0].key.endswith(key.removeprefix("SCHANNEL"))
    )
    overlay = (
        f"add:\n  - {{id: keep_it_on, setting: {setting.id}, want: {{explicit: enabled}}, stage: prepare,"
        " severity: note, reason: This site wants to see it written down., sources: [S6]}\n"
    )
    host = PlannedHost("ws2016", "15.1.2507.6", {key: {"Enabled": found}}, overlays=[overlay])
    plan, usual = normal(host, "prepare")
    assert (name, "Enabled") not in written(plan)
    assert written(usual)[name, "Enabled"] == ON


def test_values_that_are_usual_off_or_of_later_stages_stay() -> None:
    found = {**protocol("TLS 1.2", 1, 0), **protocol("SSL 3.0", 0, 7)}
    host = PlannedHost("ws2016", "15.1.2507.6", found)
    plan, usual = normal(host, "prepare")
    assert usual == plan


def test_a_number_that_is_not_on_for_dotnet_is_the_business_of_its_rule() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", {DOTNET: {"SchUseStrongCrypto": 2}})
    plan, usual = normal(host, "prepare")
    assert usual.operations == plan.operations
    assert written(plan)["v4.0.30319", "SchUseStrongCrypto"] == 1


def test_the_restart_that_it_needs_is_said() -> None:
    found: dict[str, t.Any] = protocol("TLS 1.2", ON, 0)
    host = PlannedHost("ws2016", "15.1.2507.6", found)
    host.apply("prepare")
    host.restart()
    plan, usual = normal(host, "prepare")
    assert not plan.operations
    assert (usual.applyable, usual.complete, usual.reboot_required) == (True, True, True)
    (gate,) = (gate for gate in usual.next_gates if gate.kind == "boot")
    assert gate is usual.next_gates[0]
    assert gate.stage == usual.next_stage == "obsolete"
    assert "prepare" in f"{gate.reason} {gate.remedy}"


def test_a_restart_that_the_plan_needs_anyhow_is_said_once() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", ON, 0, sides="Server"))
    plan, usual = normal(host, "prepare")
    assert plan.reboot_required
    assert usual.next_gates == plan.next_gates
    assert [gate.kind for gate in usual.next_gates].count("boot") == 1


def test_where_a_gate_is_closed_or_no_stage_follows_no_restart_is_put_before_one() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", ON, 0))
    for stage in ("prepare", "obsolete", "retire", "renegotiation", "suites", "tls13"):
        host.apply(stage)
        host.restart()
    plan, usual = normal(host, "tls13")
    assert not plan.operations
    assert (plan.next_stage, usual.next_gates, usual.reboot_required) == ("", plan.next_gates, True)


@examples(60)
@given(hosts(), STAGE)
def test_what_counts_is_the_same_before_and_after(host: PlannedHost, stage: str) -> None:
    plan, usual = normal(host, stage, force=True)
    state = host.state
    plain = read_state(after(state.observation, plan.operations), load())
    done = read_state(after(state.observation, usual.operations), load())
    assert {name: one.configured for name, one in done.settings.items()} == {
        name: one.configured for name, one in plain.settings.items()
    }
    again = normalised(make_plan(done, host.baseline, stage, members=PREPARED, force=True), done, force=True)
    first, second = ({(one.path, one.name) for one in plan.operations} for plan in (usual, again))
    assert first & second == set()


def test_a_number_that_an_exception_lets_stand_is_left_alone() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", ON, 0), overlays=[PRINTERS])
    plan, usual = normal(host, "prepare")
    assert entry(plan, "tls_1_2.server").reason is Reason.EXEMPT
    assert usual.operations == plan.operations


@pytest.mark.parametrize("force", [False, True])
def test_a_number_in_a_group_policy_place_is_left_to_whoever_wrote_it_unless_forced(force: bool) -> None:
    setting = "wininet.ssl3_fallback"
    baseline = direct({setting: "enabled"}, load())
    place = load().settings[setting].places[0]
    state = sample_state("ws2016", None, {place.key: {place.name: 7}})
    assert state.owners == {setting: "unknown"}
    plan = make_plan(state, baseline, "prepare", force=force)
    assert plan.operations == ()
    usual = normalised(plan, state, force=force)
    assert [one.after and one.after.data for one in usual.operations] == ([1] if force else [])
    assert usual.next_gates == ()
