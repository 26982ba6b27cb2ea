# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guard finds what is wrong with a damaged plan, all of it at once."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from tools.planned_host import PlannedHost
from tools.sample_host import SCHANNEL, full, protocol

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Act, Gate, Operation, Plan, check_plan

pytestmark = pytest.mark.proves("no_lockout")

LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
HOST = PlannedHost("ws2016", "15.1.2507.6", {**protocol("TLS 1.2", 0, 1), LSA: {"FIPSAlgorithmPolicy": 0}})


def with_entry(plan: Plan, which: str, **changes: t.Any) -> Plan:
    """The plan with the entry of one rule changed."""
    entries = tuple(dataclasses.replace(one, **changes) if one.rule == which else one for one in plan.entries)
    return dataclasses.replace(plan, entries=entries)


def with_operation(plan: Plan, rule: str, **changes: t.Any) -> Plan:
    """The plan with the first operation of one entry changed."""
    (found,) = [one for one in plan.entries if one.rule == rule]
    first, *rest = found.operations
    return with_entry(plan, rule, operations=(dataclasses.replace(first, **changes), *rest))


def enabled(data: int) -> RegistryValue:
    """A value of Enabled."""
    return RegistryValue("Enabled", 4, data)


def drop(plan: Plan, setting: str) -> Plan:
    """The plan without the entries about a setting."""
    return dataclasses.replace(plan, entries=tuple(one for one in plan.entries if one.setting != setting))


def foreign(plan: Plan) -> tuple[Operation, ...]:
    """A write to a key that is no place of the setting and was never read."""
    return (Operation("set", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Other", "Enabled", None, enabled(1)),)


def unasked(plan: Plan) -> Operation:
    """A write to a value that nobody asked for, in a key of which others were read."""
    return Operation("set", full(LSA), "Bounds", None, RegistryValue("Bounds", 1, "x"))


HOSTILE = Gate("prepare", "host", "boot", "Something.", "Something else.")


def deleting(plan: Plan) -> tuple[Operation, ...]:
    """Writes that spoil what the plan has just made right."""
    key = rf"{SCHANNEL}\Protocols\TLS 1.2\Client"
    return (Operation("set", key, "Enabled", enabled(0), enabled(0)),)


DAMAGES: dict[str, tuple[t.Callable[[Plan], Plan], str]] = {
    "act without operations": (lambda p: with_entry(p, "tls_1_2.server", operations=()), "act set with 0 operations"),
    "operations without act": (lambda p: with_entry(p, "tls_1_2.server", act=Act.NONE), "act none with 2 operations"),
    "another before": (
        lambda p: with_operation(p, "tls_1_2.server", before=enabled(7)),
        "observed was another value",
    ),
    "no change": (lambda p: with_operation(p, "tls_1_2.server", after=enabled(0)), "writes Enabled as it is"),
    "wrong result": (
        lambda p: with_operation(p, "tls_1_2.server", after=enabled(0)),
        "not as wanted after the operations",
    ),
    "foreign place": (
        lambda p: with_entry(p, "tls_1_2.server", operations=foreign(p)),
        "which is no place of the setting",
    ),
    "unread key": (
        lambda p: with_entry(p, "tls_1_2.server", operations=foreign(p)),
        "writes a value that was not read",
    ),
    "unread value": (
        lambda p: with_entry(p, "tls_1_2.server", operations=(unasked(p),)),
        "tls_1_2.server (protocols.tls_1_2.server): writes a value that was not read",
    ),
    "later stage": (lambda p: with_entry(p, "tls_1_2.server", stage="retire"), "writes in stage 'retire'"),
    "nothing said": (lambda p: drop(p, "protocols.tls_1_0.server"), "is in the baseline and not in the plan"),
    "written twice": (
        lambda p: with_operation(p, "tls_1_2.client", path=rf"{SCHANNEL}\Protocols\TLS 1.2\Server"),
        "is written twice",
    ),
    "rule that does not apply": (
        lambda p: with_entry(p, "tls_1_2.server", rule="tls_1_3_exchange.server"),
        "does not apply to this host",
    ),
    "applyable": (lambda p: dataclasses.replace(p, applyable=False), "applyable does not say"),
    "reboot": (lambda p: dataclasses.replace(p, reboot_required=False), "reboot_required does not follow"),
    "gates": (lambda p: dataclasses.replace(p, gates=(HOSTILE,)), "complete although a stage is missing"),
    "broken rule": (
        lambda p: with_entry(p, "dotnet_4.native.strong_crypto", operations=deleting(p)),
        "tls_1_2.client: not as wanted after the operations",
    ),
    "complete": (lambda p: dataclasses.replace(p, reached=""), "complete although a stage is missing"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_plan_is_found_out(name: str) -> None:
    damage, sentence = DAMAGES[name]
    plan = HOST.plan("prepare")
    assert any(sentence in found for found in check_plan(HOST.state, HOST.baseline, damage(plan)))


def test_every_damage_is_reported_not_only_the_first() -> None:
    plan = HOST.plan("prepare")
    for damage in ("applyable", "reboot", "complete", "another before"):
        plan = DAMAGES[damage][0](plan)
    assert len(check_plan(HOST.state, HOST.baseline, plan)) == 4


@pytest.mark.parametrize("data", ["", "A" * 1024, "TLS_RSA_WITH_AES_128_CBC_SHA,", " TLS_RSA_WITH_AES_128_CBC_SHA", 5])
def test_a_suite_list_that_must_not_be_written_is_found_out(data: t.Any) -> None:
    host = PlannedHost("ws2016", None)
    host.harden("renegotiation")
    plan = with_operation(host.plan("suites"), "cipher_suites_2016", after=RegistryValue("Functions", 1, data))
    found = check_plan(host.state, host.baseline, plan)
    sentence = "a suite list must be text of 1 to 1023 characters."
    assert f"cipher_suites_2016 (cipher_suites.group_policy): {sentence}" in found


def test_a_rule_that_was_as_wanted_and_is_not_any_more_is_found_out() -> None:
    host = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", 1, 0))
    key = rf"{SCHANNEL}\Protocols\TLS 1.2\Client"
    spoil = (Operation("set", key, "Enabled", enabled(1), enabled(0)),)
    plan = with_entry(host.plan("prepare"), "dotnet_4.native.strong_crypto", operations=spoil)
    found = check_plan(host.state, host.baseline, plan)
    assert "tls_1_2.client: not as wanted after the operations." in found
    assert "tls_1_2.server: not as wanted after the operations." not in found
    assert not [sentence for sentence in found if sentence.startswith("tls_1_0")]


@pytest.mark.parametrize("data", ["A" * 1023, "A"])
def test_a_suite_list_may_be_as_long_as_windows_takes(data: str) -> None:
    host = PlannedHost("ws2016", None)
    host.harden("renegotiation")
    plan = with_operation(host.plan("suites"), "cipher_suites_2016", after=RegistryValue("Functions", 1, data))
    assert not [one for one in check_plan(host.state, host.baseline, plan) if "a suite list must be" in one]


def test_a_sound_plan_gives_the_guard_nothing_to_say_and_a_damaged_one_names_rule_and_setting() -> None:
    plan = HOST.plan("prepare")
    assert check_plan(HOST.state, HOST.baseline, plan) == ()
    (found,) = check_plan(HOST.state, HOST.baseline, DAMAGES["another before"][0](plan))
    assert found.startswith("tls_1_2.server (protocols.tls_1_2.server): expects ")
