# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans on their way out: JSON data, the text of --diff, and .reg files that mean the same as the plan."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
import yaml
from tools.planned_host import PlannedHost
from tools.sample_host import BUILDS, WINHTTP, protocol

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import DELETE_KEY, RegistryValue, from_reg_export
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    FORMAT,
    Operation,
    Plan,
    diff,
    meanings,
    render_plan_reg,
    render_profile_reg,
    render_undo_reg,
    rule_data,
    to_data,
    value_data,
)

pytestmark = pytest.mark.proves("idempotent")

HOST = PlannedHost("ws2016", "15.1.2507.6", protocol("TLS 1.2", 0, 1))


def test_a_plan_is_json_with_a_format_and_fixed_words() -> None:
    data = json.loads(json.dumps(to_data(HOST.plan("prepare"))))
    assert data["format"] == FORMAT
    assert (data["stage"], data["reached"], data["complete"]) == ("prepare", "prepare", True)
    (found,) = [one for one in data["entries"] if one["rule"] == "tls_1_2.server"]
    assert (found["act"], found["reason"], found["verdict"]) == ("set", "differs", "fail")
    assert (found["before"], found["after"]) == ("disabled", "enabled")
    assert found["operations"][0]["before"] == {"kind": 4, "data": 0}
    assert found["operations"][0]["after"] == {"kind": 4, "data": 1}


def test_a_gate_and_a_value_that_is_not_there_are_json_too() -> None:
    data = to_data(HOST.plan("obsolete"))
    assert data["gates"][0]["kind"] == "boot"
    (found,) = [one for one in data["entries"] if one["rule"] == "dotnet_4.native.strong_crypto"]
    assert found["operations"][0]["before"] is None


def test_a_result_has_every_word_of_an_entry_but_the_operations_which_it_lists_by_themselves() -> None:
    plan = HOST.plan("prepare")
    whole = to_data(plan)["entries"]
    assert any(entry["operations"] for entry in whole)
    assert [{**rule_data(entry), "operations": to_data(entry.operations)} for entry in plan.entries] == whole
    assert all("operations" not in rule_data(entry) for entry in plan.entries)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (RegistryValue("", 4, 7), {"kind": 4, "data": 7}),
        (RegistryValue("", 11, 2**40), {"kind": 11, "data": "1099511627776"}),
        (RegistryValue("", 1, "text"), {"kind": 1, "data": "text"}),
        (RegistryValue("", 7, ("a", "b")), {"kind": 7, "data": ["a", "b"]}),
        (RegistryValue("", 4, b"\1\2", raw=True), {"kind": 4, "data": "AQI=", "raw": True}),
        (RegistryValue("", 3, b""), {"kind": 3, "data": "", "raw": True}),
    ],
)
def test_a_value_has_the_form_in_which_the_host_takes_it(value: RegistryValue, data: dict[str, t.Any]) -> None:
    assert value_data(value) == data


def test_meanings_are_told_by_setting_before_and_after() -> None:
    before, after = meanings(HOST.plan("prepare"))
    assert before["protocols.tls_1_2.server"] == "disabled"
    assert after["protocols.tls_1_2.server"] == "enabled"
    assert before["ciphers.rc4_128_128"] is None
    assert after["ciphers.rc4_128_128"] is None


def test_of_two_rules_about_one_mask_the_one_that_writes_is_told() -> None:
    host = PlannedHost("ws2008r2", None)
    before, after = meanings(host.plan("prepare"))
    assert before["winhttp.native.default_secure_protocols"] is None
    assert after["winhttp.native.default_secure_protocols"] == 0x8A0


def test_the_diff_shows_values_and_nothing_else() -> None:
    shown = diff(HOST.plan("prepare"))
    before, after = yaml.safe_load(shown["before"]), yaml.safe_load(shown["after"])
    assert list(before) == list(after) == [one.setting for one in HOST.plan("prepare").entries if one.operations]
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server"
    assert before["protocols.tls_1_2.server"] == {f"{key}\\Enabled": 0, f"{key}\\DisabledByDefault": 1}
    assert after["protocols.tls_1_2.server"] == {f"{key}\\Enabled": 1, f"{key}\\DisabledByDefault": 0}
    assert before["dotnet.v4.native.strong_crypto"] == {
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319\SchUseStrongCrypto": "absent"
    }
    assert "ciphers.rc4_128_128" not in before


def test_the_diff_of_a_plan_without_operations_is_empty() -> None:
    host = PlannedHost("ws2016")
    host.harden()
    shown = diff(host.plan("tls13"))
    assert (shown["before"], shown["after"]) == ("", "")


