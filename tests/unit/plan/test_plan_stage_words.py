# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a stage is, word for word, and what a plan says of the stages behind one that is not done."""

from __future__ import annotations

import dataclasses

import pytest
from tools.planned_host import PREPARED, PlannedHost, entry
from tools.registry import change, state_of
from tools.registry import written as wrote
from tools.sample_host import POLICY_LISTS, protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Act,
    Member,
    Reason,
    StageState,
    Verdict,
    make_plan,
    stage_states,
    to_data,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.gates import earlier_stage

pytestmark = pytest.mark.proves("stages_and_gates")

EXCHANGE = ("ws2016", "15.1.2507.6")


def stage(host: PlannedHost, name: str) -> StageState:
    (found,) = [one for one in stage_states(host.state, host.baseline) if one.stage == name]
    return found


def test_a_stage_without_a_rule_for_the_host_does_not_apply_to_it() -> None:
    sentence = "Nothing in this stage applies to this host."
    assert stage(PlannedHost(*EXCHANGE), "tls13") == StageState("tls13", "not_applicable", sentence)


def test_a_stage_of_which_the_only_rule_cannot_be_decided_is_unknown() -> None:
    host = PlannedHost(*EXCHANGE)
    name = next(name for name, rule in host.baseline.considered.items() if rule.stage == "tls13")
    baseline = dataclasses.replace(host.baseline, undecided={name: "the build is unknown"})
    (found,) = [one for one in stage_states(host.state, baseline) if one.stage == "tls13"]
    assert found == StageState("tls13", "unknown", f"Whether {name} applies cannot be told: the build is unknown.")


def test_a_stage_by_exception_only_names_the_rules() -> None:
    overlay = "exceptions:\n" + "".join(
        f"  - {{rule: {rule}, owner: Ann, reason: Old, ticket: C-1, until: 2027-01-01}}\n"
        for rule in ("tls_1_0", "tls_1_1")
    )
    found = stage(PlannedHost(*EXCHANGE, overlays=[overlay]), "retire")
    rules = "tls_1_0.client, tls_1_0.server, tls_1_1.client, tls_1_1.server"
    assert found == StageState("retire", "effective", f"By exception only: {rules}.")


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "ciphers.null"),
        (4, "ciphers.null, ciphers.rc4_40_128, ciphers.rc4_56_128, ciphers.rc4_64_128"),
        (5, "ciphers.null, ciphers.rc4_40_128, ciphers.rc4_56_128, ciphers.rc4_64_128 and 1 more"),
    ],
)
def test_a_stage_names_up_to_four_rules_that_are_open_and_counts_the_rest(count: int, shown: str) -> None:
    names = ("null", "rc4_40_128", "rc4_56_128", "rc4_64_128", "rc4_128_128")[:count]
    baseline = direct({f"ciphers.{name}": "disabled" for name in names}, load())
    on = ("NULL", "RC4 40/128", "RC4 56/128", "RC4 64/128", "RC4 128/128")
    state = sample_state("ws2016", None, {rf"SCHANNEL\Ciphers\{name}": {"Enabled": 0xFFFFFFFF} for name in on})
    assert stage_states(state, baseline)[0] == StageState("prepare", "open", f"Not as wanted: {shown}.")


def test_every_change_that_did_not_end_is_named_with_the_way_back() -> None:
    key = r"SCHANNEL\Protocols\TLS 1.2\Server"
    pair = [
        change(f"stopped-{number}", state="open", started=number, operations=[wrote(key, name, None, 1)])
        for number, name in enumerate(("Enabled", "DisabledByDefault"), 1)
    ]
    text = f'[{key}]\n"Enabled"=dword:1\n"DisabledByDefault"=dword:1\n'
    waits = StageState("prepare", "pending", "Waits for a restart: tls_1_2.server.")
    gate = earlier_stage("obsolete", waits, state_of(text, journal=pair))
    assert gate.reason == (
        "Stage 'prepare' is written and does not count yet. Waits for a restart: tls_1_2.server. "
        "The changes stopped-1, stopped-2 did not end and left some values behind."
    )
    assert gate.remedy == (
        "Take each of them back with msexchange.tls.rollback, then run again. "
        "Or, if all of it is as wanted, restart the server."
    )


def test_the_first_server_that_is_not_prepared_is_named_with_its_reason() -> None:
    host = PlannedHost(*EXCHANGE)
    host.harden("obsolete")
    members = {"B": Member("B", False, "Later."), "A": Member("A", None, "Waits for a restart."), "C": PREPARED["EX1"]}
    (gate,) = host.plan("retire", members=members).gates
    harm = "A half-changed organisation loses free/busy, proxying and internal mail."
    assert gate.reason == f"Not prepared, or not known to be: A, B. {harm} A: Waits for a restart."


