# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subject and sentence of findings about the platform, about what was not read, and about changes left half done."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from tools.registry import change, exported, multi, on_host, state_of, written

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ReadError
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings.check import View
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state

pytestmark = pytest.mark.proves("findings")

NOTHING = "[SCHANNEL]\n"
KEY = "SCHANNEL\\Protocols\\TLS 1.0\\Server"
LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"


def said(finding: str, state: State) -> list[tuple[str, str]]:
    """Subject and message of every finding with an id."""
    return [(one.subject, one.message) for one in find(state) if one.id == finding]


def on(text: str, os: str = "ws2016", exchange: str | None = "none", **more: t.Any) -> State:
    return state_of(text, os, exchange, **more)


@pytest.mark.parametrize(
    ("finding", "os", "exchange", "subject", "message"),
    [
        ("exchange_support", "ws2012r2", "15.0.1497.2", "exchange", "Support of Exchange Server 2013 ended on 2023"),
        ("os_support", "ws2012", "none", "os", "Extended support of Windows Server 2012 ended on 2023-10-10."),
        ("no_tls_1_2", "ws2012r2", "15.0.1076.9", "exchange", "Exchange build 15.0.1076.9 does not speak TLS 1.2"),
        ("combination", "ws2016", "15.0.1497.2", "exchange", "Exchange Server 2013 is not supported on Windows Server"),
        (
            "combination",
            "ws2025",
            "15.2.221.12",
            "exchange",
            "Exchange Server 2019 is supported on Windows Server 2025",
        ),
    ],
)
def test_a_finding_about_the_platform_is_about_windows_or_exchange(
    finding: str, os: str, exchange: str, subject: str, message: str
) -> None:
    ((found, text),) = said(f"platform.{finding}", on(NOTHING, os, exchange))
    assert found == subject
    assert text.startswith(message)


def test_a_build_that_is_too_old_for_its_windows_is_told_with_the_first_that_is_not() -> None:
    ((_subject, message),) = said("platform.combination", on(NOTHING, "ws2025", "15.2.221.12"))
    assert message.endswith(" from Exchange 2019 CU14 on; this is build 15.2.221.12.")


def test_the_first_build_that_is_supported_on_a_windows_is_supported() -> None:
    first = next(release.build for release in load().releases if release.id == "ex2019_cu14")
    assert said("platform.combination", on(NOTHING, "ws2025", ".".join(map(str, first)))) == []


def test_a_catalogue_without_releases_knows_no_first_one() -> None:
    catalogue = dataclasses.replace(load(), releases=())
    assert said("platform.combination", read_state(on_host(NOTHING, "ws2025", "15.2.221.12"), catalogue)) == []


def test_a_windows_of_which_no_end_is_known_is_not_out_of_support_whatever_the_clock() -> None:
    observation = on_host(NOTHING, "ws2016")
    machine = dataclasses.replace(observation.machine, now=None)
    assert said("platform.os_support", read_state(dataclasses.replace(observation, machine=machine), load())) == []


def test_an_exchange_of_unknown_build_is_not_said_to_lack_anything() -> None:
    state = on(NOTHING, "ws2012r2", "15.0.1497.2")
    blind = dataclasses.replace(state.identity, exchange_build=None, abilities=frozenset())
    assert said("platform.no_tls_1_2", dataclasses.replace(state, identity=blind)) == []


def test_strict_renegotiation_is_told_with_the_value_and_the_build() -> None:
    text = '[SCHANNEL]\n"AllowInsecureRenegoClients"=dword:0\n'
    message = (
        "AllowInsecureRenegoClients is REG_DWORD 0 (strict mode), which Exchange build 15.0.1497.2 does not support."
    )
    found = said("platform.strict_renegotiation", on(text, "ws2012r2", "15.0.1497.2"))
    assert found == [("renegotiation.insecure_clients", message)]


def test_a_group_that_the_catalogue_lacks_has_no_settings() -> None:
    assert list(View(on(NOTHING)).settings("no_such_group")) == []


