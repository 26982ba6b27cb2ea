# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written for a wanted meaning, and what is left as it is because it means the same."""

from __future__ import annotations

import typing as t

import pytest
from lab import preg
from tools.planned_host import PlannedHost, entry, unreadable, written
from tools.sample_host import POLICY_LISTS, SCHANNEL, WINHTTP, WINHTTP_32, protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Act,
    Entry,
    Operation,
    Plan,
    Reason,
    Verdict,
    check_plan,
    make_plan,
)

pytestmark = pytest.mark.proves("least_written")

ON = 0xFFFFFFFF
RC4 = r"SCHANNEL\Ciphers\RC4 128/128"


def plan_of(
    setting: str, wanted: t.Any, registry: t.Any, system: str = "ws2016", *, force: bool = False, **more: t.Any
) -> Plan:
    """The plan for one setting."""
    state = sample_state(system, None, registry, **more)
    baseline = direct({setting: wanted}, load())
    plan = make_plan(state, baseline, "prepare", members={}, force=force)
    assert check_plan(state, baseline, plan) == ()
    assert unreadable(plan) == []
    return plan


def only(plan: Plan) -> Entry:
    """The one entry of a plan."""
    (found,) = plan.entries
    return found


def side(enabled: t.Any, by_default: t.Any) -> dict[str, t.Any]:
    """Both values of TLS 1.1 on the server side."""
    return protocol("TLS 1.1", enabled, by_default, sides="Server")


@pytest.mark.parametrize(
    ("wanted", "found", "writes"),
    [
        ("disabled", (None, None), {"Enabled": 0, "DisabledByDefault": 1}),
        ("disabled", (1, 0), {"Enabled": 0, "DisabledByDefault": 1}),
        ("disabled", (ON, 0), {"Enabled": 0, "DisabledByDefault": 1}),
        ("disabled", (1, 1), {"Enabled": 0}),
        ("disabled", (None, 1), {"Enabled": 0}),
        ("disabled", (0, 1), {}),
        ("disabled", (0, 0), {}),
        ("disabled", (0, None), {}),
        ("disabled", (0, ON), {}),
        ("enabled", (0, 1), {"Enabled": 1, "DisabledByDefault": 0}),
        ("enabled", (1, 1), {"DisabledByDefault": 0}),
        ("enabled", (0, 0), {"Enabled": 1}),
        ("enabled", (None, 1), {"Enabled": 1, "DisabledByDefault": 0}),
        ("enabled", (None, None), {}),
        ("enabled", (ON, 0), {}),
        ("enabled", (1, None), {}),
        ("enabled", (None, 0), {}),
        ("disabled_by_default", (1, 0), {"DisabledByDefault": 1}),
        ("disabled_by_default", (1, 1), {}),
        ("absent", (0, 1), {"Enabled": None, "DisabledByDefault": None}),
        ("absent", (0, None), {"Enabled": None}),
        ("absent", (None, None), {}),
        ("disabled", ((3, b"\0\0\0\0"), 1), {"Enabled": 0}),
        ("disabled", ((4, b"\0\0"), 1), {"Enabled": 0}),
        ("enabled", ("1", 0), {"Enabled": 1}),
    ],
)
def test_a_version_is_written_only_where_a_value_says_something_else(
    wanted: str, found: tuple[t.Any, t.Any], writes: dict[str, t.Any]
) -> None:
    plan = plan_of("protocols.tls_1_1.server", wanted, side(*found))
    assert written(plan) == {("Server", name): data for name, data in writes.items()}


def test_an_operation_says_how_where_from_what_and_to_what_it_writes() -> None:
    key = rf"{SCHANNEL}\Protocols\TLS 1.1\Server"
    before = RegistryValue("Enabled", 4, 0)
    (operation,) = plan_of("protocols.tls_1_1.server", "enabled", side(0, 0)).operations
    assert operation == Operation("set", key, "Enabled", before, RegistryValue("Enabled", 4, 1))
    (operation,) = plan_of("protocols.tls_1_1.server", "absent", side(0, None)).operations
    assert operation == Operation("delete_value", key, "Enabled", before, None)


