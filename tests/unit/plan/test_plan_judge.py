# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule and one setting, without any stage: what is said to be configured, in effect, waiting, and to be done."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from tools.registry import change, state_of
from tools.registry import written as wrote
from tools.sample_host import BOOT, LONG_AGO, NOW, POLICY_LISTS, SCHANNEL, WINDOWS, WINHTTP, protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Bits, direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import from_reg_export
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Reason, Verdict
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.judge import Judgement, judge
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state

pytestmark = pytest.mark.proves("unknown_is_no_pass")

SERVER = SCHANNEL + r"\Protocols\TLS 1.1\Server"
SETTING = "protocols.tls_1_1.server"


def judged(setting: str, wanted: t.Any, registry: t.Any = None, system: str = "ws2016", **more: t.Any) -> Judgement:
    (rule,) = direct({setting: 1 if isinstance(wanted, Bits) else wanted}, load()).rules
    rule = dataclasses.replace(rule, want=wanted) if isinstance(wanted, Bits) else rule
    return judge(rule, sample_state(system, None, registry, **more))


def test_what_was_not_read_has_no_verdict_and_no_operation() -> None:
    found = judged(SETTING, "disabled", denied=[SERVER])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.UNREAD)
    assert (found.configured, found.effective, found.pending) == (False, None, False)
    assert (found.before, found.after, found.operations) == (None, None, ())
    assert found.detail == found.refusal == "The registry key could not be read."


@pytest.mark.parametrize(
    ("values", "written", "boot", "said"),
    [
        ((0, 1), LONG_AGO, BOOT, (Verdict.PASS, True, True, False)),
        ((0, 1), BOOT + 1, BOOT, (Verdict.UNKNOWN, True, None, True)),
        ((0, 1), LONG_AGO, None, (Verdict.UNKNOWN, True, None, False)),
        ((1, 0), LONG_AGO, BOOT, (Verdict.FAIL, False, False, False)),
        ((1, 0), BOOT + 1, BOOT, (Verdict.FAIL, False, None, True)),
        ((1, 0), LONG_AGO, None, (Verdict.FAIL, False, None, False)),
    ],
)
def test_configured_effective_and_waiting_are_three_things(
    values: tuple[int, int], written: int, boot: int | None, said: t.Any
) -> None:
    registry = protocol("TLS 1.1", *values, sides="Server")
    found = judged(SETTING, "disabled", registry, written={SERVER: written}, boot=boot)
    assert (found.verdict, found.configured, found.effective, found.pending) == said
    assert found.refusal == ""


@pytest.mark.parametrize(
    ("written", "boot", "detail"),
    [
        (LONG_AGO, BOOT, ""),
        (BOOT + 1, BOOT, "Configured as wanted; counts everywhere after a restart."),
        (LONG_AGO, None, "Configured as wanted; whether it counts since the last restart is not known."),
    ],
)
def test_what_is_configured_says_why_it_does_not_count_yet(written: int, boot: int | None, detail: str) -> None:
    registry = protocol("TLS 1.1", 0, 1, sides="Server")
    found = judged(SETTING, "disabled", registry, written={SERVER: written}, boot=boot)
    assert found.detail == detail
    assert (found.before, found.after, found.operations, found.refusal) == ("disabled", "disabled", (), "")


def test_what_differs_says_why_it_is_wanted() -> None:
    found = judged(SETTING, "disabled", protocol("TLS 1.1", 1, 0))
    assert (found.before, found.after, found.detail) == ("enabled", "disabled", "Asked for by name.")


def test_an_unknown_windows_is_refused_without_a_verdict() -> None:
    found = judged(SETTING, "disabled", {WINDOWS: {"CurrentBuildNumber": "31337"}, **protocol("TLS 1.1", 1, 0)})
    assert (found.verdict, found.reason, found.operations) == (Verdict.UNKNOWN, Reason.UNDECIDED, ())
    assert (found.before, found.after) == ("enabled", "enabled")
    assert found.detail == found.refusal == "Which Windows this is could not be told; nothing is written."


@pytest.mark.parametrize("registry", [None, {"SCHANNEL": {"EventLogging": 2}}])
def test_a_mask_is_judged_by_its_bits(registry: t.Any) -> None:
    found = judged("schannel.event_logging", Bits(4, 0), registry)
    assert (found.configured, found.before, found.after) == (False, *((None, 5) if registry is None else (2, 6)))
    assert [operation.after and operation.after.data for operation in found.operations] == [found.after]


def test_a_mask_that_fits_is_as_wanted_and_one_that_is_default_is_left_absent() -> None:
    setting = "winhttp.native.default_secure_protocols"
    fitting = judged(setting, Bits(0x800, 0), {WINHTTP: {"DefaultSecureProtocols": 0xA00}})
    assert (fitting.reason, fitting.verdict, fitting.before) == (Reason.AS_WANTED, Verdict.PASS, 0xA00)
    absent = judged(setting, Bits(0x800, 0))
    assert (absent.reason, absent.verdict, absent.before) == (Reason.OS_DEFAULT_SUFFICES, Verdict.PASS, None)


def test_a_list_is_told_as_a_list_before_and_after() -> None:
    setting = "cipher_suites.group_policy"
    first, second = "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"
    registry = {r"HKLM\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002": {"Functions": first}}
    (rule,) = direct({setting: [second, first]}, load()).rules
    found = judge(rule, sample_state("ws2016", None, registry), force=True)
    assert (found.before, found.after) == ([first], [second, first])


