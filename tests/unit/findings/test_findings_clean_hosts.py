# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host as it should be brings no error and no warning; a host that was not read brings no praise."""

from __future__ import annotations

import pytest
from tools.registry import exported, multi, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Operation
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, after, read_state

pytestmark = pytest.mark.proves("findings")

#: Where the build of Windows stands.
WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
OFF = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
ON = '"Enabled"=dword:1\n"DisabledByDefault"=dword:0\n'
#: Suites of the Exchange page for Server 2016 (guidance 1.6).
EIGHT = ",".join(
    f"TLS_ECDHE_{key}_WITH_AES_{cipher}"
    for cipher_pair in (("256_GCM_SHA384", "128_GCM_SHA256"), ("256_CBC_SHA384", "128_CBC_SHA256"))
    for key in ("ECDSA", "RSA")
    for cipher in cipher_pair
)


def hardened(tls_1_3: str, suites: str = EIGHT) -> str:
    """The registry of a server that follows the Exchange page to the letter."""
    versions = {"TLS 1.0": OFF, "TLS 1.1": OFF, "TLS 1.2": ON, "TLS 1.3": tls_1_3, "SSL 3.0": OFF, "SSL 2.0": OFF}
    lines = [f"[SCHANNEL\\Protocols\\{v}\\{side}]\n{d}" for v, d in versions.items() for side in ("Client", "Server")]
    lines += [
        f'[{key}]\n"SystemDefaultTlsVersions"=dword:1\n"SchUseStrongCrypto"=dword:1\n' for key in ("DOTNET", "DOTNET32")
    ]
    lines += [f'[SCHANNEL\\Ciphers\\{name}]\n"Enabled"=dword:0\n' for name in ("RC4 128/128", "Triple DES 168", "NULL")]
    lines += [
        '[SCHANNEL]\n"AllowInsecureRenegoClients"=dword:0\n"AllowInsecureRenegoServers"=dword:0\n"EventLogging"=dword:1\n'
    ]
    lines += [f'[POLICY_SSL]\n"Functions"="{suites}"\n"EccCurves"={multi("NistP384", "NistP256")}\n']
    return "".join(lines)


def serious(state: State) -> list[str]:
    return [f"{finding.id}: {finding.message}" for finding in find(state) if finding.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    ("os", "exchange", "text"),
    [
        ("ws2016", "15.1.2507.6", hardened(OFF)),
        ("ws2019", "15.2.1748.10", hardened(OFF)),
        ("ws2022", "15.2.1748.10", hardened(ON, "TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256," + EIGHT)),
        ("ws2025", "15.2.2562.17", hardened(ON, "TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256," + EIGHT)),
        ("ws2022", "none", hardened(OFF)),
    ],
)
def test_a_server_that_follows_the_exchange_page_brings_neither_error_nor_warning(
    os: str, exchange: str, text: str
) -> None:
    assert serious(state_of(text, os, exchange, role="mailbox" if exchange != "none" else None)) == []


#: What Windows itself puts there.
SHIPPED = (
    '[SCHANNEL]\n"EventLogging"=dword:1\n[SCHANNEL\\CipherSuites]\n'
    '[SCHANNEL\\Protocols\\SSL 2.0\\Client]\n"DisabledByDefault"=dword:1\n'
)


@pytest.mark.parametrize("os", ["ws2012", "ws2012r2", "ws2016", "ws2019", "ws2022", "ws2025", "win10", "win11"])
def test_a_new_windows_without_exchange_brings_nothing_but_its_age(os: str) -> None:
    assert [finding.id for finding in find(state_of(SHIPPED, os)) if not finding.id.startswith("platform.")] == []


def test_an_export_of_one_key_says_what_it_does_not_hold() -> None:
    found = find(read_state(exported(hardened(OFF).partition("[POLICY_SSL]")[0]), load()))
    unread = {finding.subject: finding.message for finding in found if finding.id == "reading.unread"}
    assert "cipher_suites" in unread
    assert "not in the export" in unread["cipher_suites"]
    assert "protocols" not in unread


def test_a_windows_that_is_not_in_the_catalogue_is_named_by_its_build() -> None:
    build = RegistryValue("CurrentBuildNumber", 1, "19999")
    observation = after(on_host("[SCHANNEL]\n"), [Operation("set", WINDOWS, build.name, None, build)])
    found = [finding for finding in find(read_state(observation, load())) if finding.id == "reading.os_unknown"]
    assert "build 19999 is not in the catalogue" in found[0].message


def test_an_exchange_whose_build_cannot_be_told_is_a_finding() -> None:
    assert [
        f.subject for f in find(state_of("[SCHANNEL]\n", exchange=None)) if f.id == "reading.exchange_unknown"
    ] == []
    setup = "[HKLM\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\Setup]\n"
    assert [f.subject for f in find(state_of(setup, exchange=None)) if f.id == "reading.exchange_unknown"] == [
        "exchange"
    ]


def test_a_copy_is_not_held_against_a_value_that_was_not_asked_for() -> None:
    lsa = r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet002\Control\Lsa"
    select = '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n[HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa]\n'
    for name, subjects in (("Bounds", []), ("FIPSAlgorithmPolicy", [lsa.replace("HKEY_LOCAL_MACHINE", "HKLM")])):
        observation = on_host(f'{select}[{lsa}]\n"{name}"=dword:1\n')
        found = find(read_state(observation, load()))
        assert [finding.subject for finding in found if finding.id == "copies.control_set"] == subjects