@pytest.mark.parametrize(
    ("wanted", "found", "writes"),
    [
        ("disabled", None, 0),
        ("disabled", 1, 0),
        ("disabled", 0, "nothing"),
        ("enabled", 0, ON),
        ("enabled", 1, "nothing"),
        ("enabled", ON, "nothing"),
        ("enabled", None, "nothing"),
        ("absent", 0, None),
        ("disabled", "0", 0),
    ],
)
def test_a_cipher_is_written_as_0_or_0xffffffff_and_never_as_1(wanted: str, found: t.Any, writes: t.Any) -> None:
    registry = {} if found is None else {RC4: {"Enabled": found}}
    expected = {} if writes == "nothing" else {("RC4 128/128", "Enabled"): writes}
    assert written(plan_of("ciphers.rc4_128_128", wanted, registry)) == expected


@pytest.mark.parametrize(
    ("wanted", "found", "writes"),
    [("enabled", 2, 1), ("enabled", 1, "nothing"), ("enabled", None, 1), ("enabled", 0, 1), ("disabled", 2, 0)],
)
def test_dotnet_wants_exactly_1(wanted: str, found: t.Any, writes: t.Any) -> None:
    key = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
    registry = {} if found is None else {key: {"SchUseStrongCrypto": found}}
    expected = {} if writes == "nothing" else {("v4.0.30319", "SchUseStrongCrypto"): writes}
    assert written(plan_of("dotnet.v4.native.strong_crypto", wanted, registry)) == expected


@pytest.mark.parametrize(("wanted", "found", "writes"), [("enabled", 7, {}), ("disabled", 7, 0), ("disabled", None, 0)])
def test_another_switch_is_on_with_any_number(wanted: str, found: t.Any, writes: t.Any) -> None:
    registry = {} if found is None else {"SCHANNEL": {"AllowInsecureRenegoClients": found}}
    expected = {} if writes == {} else {("SCHANNEL", "AllowInsecureRenegoClients"): writes}
    assert written(plan_of("renegotiation.insecure_clients", wanted, registry)) == expected


@pytest.mark.parametrize(
    ("system", "found", "prepared", "without_ssl"),
    [
        ("ws2008r2", None, 0x8A0, 0x880),
        ("win7", None, 0x8A0, 0x880),
        ("ws2012", None, 0x8A0, 0x880),
        ("ws2012r2", None, None, None),
        ("ws2016", None, None, None),
        ("ws2025", None, None, None),
        ("ws2012", 0x80, 0x880, 0x880),
        ("ws2016", 0x80, 0x880, 0x880),
        ("ws2016", 0xAA0, 0xAA0, 0xA80),
        ("ws2016", 0x2000, 0x2800, 0x2800),
        ("ws2016", 0, 0x800, 0x800),
        ("ws2016", 0x40000800, 0x40000800, 0x40000800),
        ("ws2016", (3, b"\x80"), None, None),
        ("ws2008r2", "0x800", 0x8A0, 0x880),
    ],
)
def test_winhttp_gains_tls_1_2_loses_ssl_and_keeps_every_other_bit(
    system: str, found: t.Any, prepared: int | None, without_ssl: int | None
) -> None:
    registry = (
        {}
        if found is None
        else {WINHTTP: {"DefaultSecureProtocols": found}, WINHTTP_32: {"DefaultSecureProtocols": found}}
    )
    host = PlannedHost(system, None, registry)
    host.harden("prepare")
    assert mask(host) == prepared
    host.harden("obsolete")
    assert mask(host) == without_ssl


def mask(host: PlannedHost) -> t.Any:
    """The mask of both WinHTTPs, which are the same."""
    found = [host.observation.value(key, "DefaultSecureProtocols") for key in (WINHTTP, WINHTTP_32)]
    assert found[0] == found[1]
    return None if found[0] is None else found[0].data


