# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values, masks, names and what a host said, in the words of findings: short, printable, with the rest counted."""

from __future__ import annotations

import typing as t

import pytest
from tools.registry import multi, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ReadError
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find

pytestmark = pytest.mark.proves("findings")

OFF = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"


def messages(finding: str, text: str, os: str = "ws2016", exchange: str | None = "none", **more: t.Any) -> list[str]:
    return [one.message for one in find(state_of(text, os, exchange, **more)) if one.id == finding]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ('"text"', "REG_SZ 'text'"),
        ('"' + "x" * 81 + '"', "REG_SZ '" + "x" * 80 + "...'"),
        ("hex:", "REG_BINARY without data"),
        ("hex:00,01,02,03,04,05,06,07,08,09,0a,0b", "REG_BINARY of 12 bytes (00 01 02 03 04 05 06 07 08 09 0a 0b)"),
        (
            "hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c",
            "REG_BINARY of 13 bytes (00 01 02 03 04 05 06 07 08 09 0a 0b ...)",
        ),
        ("hex(63):01", "kind 99 of 1 bytes (01)"),
        ("hex(b):10,00,00,00,00,00,00,00", "REG_QWORD 16"),
        (multi("a", "b", "c", "d"), "REG_MULTI_SZ ['a', 'b', 'c', 'd']"),
        (multi("a", "b", "c", "d", "e"), "REG_MULTI_SZ ['a', 'b', 'c', 'd', ...]"),
        (multi("y" * 61), "REG_MULTI_SZ ['" + "y" * 60 + "...']"),
    ],
)
def test_a_value_is_shown_with_its_kind_and_not_too_much_of_it(data: str, shown: str) -> None:
    (message,) = messages("values.wrong_kind", f'[SCHANNEL\\Ciphers\\NULL]\n"Enabled"={data}\n')
    assert message == rf"{SCHANNEL}\Ciphers\NULL: the value Enabled is {shown}, REG_DWORD is expected."


def test_a_value_of_the_right_kind_with_the_wrong_size_is_called_not_well_formed() -> None:
    (message,) = messages("values.wrong_kind", '[SCHANNEL\\Ciphers\\NULL]\n"Enabled"=hex(4):00\n')
    assert message.endswith("is REG_DWORD of 1 bytes (00), which is not well formed for its kind.")


@pytest.mark.parametrize(("number", "shown"), [("9", "9"), ("a", "0xa"), ("fffffffe", "0xfffffffe")])
def test_a_number_is_shown_in_hexadecimal_from_ten_on(number: str, shown: str) -> None:
    (message,) = messages("values.algorithm_data", f'[SCHANNEL\\Ciphers\\NULL]\n"Enabled"=dword:{number}\n')
    assert message == rf"{SCHANNEL}\Ciphers\NULL: Enabled is REG_DWORD {shown}."


def test_a_mask_is_shown_with_its_versions_if_it_has_any() -> None:
    where = r"DefaultSecureProtocols in HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
    (message,) = messages("clients.ssl_switched_on", '[WINHTTP]\n"DefaultSecureProtocols"=dword:2aa8\n')
    every = "0x2aa8 (SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1, TLS 1.2, TLS 1.3)"
    assert message == f"{where} is {every}: it switches 0x28 (SSL 2.0, SSL 3.0) on."
    (message,) = messages("clients.without_tls_1_2", '[WINHTTP]\n"DefaultSecureProtocols"=dword:0\n')
    assert message == f"{where} is 0x0: TLS 1.2 (0x800) is not in it."
    (message,) = messages("clients.unknown_bits", '[WINHTTP]\n"DefaultSecureProtocols"=dword:800c0\n')
    assert message == f"{where} is 0x800c0; the bits 0x80040 belong to no version."
    text = f'[WINHTTP]\n"DefaultSecureProtocols"=dword:2880\n[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n{OFF}'
    (message,) = messages("clients.bits_without_effect", text)
    assert message.endswith(", but Schannel has TLS 1.0, TLS 1.3 off for clients, which overrules it.")


