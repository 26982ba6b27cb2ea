# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way through the stages: what is written when, what waits for what, and how a plan says so."""

from __future__ import annotations

import dataclasses

import pytest
from tools.planned_host import PlannedHost, entry
from tools.sample_host import NOW, POLICY_LISTS, SCHANNEL, protocol

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Act, Reason, Verdict, prepared, stage_states

pytestmark = pytest.mark.proves("stages_and_gates")

HOSTS = [
    ("ws2008r2", "15.0.1497.2"),
    ("ws2012", "15.0.1497.2"),
    ("ws2012r2", "15.0.1497.2"),
    ("ws2012r2", "15.1.2507.6"),
    ("ws2016", "15.1.2507.6"),
    ("ws2019", "15.2.1748.10"),
    ("ws2022", "15.2.1544.4"),
    ("ws2022", "15.2.1748.10"),
    ("ws2025", "15.2.2562.17"),
    ("ws2022", None),
    ("win7", None),
    ("win8", None),
    ("win8_1", None),
    ("win10", None),
    ("win11", None),
]


@pytest.mark.parametrize(("system", "exchange"), HOSTS)
@pytest.mark.parametrize("profile", ["exchange_2015", "exchange_current", "exchange_strict"])
def test_every_windows_comes_to_rest_with_all_stages_in_effect(profile: str, system: str, exchange: str | None) -> None:
    host = PlannedHost(system, exchange, profile=profile)
    plans = host.harden()
    assert set(host.stages().values()) <= {"effective", "not_applicable"}
    last = plans[-1]
    assert (last.reached, last.complete, last.applyable, last.gates, last.next_stage) == ("tls13", True, False, (), "")
    assert not last.reboot_required
    assert {one.verdict for one in last.entries} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize(("system", "exchange"), HOSTS)
def test_each_run_writes_one_stage_and_waits_for_a_restart(system: str, exchange: str | None) -> None:
    for plan in PlannedHost(system, exchange).harden()[:-1]:
        stages = {one.stage for one in plan.entries if one.operations}
        assert len(stages) == 1
        assert plan.reboot_required
        assert [gate.kind for gate in plan.gates] in ([], ["boot"])


def test_the_default_stage_ends_with_the_name_of_the_next_one_and_what_blocks_it() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6")
    plan = host.apply("prepare")
    assert (plan.reached, plan.complete, plan.next_stage) == ("prepare", True, "obsolete")
    assert plan.gates == ()
    assert [(gate.stage, gate.kind) for gate in plan.next_gates] == [("obsolete", "boot")]
    host.restart()
    assert host.plan("prepare").next_gates == ()
    assert host.plan("prepare").next_stage == "obsolete"


def test_a_plan_that_needs_a_restart_in_between_is_applyable_and_not_complete() -> None:
    plan = PlannedHost("ws2016", "15.1.2507.6").plan("retire")
    assert (plan.applyable, plan.complete, plan.reached, plan.next_stage) == (True, False, "prepare", "obsolete")
    assert [(gate.stage, gate.scope, gate.kind) for gate in plan.gates] == [("obsolete", "host", "boot")]
    blocked = [one for one in plan.entries if one.act is Act.REFUSED]
    assert {one.reason for one in blocked} == {Reason.STAGE_BLOCKED}
    assert {one.stage for one in blocked} == {"obsolete", "retire"}


def test_stages_after_the_wanted_one_are_judged_and_left_alone() -> None:
    plan = PlannedHost("ws2016", "15.1.2507.6").plan("prepare")
    later = entry(plan, "tls_1_0.server")
    assert (later.act, later.reason, later.verdict, later.after) == (Act.NONE, Reason.LATER_STAGE, Verdict.FAIL, None)


def test_what_is_written_and_not_booted_is_neither_written_again_nor_counted() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6")
    host.apply("prepare")
    plan = host.plan("obsolete")
    assert plan.operations == ()
    assert host.stages()["prepare"] == "pending"
    assert [(gate.stage, gate.kind) for gate in plan.gates] == [("obsolete", "boot")]
    assert plan.gates[0].remedy.startswith("Restart the server")
    assert entry(plan, "tls_1_2.server").verdict is Verdict.UNKNOWN


def test_a_key_that_somebody_else_wrote_after_the_boot_blocks_and_says_that_nobody_will_restart_for_it() -> None:
    values = {**protocol("TLS 1.2", 1, 0)}
    times = {rf"{SCHANNEL}\Protocols\TLS 1.2\Server": NOW - 1}
    host = PlannedHost("ws2016", None, values, written=times)
    host.apply("prepare")
    host.observation = PlannedHost("ws2016", None, full_prepare(values), written=times).observation
    gate = host.plan("obsolete").gates[0]
    assert (gate.kind, gate.stage) == ("boot", "obsolete")
    assert "somebody else" in gate.remedy