def test_a_mask_whose_default_is_not_known_is_left_alone_where_it_is_absent() -> None:
    overlay = (
        "add:\n  - id: own\n    setting: wininet.machine\n    want: {without: 0x28}\n    stage: obsolete\n"
        "    severity: note\n    reason: Programs that use WinINet must not offer SSL.\n    sources: [S25]\n"
    )
    host = PlannedHost("ws2016", None, overlays=[overlay])
    host.harden("prepare")
    found = entry(host.plan("obsolete"), "own")
    assert (found.act, found.reason, found.verdict, found.operations) == (
        Act.NONE,
        Reason.UNDECIDED,
        Verdict.UNKNOWN,
        (),
    )
    key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings"
    host = PlannedHost("ws2016", None, {key: {"SecureProtocols": 0xAA8}}, overlays=[overlay])
    host.harden("obsolete")
    assert entry(host.plan("obsolete"), "own").before == 0xA80


def test_a_mask_that_would_lose_its_last_bit_goes_back_to_the_default() -> None:
    host = PlannedHost("ws2016", None, {WINHTTP: {"DefaultSecureProtocols": 0x28}})
    host.harden("obsolete")
    assert mask_of(host, WINHTTP) == 0x800


def mask_of(host: PlannedHost, key: str) -> t.Any:
    """One mask."""
    value = host.observation.value(key, "DefaultSecureProtocols")
    return None if value is None else value.data


LISTS = [
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
]


def test_a_suite_list_is_written_as_one_text_and_leaves_the_curves_alone() -> None:
    plan = plan_of("cipher_suites.group_policy", LISTS, {POLICY_LISTS: {"EccCurves": ["NistP384"]}})
    (operation,) = plan.operations
    assert operation.after is not None
    assert (operation.name, operation.after.kind, operation.after.data) == ("Functions", 1, ",".join(LISTS))


def test_a_wanted_name_that_this_windows_does_not_know_is_not_missed() -> None:
    registry = {POLICY_LISTS: {"Functions": ",".join(LISTS)}}
    found = only(plan_of("cipher_suites.group_policy", [*LISTS, "TLS_AES_256_GCM_SHA384"], registry))
    assert (found.act, found.verdict, found.operations) == (Act.NONE, Verdict.PASS, ())


def test_a_curve_list_is_written_as_elements_and_leaves_the_suites_alone() -> None:
    registry = {POLICY_LISTS: {"Functions": ",".join(LISTS)}}
    plan = plan_of("curves.group_policy", ["NistP384", "NistP256"], registry)
    (operation,) = plan.operations
    assert operation.after is not None
    assert (operation.name, operation.after.kind, operation.after.data) == ("EccCurves", 7, ("NistP384", "NistP256"))


def test_curves_mean_nothing_before_server_2016() -> None:
    found = only(plan_of("curves.group_policy", ["NistP384"], {}, "ws2012r2"))
    assert found.act in (Act.NONE, Act.REFUSED)
    assert found.operations == ()


def test_a_setting_that_this_windows_does_not_have_is_refused_and_says_so() -> None:
    plan = plan_of("protocols.tls_1_3.server", "enabled", {}, "ws2019")
    found = only(plan)
    assert (found.act, found.reason, found.verdict) == (Act.REFUSED, Reason.UNSUPPORTED, Verdict.FAIL)
    assert "Windows Server 2019" in found.detail
    assert [gate.kind for gate in plan.gates] == ["ability"]


def test_a_number_is_written_as_it_is() -> None:
    assert written(plan_of("schannel.client_cache_time", 0, {})) == {("SCHANNEL", "ClientCacheTime"): 0}
    assert written(plan_of("schannel.client_cache_time", 0, {"SCHANNEL": {"ClientCacheTime": 0}})) == {}