def test_a_mask_of_a_person_is_told_with_that_person() -> None:
    sid, key = "S-1-5-21-1-2-3-100", r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
    text = "".join(f'[HKEY_USERS\\{sid}{end}\\{key}]\n"SecureProtocols"=dword:a{end}\n' for end in ("0", "8"))
    first, second = messages("clients.ssl_switched_on", text)
    assert first.startswith(f"SecureProtocols of the user {sid}0 is 0xa0 (SSL 3.0, TLS 1.0): it switches 0x20")
    assert second.startswith(
        f"SecureProtocols of the user {sid}8 is 0xa8 (SSL 2.0, SSL 3.0, TLS 1.0): it switches 0x28"
    )


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("DTLS 1.0", "DTLS 1.0"),
        ("Multi-Protocol Unified Hello", "multi protocol unified hello"),
        ("TLS 1.1", "TLS 1.1"),
    ],
)
def test_a_version_is_called_by_its_name_or_by_its_id_with_blanks(version: str, name: str) -> None:
    text = f'[SCHANNEL\\Protocols\\{version}\\Server]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:0\n'
    (message,) = messages("protocols.off_but_not_by_default", text, "ws2008r2")
    assert message.startswith(
        f"{name} server has Enabled 0, which alone decides; its DisabledByDefault 0 has no effect"
    )


def test_sides_that_differ_are_told_in_both_directions() -> None:
    (message,) = messages("protocols.sides_differ", f"[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n{OFF}")
    sentence = "TLS 1.0 is disabled for outgoing connections (Client) and enabled for incoming ones (Server)."
    assert message == sentence


BY_DEFAULT_ALONE = (
    "only DisabledByDefault is set (REG_DWORD 1), Enabled is absent; together that reads as disabled by default"
)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            '"Enabled"=dword:1\n',
            "only Enabled is set (REG_DWORD 1), DisabledByDefault is absent; together that reads as enabled",
        ),
        (
            '"DisabledByDefault"=dword:1\n',
            BY_DEFAULT_ALONE,
        ),
    ],
)
def test_a_half_says_what_is_there_and_what_it_reads_as(values: str, sentence: str) -> None:
    found = messages("protocols.half_configured", f"[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n{values}")
    assert found == [f"TLS 1.2 server: {sentence}."]


@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        (5, "", r"Access to HKLM\SOFTWARE was denied."),
        (5, "Access  is\r\ndenied...", r"Access to HKLM\SOFTWARE was denied: Access is denied."),
        (5, "code X.", r"Access to HKLM\SOFTWARE was denied: code X."),
        (1009, "", r"HKLM\SOFTWARE could not be read, Windows error 1009."),
        (1009, ".z" + "y" * 119, r"HKLM\SOFTWARE could not be read, Windows error 1009: .z" + "y" * 118 + "."),
        (1009, "y" * 120, r"HKLM\SOFTWARE could not be read, Windows error 1009: " + "y" * 120 + "."),
    ],
)
def test_what_windows_said_of_an_error_is_quoted_in_one_line(code: int, text: str, message: str) -> None:
    finding = "reading.denied" if code == 5 else "reading.failed"
    assert messages(finding, "[SCHANNEL]\n", errors=[ReadError(r"HKEY_LOCAL_MACHINE\SOFTWARE", code, text)]) == [
        message
    ]


def test_names_in_a_row_are_counted_from_the_sixth_on() -> None:
    names = [f"TLS_RSA_WITH_NULL_{number}" for number in range(3)]
    many = ",".join(["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", *names])
    found = messages("suites.not_on_this_os", f'[POLICY_SSL]\n"Functions"="{many}"\n')
    assert found[0].endswith("Windows Server 2016 passes over TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256.")
    suites = [f"TLS_ECDHE_RSA_WITH_AES_{bits}_CBC_{sha}" for bits, sha in ((256, "SHA384"), (128, "SHA256"))]
    suffixed = [f"{suite}_P{curve}" for suite in suites for curve in (256, 384, 521)]
    found = messages("suites.curve_suffix", f'[POLICY_SSL]\n"Functions"="{",".join(suffixed)}"\n')
    assert f"the curve in {', '.join(suffixed[:5])} and 1 more has no effect on" in found[0]
    found = messages("suites.curve_suffix", f'[POLICY_SSL]\n"Functions"="{",".join(suffixed[:5])}"\n')
    assert f"the curve in {', '.join(suffixed[:5])} has no effect on" in found[0]