LISTS = {"cipher_suites.group_policy": "TLS_RSA_WITH_AES_128_CBC_SHA", "curves.group_policy": "NistP256"}


def refusal(setting: str, names: list[str], state: State) -> tuple[Reason, str]:
    (rule,) = direct({setting: names}, load()).rules
    found = judge(rule, state)
    assert (found.refusal == "") is bool(found.operations)
    return found.reason, found.refusal


@pytest.mark.parametrize("setting", LISTS)
def test_a_list_is_not_written_where_the_catalogue_has_none_of_this_build(setting: str) -> None:
    windows = {WINDOWS: {"CurrentBuildNumber": "17763", "InstallationType": "Client"}}
    state = sample_state("win10", None, windows)
    older = dataclasses.replace(load(), suite_lists={})
    unknown = dataclasses.replace(load(), suite_lists={}, older_suite_lists=())
    assert refusal(setting, [LISTS[setting]], dataclasses.replace(state, catalogue=older)) == (Reason.ABSENT, "")
    reason, sentence = refusal(setting, [LISTS[setting]], dataclasses.replace(state, catalogue=unknown))
    assert reason is Reason.UNDECIDED
    assert sentence.endswith("of this Windows are not in the catalogue; no list is written.")


@pytest.mark.parametrize(
    ("setting", "name", "sentence"),
    [
        ("cipher_suites.group_policy", "X", "Windows Server 2016 has no suite 'X'."),
        ("curves.group_policy", "X", "Windows Server 2016 has no curve 'X'."),
        ("curves.group_policy", "NistP257", "Windows Server 2016 has no curve 'NistP257'. Did you mean 'NistP256'?"),
    ],
)
def test_a_name_that_windows_does_not_have_is_told_with_the_nearest_one_if_there_is_one(
    setting: str, name: str, sentence: str
) -> None:
    assert refusal(setting, [LISTS[setting], name], sample_state("ws2016")) == (Reason.UNKNOWN_NAME, sentence)


def test_a_suite_with_its_curve_is_known_before_server_2016_only_so_and_after_it_both_ways() -> None:
    suite = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    setting = "cipher_suites.group_policy"
    for system, name, reason in (
        ("ws2012r2", f"{suite}_P256", Reason.ABSENT),
        ("ws2012r2", suite, Reason.UNKNOWN_NAME),
        ("ws2016", f"{suite}_P256", Reason.ABSENT),
        ("ws2016", suite, Reason.ABSENT),
    ):
        assert refusal(setting, [name], sample_state(system))[0] is reason


def test_what_an_export_does_not_hold_is_not_called_unreadable() -> None:
    text = "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319]\n"
    observation = from_reg_export(text.encode(), os="ws2016", exchange="none", catalogue=load()).observation
    (rule,) = direct({SETTING: "disabled"}, load()).rules
    found = judge(rule, read_state(observation, load()))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, Reason.UNREAD)
    assert found.detail == found.refusal == "The registry key is not in the export."


def test_what_we_deleted_after_the_boot_is_as_wanted_and_not_known_to_count_yet() -> None:
    key = r"SCHANNEL\Protocols\TLS 1.1\Server"
    (rule,) = direct({SETTING: "absent"}, load()).rules
    found = judge(rule, state_of("[SCHANNEL]\n", journal=[change(operations=[wrote(key, "Enabled", 0, None)])]))
    assert (found.verdict, found.configured, found.effective, found.pending) == (Verdict.UNKNOWN, True, None, True)
    assert found.detail == "Configured as wanted; counts everywhere after a restart."


def test_a_list_that_was_written_after_the_boot_waits_for_the_next_one() -> None:
    setting = "cipher_suites.group_policy"
    registry = {POLICY_LISTS: {"Functions": LISTS[setting]}}
    found = judged(setting, [LISTS[setting]], registry, written={POLICY_LISTS: NOW})
    assert (found.configured, found.effective, found.pending) == (True, None, True)
    assert found.detail == "Configured as wanted; counts everywhere after a restart."


def test_a_value_of_somebody_else_is_refused_unless_it_is_forced() -> None:
    setting = "curves.group_policy"
    registry = {POLICY_LISTS: {"EccCurves": ["NistP384"]}}
    (rule,) = direct({setting: ["NistP256"]}, load()).rules
    state = sample_state("ws2016", None, registry)
    assert judge(rule, state).reason is Reason.OWNER_UNKNOWN
    assert judge(rule, state, force=True).reason is Reason.DIFFERS


def test_a_mask_that_would_lose_its_last_bit_stays_where_the_default_is_not_known() -> None:
    setting = "wininet.machine"
    place = load().settings[setting].places[0]
    found = judged(setting, Bits(0, 0x28), {place.key: {place.name: 0x28}})
    assert (found.verdict, found.reason, found.operations) == (Verdict.UNKNOWN, Reason.UNDECIDED, ())
    assert (found.before, found.after) == (0x28, 0x28)
    assert found.refusal == f"What Windows does without '{setting}' is not known."


def test_a_mask_of_which_nothing_is_known_does_not_fit() -> None:
    found = judged("wininet.machine", Bits(0x800, 0))
    assert (found.configured, found.effective, found.before) == (False, None, None)