def test_settings_that_were_not_read_are_counted_and_three_of_them_named() -> None:
    found = dict(said("reading.unread", read_state(exported("[DOTNET]\n"), load())))
    assert found["renegotiation"].startswith("2 of the settings 'renegotiation' are not in the export: ")
    assert found["hashes"].endswith(": hashes.md5, hashes.sha, hashes.sha256 and 2 more.")
    denied = [ReadError(LSA.replace("HKLM", "HKEY_LOCAL_MACHINE"), 5, "")]
    host = said("reading.unread", on(NOTHING, errors=denied))
    assert host == [("fips", "1 of the settings 'fips' is not read: fips.legacy.")]


def test_an_unknown_windows_and_missing_times_are_told_as_such() -> None:
    state = on(NOTHING)
    strange = dataclasses.replace(state, identity=dataclasses.replace(state.identity, os=None, build=None))
    ((subject, message),) = said("reading.os_unknown", strange)
    assert subject == "os"
    assert "its build was not read" in message
    assert [subject for subject, _message in said("reading.no_times", on(NOTHING, boot=None))] == ["boot"]
    ((subject, message),) = said("reading.no_times", read_state(exported(NOTHING), load()))
    assert (subject, message.split(" carries")[0]) == ("boot", "An export")


@pytest.mark.parametrize("exchange", ["none", "15.1.2507.6"])
def test_an_exchange_that_the_catalogue_knows_is_no_unknown_one(exchange: str) -> None:
    assert said("reading.exchange_unknown", on(NOTHING, "ws2016", exchange)) == []


def test_an_exchange_build_before_the_first_release_is_told() -> None:
    message = "Exchange build 15.1.100.1 is older than every release in the catalogue."
    assert said("reading.exchange_unknown", on(NOTHING, "ws2016", "15.1.100.1")) == [("exchange", message)]


def expand(text: str) -> str:
    """``hex(2):`` data of a REG_EXPAND_SZ."""
    return "hex(2):" + ",".join(f"{byte:02x}" for byte in f"{text}\0".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("value", "shown", "effect"),
    [
        ("dword:1", "REG_DWORD 1", "its effect is unknown"),
        (multi("A"), "REG_MULTI_SZ ['A']", "Windows ignores it and the local list stays in force"),
    ],
)
def test_a_suite_list_of_the_wrong_kind_is_told_with_its_effect(value: str, shown: str, effect: str) -> None:
    found = said("suites.policy_kind", on(f'[POLICY_SSL]\n"Functions"={value}\n'))
    sentence = f"The Group Policy suite list is {shown}, REG_SZ is expected: {effect}."
    assert found == [("cipher_suites.group_policy", sentence)]


def test_a_list_of_another_kind_is_not_measured_as_well() -> None:
    state = on(f'[POLICY_SSL]\n"Functions"={expand("A" * 1100)}\n')
    assert said("suites.policy_too_long", state) == []
    assert len(said("suites.policy_kind", state)) == 1


def test_every_value_of_the_wrong_kind_is_told_whatever_stands_before_it() -> None:
    text = (
        '[SCHANNEL\\Ciphers\\NULL]\n"Enabled"=dword:0\n[POLICY_SSL]\n"Functions"=dword:1\n'
        f'[{KEY}]\n"Enabled"="0"\n[SCHANNEL\\Hashes\\MD5]\n"Enabled"="0"\n'
        "[HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\n"
        '"SecureProtocols"="x"\n'
    )
    found = said("values.wrong_kind", on(text))
    assert sorted(subject for subject, _message in found) == ["hashes.md5", "protocols.tls_1_0.server"]
    assert "the value Enabled is REG_SZ '0', REG_DWORD is expected." in found[0][1]


def test_a_value_that_this_windows_does_not_read_is_told_with_its_data() -> None:
    text = f'[POLICY_SSL]\n"EccCurves"={multi("NistP256")}\n'
    message = (
        "Curve order by Group Policy: the value (REG_MULTI_SZ ['NistP256']) has no effect, Windows Server 2012 R2 does "
        "not read it."
    )
    assert said("values.ignored_by_os", on(text, "ws2012r2")) == [("curves.group_policy", message)]


def test_a_right_name_in_a_key_of_a_wrong_name_is_the_business_of_the_key() -> None:
    text = '[SCHANNEL\\Protocols\\TLS1.2]\n"Enabled"=dword:1\n'
    assert said("values.wrong_key", on(text)) == []
    assert len(said("keys.misspelt", on(text))) == 1