def test_what_windows_does_not_have_is_changed_in_an_overlay_or_asked_for_otherwise() -> None:
    host = PlannedHost("ws2016", None)
    host.harden("renegotiation")
    rules = tuple(
        dataclasses.replace(rule, want=("TLS_NO_SUCH",)) if rule.id == "cipher_suites_2016" else rule
        for rule in host.baseline.rules
    )
    (gate,) = make_plan(host.state, dataclasses.replace(host.baseline, rules=rules), "suites", members=PREPARED).gates
    assert gate.kind == "ability"
    assert gate.remedy == "Change the rule in an overlay, or take it out for this host."
    by_name = direct({"cipher_suites.group_policy": ["TLS_NO_SUCH"]}, load())
    (gate,) = make_plan(host.state, by_name, "prepare").gates
    assert gate.remedy == "Ask for another value, or leave the setting out for this host."


def test_a_setting_that_is_blocked_says_by_what_and_one_of_a_later_stage_nothing() -> None:
    plan = PlannedHost(*EXCHANGE).plan("obsolete")
    (gate,) = plan.gates
    assert entry(plan, "rc4.128").detail == gate.reason
    assert entry(plan, "tls_1_0.server").detail == ""


def test_a_value_that_goes_is_told_as_deleted() -> None:
    state = sample_state("ws2016", None, {r"SCHANNEL\Ciphers\NULL": {"Enabled": 0}})
    (found,) = make_plan(state, direct({"ciphers.null": "absent"}, load()), "prepare").entries
    assert (found.act, found.before, found.after) == (Act.DELETE, "disabled", None)


def test_a_plan_ends_before_the_stage_that_waits_although_a_later_one_has_nothing_to_do() -> None:
    plan = PlannedHost(*EXCHANGE).plan("tls13")
    assert (plan.reached, plan.complete) == ("prepare", False)


def test_a_stage_that_a_connection_contradicts_is_not_reached_and_not_complete() -> None:
    host = PlannedHost(*EXCHANGE)
    host.harden("retire")
    answer = {"host": "ex1", "port": 443, "service": "https", "transport": "tls", "status": "answered"}
    observed = [{**answer, "versions": {"tls_1_0": {"state": "accepted", "suites": []}}}]
    plan = host.plan("retire", observed=observed)
    assert (plan.reached, plan.next_stage) == ("obsolete", "retire")
    assert to_data(plan)["complete"] is False
    (gate,) = plan.gates
    assert gate.reason == (
        "Stage 'retire' is not in effect. The registry is as wanted, but ex1:443 (https) still answers TLS 1.0."
    )


def test_a_stage_that_is_done_is_told_as_done_behind_one_that_waits() -> None:
    off = {**protocol("TLS 1.0", 0, 1), **protocol("TLS 1.1", 0, 1)}
    plan = PlannedHost(*EXCHANGE, off).plan("retire")
    assert [gate.stage for gate in plan.gates] == ["obsolete"]
    done = entry(plan, "tls_1_0.server")
    assert (done.act, done.reason, done.verdict, done.detail) == (Act.NONE, Reason.AS_WANTED, Verdict.PASS, "")


def test_a_stage_with_a_value_that_is_not_ours_to_write_holds_up_the_later_ones() -> None:
    registry = {POLICY_LISTS: {"Functions": "TLS_RSA_WITH_AES_128_CBC_SHA"}, **protocol("TLS 1.3", 0, 1)}
    host = PlannedHost("ws2022", None, registry)
    host.harden("renegotiation")
    while host.plan("suites").operations:
        host.apply("suites")
        host.restart()
    plan = host.plan("tls13")
    assert [(gate.stage, gate.kind) for gate in plan.gates] == [("suites", "ownership")]
    assert (plan.operations, plan.reached, plan.complete) == ((), "renegotiation", False)
    waiting = entry(plan, "tls_1_3_windows.server")
    assert (waiting.act, waiting.reason, waiting.detail) == (Act.REFUSED, Reason.STAGE_BLOCKED, plan.gates[0].reason)


def test_a_rule_of_which_it_is_not_known_whether_it_applies_is_an_entry_without_a_verdict() -> None:
    host = PlannedHost(*EXCHANGE)
    rules = tuple(rule for rule in host.baseline.rules if rule.id != "tls_1_0.server")
    baseline = dataclasses.replace(host.baseline, rules=rules, undecided={"tls_1_0.server": "the role is unknown"})
    found = entry(make_plan(host.state, baseline, "prepare"), "tls_1_0.server")
    assert (found.act, found.reason, found.verdict) == (Act.NONE, Reason.UNDECIDED, Verdict.UNKNOWN)
    assert found.detail == "Whether the rule applies cannot be told: the role is unknown."


def test_a_setting_about_which_no_rule_applies_is_one_entry_however_many_rules_there_are() -> None:
    host = PlannedHost(*EXCHANGE)
    lists = {rule.id: "no such Windows" for rule in host.baseline.considered.values() if "suites" in rule.setting}
    assert len(lists) > 1
    rules = tuple(rule for rule in host.baseline.rules if rule.id not in lists)
    baseline = dataclasses.replace(host.baseline, rules=rules, not_applicable=lists)
    plan = make_plan(host.state, baseline, "prepare")
    (found,) = [one for one in plan.entries if one.setting == "cipher_suites.group_policy"]
    assert (found.verdict, found.detail) == (Verdict.NOT_APPLICABLE, "no such Windows.")