def test_the_diff_shows_masks_in_hexadecimal_and_broken_values_by_type() -> None:
    host = PlannedHost(
        "ws2016", None, {WINHTTP: {"DefaultSecureProtocols": 0xA0}, **protocol("TLS 1.2", (3, b"\1"), 0)}
    )
    shown = diff(host.plan("prepare"))
    assert "'0xa0'" in shown["before"]
    assert "'0x8a0'" in shown["after"]
    assert "REG_BINARY 01" in shown["before"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "absent"),
        (RegistryValue("", 4, 9), 9),
        (RegistryValue("", 4, 10), "0xa"),
        (RegistryValue("", 11, 10), 10),
        (RegistryValue("", 1, "text"), "text"),
        (RegistryValue("", 7, ("a", "b")), ["a", "b"]),
        (RegistryValue("", 3, b""), "REG_BINARY empty"),
        (RegistryValue("", 4, b"\1\2", raw=True), "REG_DWORD 0102"),
        (RegistryValue("", 99, b"\xff"), "99 ff"),
    ],
)
def test_the_diff_shows_each_value_as_a_person_reads_it(value: RegistryValue | None, shown: t.Any) -> None:
    operation = Operation("set", "KEY", "Name", value, value)
    plan = HOST.plan("prepare")
    changed = dataclasses.replace(plan, entries=(dataclasses.replace(plan.entries[0], operations=(operation,)),))
    for text in (diff(changed)["before"], diff(changed)["after"]):
        assert yaml.safe_load(text) == {plan.entries[0].setting: {r"KEY\Name": shown}}