def test_every_misspelt_name_of_a_key_is_told_whatever_stands_before_it() -> None:
    text = (
        '[DOTNET]\n@="x"\n"OnlyUseLatestCLR"=dword:1\n"SchUseStrongCrypt"=dword:1\n"SystemDefaultTlsVersion"=dword:1\n'
    )
    assert len(said("values.misspelt_name", on(text))) == 2


def test_the_old_value_of_fips_is_the_subject() -> None:
    text = f'[{LSA}]\n"FIPSAlgorithmPolicy"=dword:1\n'
    assert [subject for subject, _message in said("values.legacy_fips", on(text))] == ["fips.legacy"]


@pytest.mark.parametrize("root", [r"HKLM\SOFTWARE", r"HKLM\SYSTEM\Other"])
def test_a_key_elsewhere_that_is_called_like_a_control_set_is_none(root: str) -> None:
    select = '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
    below = r"Control\SecurityProviders\SCHANNEL\Ciphers\NULL"
    here = f'[HKLM\\SYSTEM\\CurrentControlSet\\{below}]\n"Enabled"=dword:0\n'
    copy = f'[{root}\\ControlSet002\\{below}]\n"Enabled"=dword:1\n'
    assert said("copies.control_set", read_state(exported(select + here + copy), load())) == []


@pytest.mark.parametrize("side", ["Client", "Server"])
def test_a_version_that_is_on_for_one_side_alone_needs_a_suite(side: str) -> None:
    off = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
    names = [("TLS 1.0", "Client"), ("TLS 1.0", "Server"), ("TLS 1.1", "Client"), ("TLS 1.1", "Server")]
    text = "".join(f"[SCHANNEL\\Protocols\\{version}\\{which}]\n{off}" for version, which in names if which != side)
    state = on(text + '[POLICY_SSL]\n"Functions"="TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"\n')
    subjects = [subject for subject, _message in said("suites.version_without_suite", state)]
    assert subjects == ["protocols.tls_1_0", "protocols.tls_1_1"]


def half(*operations: t.Any, text: str = NOTHING, state: str = "open", **more: t.Any) -> int:
    """How many findings about a change that did not end well."""
    return len(said("changes.bad_end", on(text, journal=[change(state=state, operations=operations)], **more)))


ENABLED, DEFAULT = written(KEY, "Enabled", 1, 0), written(KEY, "DisabledByDefault", 0, 1)


@pytest.mark.parametrize("state", ["open", "put_back_failed"])
@pytest.mark.parametrize(("enabled", "by_default", "findings"), [(0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 1, 1), (7, 7, 0)])
def test_a_change_that_did_not_end_is_half_done_while_some_of_its_values_are_there_and_others_not(
    state: str, enabled: int, by_default: int, findings: int
) -> None:
    text = f'[{KEY}]\n"Enabled"=dword:{enabled}\n"DisabledByDefault"=dword:{by_default}\n'
    assert half(ENABLED, DEFAULT, text=text, state=state) == findings


def test_a_value_that_a_change_left_as_it_was_says_nothing_about_its_end() -> None:
    text = f'[{KEY}]\n"Enabled"=dword:1\n"DisabledByDefault"=dword:0\n'
    same = written(KEY, "DisabledByDefault", 0, 0)
    assert half(ENABLED, same, text=text) == 0
    assert half(same, text=text) == 1


def test_a_key_that_a_change_deleted_says_nothing_about_its_end() -> None:
    text = f'[{KEY}]\n"Enabled"=dword:1\n'
    gone = dataclasses.replace(written(KEY, "", None, None), op="delete_key")
    assert gone.is_key
    assert half(ENABLED, gone, text=text) == 0
    assert half(gone, text=text) == 1


def test_a_change_of_which_a_value_was_not_read_may_be_half_done() -> None:
    text = f'[{LSA}]\n"FIPSAlgorithmPolicy"=dword:0\n[{KEY}]\n"Enabled"=dword:0\n'
    assert half(ENABLED, written(LSA, "FIPSAlgorithmPolicy", 1, 0), text=text) == 0
    assert half(ENABLED, written(LSA, "Bounds", 1, None), text=text) == 1
    assert half(ENABLED, written("HKLM\\SOFTWARE\\Other", "Enabled", 1, 0), text=text) == 1