@pytest.mark.parametrize(
    ("registry", "force", "reason"),
    [
        ({}, False, Reason.ABSENT),
        ({POLICY_LISTS: {"Functions": LISTS[0]}}, False, Reason.OWNER_UNKNOWN),
        ({POLICY_LISTS: {"Functions": LISTS[0]}}, True, Reason.DIFFERS),
        ({POLICY_LISTS: {"Functions": ",".join(LISTS)}}, False, Reason.AS_WANTED),
        ({POLICY_LISTS: {"Functions": ",".join([*LISTS, "TLS_NO_SUCH"])}}, False, Reason.EQUAL_MEANING),
        ({POLICY_LISTS: {"EccCurves": ["NistP256"]}}, False, Reason.ABSENT),
    ],
)
def test_a_value_in_a_group_policy_place_that_is_not_known_to_be_ours_needs_force(
    registry: t.Any, force: bool, reason: Reason
) -> None:
    plan = plan_of("cipher_suites.group_policy", LISTS, registry, force=force)
    assert only(plan).reason is reason
    assert [gate.kind for gate in plan.gates] == (["ownership"] if reason is Reason.OWNER_UNKNOWN else [])


def test_a_value_that_we_wrote_is_ours_to_change() -> None:
    host = PlannedHost("ws2016")
    host.harden("suites")
    host.profile = "exchange_strict"
    plan = host.plan("suites")
    assert plan.gates == ()
    assert entry(plan, "cipher_suites_2016").act is Act.SET


def test_a_value_of_a_domain_group_policy_is_left_to_it() -> None:
    recorded = preg.encode([{"key": POLICY_LISTS.split("\\", 1)[1], "value": "Functions", "data": LISTS[0]}])
    registry = {POLICY_LISTS: {"Functions": LISTS[0]}}
    plan = plan_of("cipher_suites.group_policy", LISTS, registry, group_policy=recorded)
    found = only(plan)
    assert (found.act, found.reason, found.verdict) == (Act.REFUSED, Reason.OWNED_BY_GROUP_POLICY, Verdict.FAIL)
    assert "change the Group Policy" in found.detail
    assert plan_of("cipher_suites.group_policy", LISTS, registry, group_policy=recorded, force=True).operations


def test_an_owned_list_is_refused_and_the_rest_of_its_stage_is_written() -> None:
    registry = {POLICY_LISTS: {"Functions": LISTS[0]}}
    plan = PlannedHost("ws2016", None, registry, overlays=[REST]).plan("suites")
    assert entry(plan, "cipher_suites_2016").reason is Reason.OWNER_UNKNOWN
    assert entry(plan, "triple_des").act is Act.SET
    assert [gate.kind for gate in plan.gates] == ["ownership"]
    assert not plan.complete


#: Leaves stage suites alone in the profile.
REST = "rules:\n" + "".join(
    f"  {name}: {{remove: true}}\n"
    for name in (
        "tls_1_2 dotnet_4 dotnet_2 rc4 des rc2 tls_1_3_unsupported_windows tls_1_0 tls_1_1 renegotiation".split()
    )
)


def test_equal_meaning_is_told_apart_from_the_exact_value() -> None:
    exact = only(plan_of("ciphers.rc4_128_128", "enabled", {RC4: {"Enabled": ON}}))
    equal = only(plan_of("ciphers.rc4_128_128", "enabled", {RC4: {"Enabled": 1}}))
    default = only(plan_of("ciphers.rc4_128_128", "enabled", {}))
    assert [exact.reason, equal.reason, default.reason] == [
        Reason.AS_WANTED,
        Reason.EQUAL_MEANING,
        Reason.OS_DEFAULT_SUFFICES,
    ]


def test_before_says_malformed_and_after_says_what_will_be() -> None:
    found = only(plan_of("ciphers.rc4_128_128", "disabled", {RC4: {"Enabled": "0"}}))
    assert (found.before, found.after, found.reason) == ("malformed", "disabled", Reason.MALFORMED)