def with_a_key_that_goes() -> Plan:
    """A plan that also takes away a key, as a way back does with one that the change had made."""
    plan = HOST.plan("prepare")
    gone = Operation(DELETE_KEY, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Ours", "", None, None)
    first = plan.entries[0]
    changed = dataclasses.replace(first, operations=(*first.operations, gone))
    return dataclasses.replace(plan, entries=(changed, *plan.entries[1:]))


def test_the_diff_shows_a_key_that_goes_as_the_empty_key_that_it_is() -> None:
    plan = with_a_key_that_goes()
    before, after = (yaml.safe_load(diff(plan)[side])[plan.entries[0].setting] for side in ("before", "after"))
    key = r"HKEY_LOCAL_MACHINE\SOFTWARE\Ours"
    assert (before[key], after[key]) == ("empty key", "absent")


def test_an_undo_file_never_takes_away_a_key_with_what_somebody_put_into_it() -> None:
    plan = with_a_key_that_goes()
    assert [one for one in plan.operations if one.op == DELETE_KEY]
    for text in (render_plan_reg(plan), render_undo_reg(plan)):
        assert "[-" not in text
        assert "Ours" not in text
        assert "DisabledByDefault" in text


def test_the_diff_names_its_two_sides() -> None:
    shown = diff(HOST.plan("prepare"))
    assert (shown["before_header"], shown["after_header"]) == ("registry now", "registry as planned")


def test_a_diff_has_one_line_for_each_value_however_long_it_is() -> None:
    suites = " ".join(["\u00e4" * 30] * 40)
    operation = Operation("set", "KEY", "Functions", None, RegistryValue("Functions", 1, suites))
    plan = HOST.plan("prepare")
    changed = dataclasses.replace(plan, entries=(dataclasses.replace(plan.entries[0], operations=(operation,)),))
    assert suites in diff(changed)["after"]


def comments(text: str) -> list[str]:
    return [line[2:] for line in text.splitlines() if line.startswith("; ")]


def test_a_reg_file_says_what_it_is_for_and_that_a_restart_is_needed() -> None:
    plan = HOST.plan("prepare")
    restart = "Restart the computer afterwards; most values count from then on."
    of_plan, of_undo = "profile exchange_current, up to stage prepare.", "profile exchange_current."
    assert comments(render_plan_reg(plan, "ex1")) == [f"Plan for ex1: {of_plan}", restart]
    assert comments(render_plan_reg(plan)) == [f"Plan for one host: {of_plan}", restart]
    assert comments(render_undo_reg(plan, "ex1")) == [f"Undo of a plan for ex1: {of_undo}", restart]
    assert comments(render_undo_reg(plan)) == [f"Undo of a plan for one host: {of_undo}", restart]


def test_a_reg_file_of_a_plan_without_a_profile_has_a_dash_for_it() -> None:
    plan = dataclasses.replace(HOST.plan("prepare"), profile="", reached="")
    assert comments(render_plan_reg(plan))[0] == "Plan for one host: profile -, up to stage -."
    assert comments(render_undo_reg(plan))[0] == "Undo of a plan for one host: profile -."


def test_the_undo_goes_backwards() -> None:
    plan = HOST.plan("prepare")
    keys = [line for line in render_plan_reg(plan).splitlines() if line.startswith("[")]
    assert [line for line in render_undo_reg(plan).splitlines() if line.startswith("[")] == keys[::-1]


def imported(text: str, system: str, exchange: str | None) -> dict[tuple[str, str], t.Any]:
    """What a .reg file says, as the reader of exports understands it."""
    export = from_reg_export(text.encode("utf-16"), os=system, exchange=exchange, catalogue=load())
    assert export.ignored == ()
    return {(key.path, value.name): value.data for key in export.observation.walk() for value in key.values}


def test_the_reg_file_of_a_plan_says_what_the_plan_writes() -> None:
    plan = HOST.plan("prepare")
    found = imported(render_plan_reg(plan, "ex1"), "ws2016", "15.1.2507.6")
    for operation in plan.operations:
        assert operation.after is not None
        assert found[operation.path, operation.name] == operation.after.data
    assert "; Plan for ex1: profile exchange_current, up to stage prepare." in render_plan_reg(plan, "ex1")


def test_the_undo_of_a_plan_brings_back_what_was_there() -> None:
    text = render_undo_reg(HOST.plan("prepare"))
    assert '"Enabled"=dword:00000000' in text
    assert '"SchUseStrongCrypto"=-' in text


@pytest.mark.parametrize("system", BUILDS)
@pytest.mark.parametrize("profile", ["exchange_2015", "exchange_current", "exchange_strict"])
def test_a_host_that_imported_the_profile_needs_no_write_any_more(profile: str, system: str) -> None:
    host = PlannedHost(system, None, profile=profile)
    assert host.state.identity.os is not None
    text = render_profile_reg(host.baseline, host.state.identity.os, load())
    registry: dict[str, dict[str, t.Any]] = {}
    for (path, name), data in imported(text, system, None).items():
        registry.setdefault(path, {})[name] = list(data) if isinstance(data, tuple) else data
    host = PlannedHost(system, None, registry, profile=profile)
    plan = host.plan("tls13")
    assert plan.operations == ()
    assert plan.complete


def test_a_profile_can_be_written_up_to_a_stage() -> None:
    os = HOST.state.identity.os
    assert os is not None
    text = render_profile_reg(HOST.baseline, os, load(), stage="prepare")
    assert "TLS 1.2" in text
    assert "TLS 1.0" not in text
    assert "RC4" not in text


def test_a_profile_says_whose_it_is_and_what_cannot_be_known_without_the_host() -> None:
    host = PlannedHost("ws2012r2", "15.0.1497.2", overlays=[WITHOUT_SSL])
    assert host.state.identity.os is not None
    said = comments(render_profile_reg(host.baseline, host.state.identity.os, load()))
    assert said[:2] == [
        "Profile exchange_current for Windows Server 2012 R2, up to stage tls13.",
        "Restart the computer afterwards; most values count from then on.",
    ]
    assert said[2:] == [
        "winhttp_tls_1_2.native: nothing to write, the default of Windows Server 2012 R2 fits.",
        "winhttp_tls_1_2.wow64: nothing to write, the default of Windows Server 2012 R2 fits.",
        "own: without 0x28; look at the value of each host.",
    ]


WITHOUT_SSL = (
    "add:\n  - id: own\n    setting: wininet.machine\n    want: {without: 0x28}\n    stage: obsolete\n"
    "    severity: note\n    reason: Programs that use WinINet must not offer SSL.\n    sources: [S25]\n"
)


def test_a_mask_that_two_stages_change_is_written_once_with_both() -> None:
    host = PlannedHost("ws2008r2")
    assert host.state.identity.os is not None
    text = render_profile_reg(host.baseline, host.state.identity.os, load())
    assert (
        text.count("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp]")
        == 1
    )
    assert text.count('"DefaultSecureProtocols"=dword:00000880') == 2
    assert 'DefaultSecureProtocols"=dword:000008a0' not in text


def test_a_baseline_without_a_profile_has_a_dash_for_it() -> None:
    os = HOST.state.identity.os
    assert os is not None
    baseline = direct({"ciphers.null": "absent"}, load())
    text = render_profile_reg(baseline, os, load())
    assert comments(text)[0].startswith("Profile - for Windows Server 2016")
    assert '"Enabled"=-' in text
    assert len(comments(text)) == 2