def test_a_long_name_in_a_row_is_cut() -> None:
    for length, shown in ((80, "X" * 80), (81, "X" * 80 + "...")):
        text = f'[POLICY_SSL]\n"Functions"="{"X" * length},{"X" * length}"\n'
        (message,) = messages("suites.repeated_name", text)
        assert message.endswith(f"more than once in the list: {shown}.")


def test_a_list_is_called_by_its_title() -> None:
    for place, key in (("group_policy", "POLICY_SSL"), ("local", "LOCAL_SSL")):
        data = '"X"' if key == "POLICY_SSL" else multi("X")
        (message,) = messages("suites.unknown_name", f'[{key}]\n"Functions"={data}\n')
        assert message.startswith(f"{load().settings[f'cipher_suites.{place}'].title}: ")


def test_a_very_long_path_is_cut() -> None:
    for length, end in ((300, ""), (301, "...")):
        name = "Q" * (length - len(SCHANNEL) - 1)
        (message,) = messages("keys.unknown", f'[SCHANNEL\\{name}]\n"Enabled"=dword:1\n')
        assert message == f"No setting is known in the key {SCHANNEL}\\{name}"[: 31 + 300] + f"{end}."


def test_a_copy_is_told_with_what_counts_instead() -> None:
    below = r"Control\SecurityProviders\SCHANNEL\Ciphers\NULL"
    text = f"""[HKLM\\SYSTEM\\Select]
"Current"=dword:1
[HKLM\\SYSTEM\\CurrentControlSet\\{below}]
"Enabled"=dword:0
[HKLM\\SYSTEM\\ControlSet002\\{below}]
"Enabled"=dword:ffffffff
"""
    path = rf"HKLM\SYSTEM\ControlSet002\{below}"
    counts = "the control set in use has REG_DWORD 0 there, and only that counts."
    assert messages("copies.control_set", text) == [f"{path} has Enabled = REG_DWORD 0xffffffff; {counts}"]


def test_an_unknown_name_without_a_near_one_gets_no_hint() -> None:
    assert messages("suites.unknown_name", '[POLICY_SSL]\n"Functions"="X"\n')[0].endswith("no suite is named 'X'.")
    assert messages("curves.unknown_name", f'[POLICY_SSL]\n"EccCurves"={multi("X")}\n')[0].endswith(
        "the curve 'X' is not known."
    )


def test_the_old_and_the_new_value_of_fips_are_told_side_by_side() -> None:
    text = '[HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa]\n"FIPSAlgorithmPolicy"=dword:1\n'
    (message,) = messages("values.legacy_fips", text)
    assert message == (
        "The old value FIPSAlgorithmPolicy says enabled, Lsa\\FipsAlgorithmPolicy says disabled, "
        "and only the latter counts."
    )
    new = '[HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy]\n"Enabled"=dword:1\n'
    assert messages("values.legacy_fips", text + new) == []


@pytest.mark.parametrize(
    ("finding", "os", "exchange", "message"),
    [
        (
            "platform.exchange_support",
            "ws2012r2",
            "15.0.1497.2",
            "Support of Exchange Server 2013 ended on 2023-04-11.",
        ),
        ("platform.os_support", "ws2012", "none", "Extended support of Windows Server 2012 ended on 2023-10-10."),
        (
            "platform.no_tls_1_2",
            "ws2012r2",
            "15.0.1076.9",
            "Exchange build 15.0.1076.9 does not speak TLS 1.2 everywhere.",
        ),
    ],
)
def test_a_platform_is_called_by_name_and_build(finding: str, os: str, exchange: str, message: str) -> None:
    assert messages(finding, "[SCHANNEL]\n", os, exchange) == [message]