def full_prepare(values: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Everything that stage prepare wants of Windows Server 2016."""
    dotnet = {
        rf"HKLM\SOFTWARE\{root}Microsoft\.NETFramework\{version}": {
            "SystemDefaultTlsVersions": 1,
            "SchUseStrongCrypto": 1,
        }
        for root in ("", "WOW6432Node\\")
        for version in ("v2.0.50727", "v4.0.30319")
    }
    return {**values, **dotnet}


def test_a_server_that_is_as_wanted_needs_no_write_and_no_restart() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", full_prepare(protocol("TLS 1.2", 1, 0)))
    plan = host.plan("prepare")
    assert (plan.operations, plan.reboot_required, plan.applyable, plan.complete) == ((), False, False, True)
    assert host.stages()["prepare"] == "effective"


def test_an_earlier_stage_that_was_undone_is_repaired_before_a_later_one_goes_on() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6")
    host.harden("retire")
    undone = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", 0, 1)).observation
    host.observation = undone
    plan = host.plan("retire")
    assert plan.reached == "prepare"
    assert {one.stage for one in plan.entries if one.operations} == {"prepare"}


def test_an_unreadable_key_gives_no_operation_and_no_verdict_and_blocks_what_comes_after() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", denied=[rf"{SCHANNEL}\Protocols\TLS 1.2\Server"])
    plan = host.plan("obsolete")
    unread = entry(plan, "tls_1_2.server")
    assert (unread.act, unread.reason, unread.verdict, unread.operations) == (
        Act.NONE,
        Reason.UNREAD,
        Verdict.UNKNOWN,
        (),
    )
    assert entry(plan, "tls_1_2.client").operations
    assert [(gate.stage, gate.kind) for gate in plan.gates] == [("prepare", "unknown")]
    assert not plan.complete
    assert plan.reached == ""


def test_an_unreadable_key_alone_leaves_the_stage_unknown() -> None:
    registry = full_prepare(protocol("TLS 1.2", 1, 0, sides="Client"))
    host = PlannedHost("ws2016", "15.1.2507.6", registry, denied=[rf"{SCHANNEL}\Protocols\TLS 1.2\Server"])
    assert host.stages()["prepare"] == "unknown"
    assert prepared(host.state, host.baseline).prepared is None
    plan = host.plan("obsolete")
    assert plan.operations == ()
    assert [gate.kind for gate in plan.gates] == ["unknown"]


def test_a_host_whose_boot_time_is_unknown_is_written_once_and_never_counts_as_effective() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", full_prepare(protocol("TLS 1.2", 1, 0)), boot=None)
    assert host.stages()["prepare"] == "unknown"
    assert host.plan("prepare").complete
    plan = host.plan("obsolete")
    assert plan.operations == ()
    assert [(gate.stage, gate.kind) for gate in plan.gates] == [("obsolete", "unknown")]


def test_prepared_follows_the_first_stage_only() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6")
    assert prepared(host.state, host.baseline).prepared is False
    host.apply("prepare")
    assert prepared(host.state, host.baseline).prepared is False
    host.restart()
    member = prepared(host.state, host.baseline, name="ex1.example.test")
    assert (member.name, member.prepared) == ("ex1.example.test", True)
    assert prepared(host.state, host.baseline).name == "EX1"


def test_a_server_says_why_it_is_not_prepared_and_nothing_when_it_is() -> None:
    host = PlannedHost("ws2022", "15.2.1748.10")
    assert prepared(host.state, host.baseline).detail == (
        "Not as wanted: tls_1_2.client, tls_1_2.server, dotnet_4.native.system_default_tls_versions, "
        "dotnet_4.native.strong_crypto and 6 more."
    )
    host.apply("prepare")
    waiting = prepared(host.state, host.baseline)
    assert (waiting.name, waiting.prepared) == ("EX1", False)
    assert waiting.detail.startswith("Waits for a restart: ")
    host.restart()
    assert prepared(host.state, host.baseline).detail == ""


def test_a_server_that_does_not_tell_its_name_has_none() -> None:
    host = PlannedHost("ws2016")
    machine = dataclasses.replace(host.observation.machine, computer=None)
    host.observation = dataclasses.replace(host.observation, machine=machine)
    assert prepared(host.state, host.baseline).name == ""


def test_a_server_about_which_a_rule_of_the_first_stage_cannot_be_decided_is_not_known_to_be_prepared() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6")
    host.harden("prepare")
    rule = next(rule for rule in host.baseline.rules if rule.stage == "prepare")
    rules = tuple(one for one in host.baseline.rules if one.id != rule.id)
    baseline = dataclasses.replace(host.baseline, rules=rules, undecided={rule.id: "the role is unknown"})
    member = prepared(host.state, baseline)
    assert member.prepared is None
    assert member.detail == f"Whether {rule.id} applies cannot be told: the role is unknown."


def test_a_stage_that_cannot_be_judged_names_the_rule_and_the_reason() -> None:
    registry = full_prepare(protocol("TLS 1.2", 1, 0, sides="Client"))
    host = PlannedHost("ws2016", None, registry, denied=[rf"{SCHANNEL}\Protocols\TLS 1.2\Server"])
    (found,) = [one for one in stage_states(host.state, host.baseline) if one.stage == "prepare"]
    assert found.detail == "Cannot be judged: tls_1_2.server. The registry key could not be read."


@pytest.mark.parametrize(("rule", "missing"), [("tls_1_2", "protocols.tls_1_2.server"), ("dotnet_4", "dotnet.v4.")])
def test_an_exception_makes_no_server_ready_for_the_others_to_retire_tls_1_0(rule: str, missing: str) -> None:
    overlay = f"exceptions:\n  - {{rule: {rule}, owner: Ann, reason: Old, ticket: C-1, until: 2027-01-01}}\n"
    host = PlannedHost("ws2012r2", "15.0.1497.2", protocol("TLS 1.2", 0, 1), overlays=[overlay])
    host.harden("prepare")
    assert host.stages()["prepare"] == "effective"
    member = prepared(host.state, host.baseline)
    assert member.prepared is False
    assert missing in member.detail


def test_a_profile_that_leaves_out_dotnet_makes_no_server_ready_either() -> None:
    host = PlannedHost("ws2012r2", "15.0.1497.2", profile="exchange_2015")
    host.harden("prepare")
    assert host.stages()["prepare"] == "effective"
    assert prepared(host.state, host.baseline).prepared is False


def test_a_stage_whose_rules_are_all_excepted_is_in_effect_by_exception() -> None:
    overlay = (
        "exceptions:\n"
        "  - {rule: tls_1_0, owner: Ann, reason: Old printers, ticket: C-1, until: 2027-01-01}\n"
        "  - {rule: tls_1_1, owner: Ann, reason: Old printers, ticket: C-1, until: 2027-01-01}\n"
    )
    host = PlannedHost("ws2016", "15.1.2507.6", overlays=[overlay])
    assert host.stages()["retire"] == "effective"
    excepted = entry(host.plan("retire"), "tls_1_0.server")
    assert (excepted.act, excepted.reason, excepted.verdict) == (Act.NONE, Reason.EXEMPT, Verdict.EXEMPT)
    assert excepted.detail == "Old printers (Ann, C-1, until 2027-01-01)"
    assert (excepted.before, excepted.after, excepted.operations) == (None, None, ())
    written = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.0", 1, 0), overlays=[overlay]).plan("retire")
    assert (entry(written, "tls_1_0.server").before, entry(written, "tls_1_0.server").after) == ("enabled", "enabled")


def test_every_setting_of_the_baseline_has_an_entry_in_the_order_of_the_stages() -> None:
    host = PlannedHost("ws2022", "15.2.1748.10")
    plan = host.plan("tls13")
    assert {one.setting for one in plan.entries} == {rule.setting for rule in host.baseline.considered.values()}
    stages = [STAGES.index(one.stage) for one in plan.entries]
    assert stages == sorted(stages)


def test_rules_for_other_windows_are_no_entries_while_one_applies() -> None:
    plan = PlannedHost("ws2016", "15.1.2507.6").plan("suites")
    assert [one.rule for one in plan.entries if one.setting == "cipher_suites.group_policy"] == ["cipher_suites_2016"]


def test_a_setting_to_which_nothing_applies_is_an_entry_that_says_so() -> None:
    plan = PlannedHost("ws2012r2", "15.0.1497.2").plan("suites")
    left_out = entry(plan, "renegotiation.clients")
    assert (left_out.act, left_out.reason, left_out.verdict) == (
        Act.NONE,
        Reason.NOT_APPLICABLE,
        Verdict.NOT_APPLICABLE,
    )
    assert "ex2013" in left_out.detail


def test_a_stage_that_does_not_exist_is_refused_by_name() -> None:
    host = PlannedHost("ws2016")
    with pytest.raises(ValueError, match=r"there is no stage 'retired'; stages are prepare, obsolete"):
        host.plan("retired")


def test_a_list_whose_key_was_written_after_the_boot_waits_and_is_not_written_again() -> None:
    names = next(rule.want for rule in PlannedHost("ws2016").baseline.rules if rule.id == "cipher_suites_2016")
    assert isinstance(names, tuple)
    registry = {POLICY_LISTS: {"Functions": ",".join(names), "EccCurves": ["NistP384", "NistP256"]}}
    host = PlannedHost("ws2016", None, registry, written={POLICY_LISTS: NOW - 1})
    found = entry(host.plan("suites"), "cipher_suites_2016")
    assert (found.act, found.reason, found.verdict) == (Act.NONE, Reason.AS_WANTED, Verdict.UNKNOWN)
    assert "restart" in found.detail
