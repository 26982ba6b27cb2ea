# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a finding ends: excerpts that are near to one and bring none, and others that bring exactly so many."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from tools.registry import AFTER, multi, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ReadError
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state

pytestmark = pytest.mark.proves("findings")

GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
CBC = "TLS_RSA_WITH_AES_256_CBC_SHA"
OFF = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
ON = '"Enabled"=dword:1\n"DisabledByDefault"=dword:0\n'
BY_NAME = '"Enabled"=dword:1\n"DisabledByDefault"=dword:1\n'


def side(version: str, which: str, values: str) -> str:
    return f"[SCHANNEL\\Protocols\\{version}\\{which}]\n{values}"


def both(version: str, values: str) -> str:
    return side(version, "Client", values) + side(version, "Server", values)


def policy(*names: str) -> str:
    return f'[POLICY_SSL]\n"Functions"="{",".join(names)}"\n'


def curves(*names: str) -> str:
    return f'[POLICY_SSL]\n"EccCurves"={multi(*names)}\n'


@dataclasses.dataclass(frozen=True)
class Case:
    """An excerpt and the subjects of a finding that it brings."""

    finding: str
    text: str
    subjects: tuple[str, ...] = ()
    os: str = "ws2016"
    exchange: str | None = "none"
    more: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


SHIPPED = side("SSL 2.0", "Client", '"DisabledByDefault"=dword:1\n')
OLD_ON = both("TLS 1.0", ON) + both("TLS 1.1", ON)
USER = "[HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\n"
MACHINE = "[HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\n"
SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
WINHTTP = "winhttp.native.default_secure_protocols"
SELECT = '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
NUMBERED = SCHANNEL.replace("CurrentControlSet", "ControlSet001")

CASES = (
    # Sides of a version
    Case("protocols.sides_differ", both("TLS 1.0", OFF)),
    Case("protocols.sides_differ", "[SCHANNEL]\n", os="ws2008r2"),
    Case("protocols.sides_differ", SHIPPED + side("SSL 2.0", "Server", OFF), (), "ws2012r2"),
    Case("protocols.sides_differ", side("SSL 2.0", "Client", BY_NAME), ("protocols.ssl_2_0",), "ws2012r2"),
    Case("protocols.sides_differ", side("TLS 1.0", "Server", ON)),
    Case("protocols.sides_differ", side("TLS 1.0", "Client", OFF), ("protocols.tls_1_0",)),
    Case(
        "protocols.sides_differ",
        side("TLS 1.0", "Client", '"Enabled"="x"\n') + side("TLS 1.0", "Server", OFF),
    ),
    Case(
        "protocols.sides_differ",
        side("TLS 1.0", "Client", OFF) + side("TLS 1.0", "Server", '"Enabled"="x"\n'),
    ),
    Case("protocols.one_side_only", side("TLS 1.2", "Server", ON), ("protocols.tls_1_2.client",)),
    Case("protocols.one_side_only", side("TLS 1.2", "Client", ON), ("protocols.tls_1_2.server",)),
    Case("protocols.one_side_only", side("TLS 1.2", "Client", OFF)),
    Case("protocols.one_side_only", both("TLS 1.2", ON)),
    Case("protocols.one_side_only", side("TLS 1.3", "Server", ON)),
    Case("protocols.one_side_only", SHIPPED, (), "ws2012r2"),
    Case("protocols.one_side_only", side("TLS 1.2", "Server", '"Enabled"="x"\n')),
    Case("protocols.half_configured", side("TLS 1.3", "Server", '"Enabled"=dword:1\n')),
    Case("protocols.half_configured", SHIPPED, (), "ws2012r2"),
    Case("protocols.half_configured", both("TLS 1.2", ON)),
    Case(
        "protocols.half_configured",
        side("SSL 2.0", "Client", '"DisabledByDefault"=dword:0\n'),
        ("protocols.ssl_2_0.client",),
        "ws2012r2",
    ),
    Case(
        "protocols.half_configured",
        side("SSL 2.0", "Server", '"DisabledByDefault"=dword:1\n'),
        ("protocols.ssl_2_0.server",),
        "ws2012r2",
    ),
    Case("protocols.enabled_but_disabled_by_default", both("TLS 1.3", BY_NAME)),
    Case("protocols.enabled_but_disabled_by_default", both("TLS 1.2", ON) + both("TLS 1.1", OFF)),
    Case("protocols.enabled_but_disabled_by_default", side("TLS 1.2", "Server", '"DisabledByDefault"=dword:1\n')),
    Case("protocols.off_but_not_by_default", both("TLS 1.2", ON) + both("TLS 1.1", OFF) + both("TLS 1.0", BY_NAME)),
    Case("protocols.off_but_not_by_default", both("TLS 1.3", '"Enabled"=dword:0\n"DisabledByDefault"=dword:0\n')),
    Case("protocols.off_but_not_by_default", side("TLS 1.2", "Server", '"Enabled"=dword:0\n')),
    Case("protocols.unsupported_version", both("TLS 1.3", ON), (), "ws2019"),
    Case("protocols.unsupported_version", both("SSL 2.0", OFF)),
    Case("protocols.unsupported_version", both("SSL 3.0", ON)),
    Case("protocols.unsupported_version", side("SSL 2.0", "Server", '"DisabledByDefault"=dword:0\n')),
    Case("protocols.unsupported_version", side("SSL 2.0", "Server", '"Enabled"="1"\n')),
    Case("protocols.tls_1_3_os", both("TLS 1.3", OFF), (), "ws2019"),
    Case("protocols.tls_1_3_os", both("TLS 1.3", ON), (), "ws2022"),
    Case("protocols.tls_1_3_os", side("TLS 1.3", "Client", ON), ("protocols.tls_1_3.client",), "ws2019"),
    Case("protocols.tls_1_3_exchange", "[SCHANNEL]\n", (), "ws2022", "15.2.1748.10"),
    Case("protocols.tls_1_3_exchange", "[SCHANNEL]\n", (), "ws2022"),
    Case("protocols.tls_1_3_exchange", "[SCHANNEL]\n", (), "ws2022", None),
    Case("protocols.tls_1_3_exchange", both("TLS 1.3", OFF), (), "ws2022", "15.2.1544.4"),
    Case(
        "protocols.tls_1_3_exchange",
        side("TLS 1.3", "Client", OFF) + side("TLS 1.3", "Server", BY_NAME),
        ("protocols.tls_1_3.server",),
        "ws2022",
        "15.2.1544.4",
    ),
    Case("protocols.tls_1_2_off", both("TLS 1.2", ON)),
    Case("protocols.tls_1_2_off", both("TLS 1.2", BY_NAME), ("protocols.tls_1_2.client", "protocols.tls_1_2.server")),
    Case("protocols.none_left", both("TLS 1.0", OFF) + both("TLS 1.1", OFF) + both("SSL 3.0", OFF)),
    Case(
        "protocols.none_left",
        "".join(side(version, "Server", OFF) for version in ("SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2")),
        ("protocols.server",),
    ),
    # Programs that choose for themselves
    Case("clients.ssl_switched_on", '[WINHTTP]\n"DefaultSecureProtocols"=dword:a80\n'),
    Case("clients.ssl_switched_on", '[WINHTTP]\n"DefaultSecureProtocols"=dword:8\n', (WINHTTP,)),
    Case("clients.ssl_switched_on", USER + '"SecureProtocols"=dword:800\n'),
    Case("clients.ssl_switched_on", USER + '"SecureProtocols"=hex(b):a8,00,00,00,00,00,00,00\n'),
    Case("clients.ssl_switched_on", MACHINE + '"SecureProtocols"=dword:a8\n', ("wininet.machine",)),
    Case(
        "clients.ssl_switched_on",
        '[WINHTTP32]\n"DefaultSecureProtocols"=dword:a8\n'
        + MACHINE.replace("SOFTWARE", "SOFTWARE\\WOW6432Node")
        + '"SecureProtocols"=dword:a8\n',
        ("winhttp.wow64.default_secure_protocols", "wininet.wow64"),
    ),
    Case("clients.without_tls_1_2", '[WINHTTP]\n"DefaultSecureProtocols"=dword:800\n'),
    Case("clients.unknown_bits", '[WINHTTP]\n"DefaultSecureProtocols"=dword:2aa8\n'),
    Case("clients.bits_without_effect", '[WINHTTP]\n"DefaultSecureProtocols"=dword:880\n'),
    Case(
        "clients.bits_without_effect",
        '[WINHTTP]\n"DefaultSecureProtocols"=dword:800\n' + side("TLS 1.0", "Client", OFF),
    ),
    Case("clients.bits_without_effect", '[WINHTTP]\n"DefaultSecureProtocols"=dword:2800\n', (WINHTTP,)),
    Case("clients.views_differ", '[DOTNET]\n"SchUseStrongCrypto"=dword:1\n', ("dotnet.v4.native.strong_crypto",)),
    Case("clients.views_differ", '[DOTNET]\n"SchUseStrongCrypto"=dword:1\n[DOTNET32]\n"SchUseStrongCrypto"=dword:1\n'),
    Case("clients.views_differ", '[DOTNET]\n"SchUseStrongCrypto"="1"\n[DOTNET32]\n"SchUseStrongCrypto"=dword:1\n'),
    Case("clients.views_differ", '[WINHTTP]\n"DefaultSecureProtocols"=dword:800\n', (WINHTTP,)),
    Case("clients.insecure_fallback", '[WINHTTP]\n"EnableInsecureTlsFallback"=dword:0\n'),
    Case("clients.dotnet_not_one", '[DOTNET]\n"SchUseStrongCrypto"=dword:2\n' + OLD_ON),
    Case(
        "clients.dotnet_not_one",
        side("TLS 1.0", "Client", OFF)
        + '[DOTNET]\n"SchUseStrongCrypto"=dword:1\n"SystemDefaultTlsVersions"=dword:1\n'
        + '[DOTNET32]\n"SchUseStrongCrypto"=dword:1\n"SystemDefaultTlsVersions"="1"\n',
        ("dotnet.v4.wow64.system_default_tls_versions",),
    ),
    # Suites and curves
    Case("suites.policy_too_long", policy(GCM.ljust(1023, "X"))),
    Case("suites.policy_too_long", policy(GCM.ljust(1024, "X")), ("cipher_suites.group_policy",)),
    Case("suites.policy_empty", policy(GCM)),
    Case("suites.policy_empty", "[SCHANNEL]\n"),
    Case("suites.policy_kind", policy(GCM)),
    Case("suites.local_form", f'[LOCAL_SSL]\n"Functions"={multi(GCM, CBC)}\n'),
    Case("suites.unknown_name", policy(GCM, "", f" {CBC} ", f"{GCM}_P256")),
    Case("suites.unknown_name", f'[LOCAL_SSL]\n"Functions"={multi("TLS_NO_SUCH")}\n', ("cipher_suites.local",)),
    Case("suites.unknown_name", policy(GCM) + f'[LOCAL_SSL]\n"Functions"={multi("TLS_NO_SUCH")}\n'),
    Case("suites.not_on_this_os", policy(GCM, CBC, "TLS_NO_SUCH")),
    Case("suites.not_on_this_os", policy("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256", CBC), (), "ws2012r2"),
    Case("suites.not_on_this_os", policy("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", CBC), (), "ws2012r2"),
    Case("suites.not_on_this_os", policy("TLS_AES_256_GCM_SHA384"), ("cipher_suites.group_policy",), "ws2012r2"),
    Case("suites.not_on_this_os", policy(f"{GCM}_P256", CBC)),
    Case("suites.curve_missing", policy("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")),
    Case("suites.curve_missing", policy("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256", CBC), (), "ws2012r2"),
    Case("suites.curve_suffix", policy(GCM)),
    Case("suites.curve_suffix", policy("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256"), (), "ws2012r2"),
    Case("suites.blank_name", policy(GCM, CBC)),
    Case("suites.blank_name", policy("", " ")),
    Case("suites.repeated_name", policy(GCM, CBC, "", "")),
    Case("suites.repeated_name", policy(GCM, f" {GCM.lower()}"), ("cipher_suites.group_policy",)),
    Case("suites.version_without_suite", policy(GCM, CBC)),
    Case("suites.version_without_suite", policy(GCM) + OLD_ON, ("protocols.tls_1_0", "protocols.tls_1_1")),
    Case("suites.version_without_suite", policy(GCM) + both("TLS 1.0", OFF) + both("TLS 1.1", OFF)),
    Case(
        "suites.version_without_suite",
        policy(GCM) + side("TLS 1.0", "Client", OFF) + both("TLS 1.1", OFF),
        ("protocols.tls_1_0",),
    ),
    Case("suites.version_without_suite", '[POLICY_SSL]\n"Functions"=dword:1\n' + OLD_ON),
    Case(
        "suites.version_without_suite",
        policy("TLS_RSA_WITH_NULL_SHA256", "TLS_PSK_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_NULL_SHA"),
        ("protocols.tls_1_0", "protocols.tls_1_1", "protocols.tls_1_2"),
    ),
    Case("suites.tls_1_3_without_suite", policy(GCM, "TLS_AES_256_GCM_SHA384"), (), "ws2022"),
    Case("suites.tls_1_3_without_suite", policy(GCM) + both("TLS 1.3", OFF), (), "ws2022"),
    Case("suites.tls_1_3_without_suite", policy(GCM), (), "ws2019"),
    Case("curves.wrong_kind", curves("NistP256")),
    Case("curves.empty", curves("NistP256")),
    Case("curves.empty", curves(" "), ("curves.group_policy",)),
    Case("curves.unknown_name", curves("nistp256", " NistP384 ", "curve25519", "NistP521")),
    Case("curves.odd_name", curves("NistP256", "NistP384")),
    Case("curves.odd_name", curves("NistP256", "NISTP256"), ("curves.group_policy",)),
    Case("curves.unknown_name", curves("NistP257"), (), "ws2012r2"),
    # Windows and Exchange
    Case("platform.exchange_support", "[SCHANNEL]\n", (), "ws2022", "15.2.2562.17"),
    Case("platform.os_support", "[SCHANNEL]\n"),
    Case("platform.combination", "[SCHANNEL]\n", (), "ws2022", "15.2.1748.10"),
    Case("platform.combination", "[SCHANNEL]\n"),
    Case("platform.no_tls_1_2", "[SCHANNEL]\n", (), "ws2012r2", "15.0.1497.2"),
    Case("platform.no_tls_1_2", "[SCHANNEL]\n"),
    Case("platform.old_off_too_early", both("TLS 1.0", OFF), (), "ws2012r2", "15.0.1497.2"),
    Case("platform.old_off_too_early", both("TLS 1.0", ON), (), "ws2012r2", "15.0.1365.1"),
    Case(
        "platform.old_off_too_early",
        both("TLS 1.0", OFF) + side("TLS 1.1", "Client", OFF),
        ("protocols.tls_1_0", "protocols.tls_1_1"),
        "ws2012r2",
        "15.0.1365.1",
    ),
    Case(
        "platform.strict_renegotiation",
        '[SCHANNEL]\n"AllowInsecureRenegoClients"=dword:0\n',
        (),
        "ws2016",
        "15.1.2507.6",
    ),
    Case(
        "platform.strict_renegotiation",
        '[SCHANNEL]\n"AllowInsecureRenegoClients"=dword:1\n',
        (),
        "ws2012r2",
        "15.0.1497.2",
    ),
    Case("platform.insecure_renegotiation", '[SCHANNEL]\n"AllowInsecureRenegoServers"=dword:0\n'),
    # Values
    Case("values.wrong_kind", '[POLICY_SSL]\n"Functions"=dword:1\n"EccCurves"="x"\n'),
    Case(
        "values.wrong_kind",
        side("TLS 1.0", "Server", '"Enabled"="0"\n"DisabledByDefault"=dword:1\n'),
        ("protocols.tls_1_0.server",),
    ),
    Case("values.algorithm_data", '[SCHANNEL\\Ciphers\\NULL]\n"Enabled"=dword:ffffffff\n'),
    Case("values.algorithm_data", '[SCHANNEL\\Ciphers\\NULL]\n"Enabled"=dword:0\n'),
    Case("values.algorithm_data", '[SCHANNEL\\Ciphers\\NULL]\n"Enabled"="1"\n'),
    Case("values.algorithm_data", both("TLS 1.2", ON)),
    Case(
        "values.ignored_by_os", '[SCHANNEL\\KeyExchangeAlgorithms\\Diffie-Hellman]\n"ServerMinKeyBitLength"=dword:800\n'
    ),
    Case("values.ignored_by_os", policy(GCM) + f'[LOCAL_SSL]\n"Functions"={multi(CBC)}\n'),
    Case("values.ignored_by_os", curves("NistP256"), ("curves.group_policy",), "ws2012r2"),
    Case("values.wrong_key", both("TLS 1.2", ON) + '[SCHANNEL]\n"EventLogging"=dword:1\n"Foreign"="x"\n'),
    Case("values.wrong_key", '[SCHANNEL]\n"Enabled"=dword:1\n', (SCHANNEL,)),
    Case("values.misspelt_name", '[DOTNET]\n"InstallRoot"="x"\n"OnlyUseLatestCLR"=dword:1\n'),
    Case(
        "values.misspelt_name",
        '[DOTNET]\n"SchUseStrongCrypt"=dword:1\n',
        (r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319",),
    ),
    Case("values.misspelt_name", '[DOTNET]\n"SchUseCrypto"=dword:1\n'),
    # 0.85 alike, and a little less.
    Case(
        "values.misspelt_name",
        side("TLS 1.2", "Server", '"DisabledByDefault123456"=dword:1\n'),
        (rf"{SCHANNEL}\Protocols\TLS 1.2\Server",),
    ),
    Case("values.misspelt_name", side("TLS 1.2", "Server", '"DisabledByDefault1234567"=dword:1\n')),
    Case(
        "values.wrong_key",
        '[WINHTTP]\n"SecureProtocols"=dword:800\n',
        (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp",),
    ),
    Case("values.wrong_key", '[WINHTTP]\n"SchUseStrongCrypto"=dword:1\n"Functions"="x"\n'),
    Case("values.wrong_key", '[DOTNET]\n"DefaultSecureProtocols"=dword:800\n"Enabled"=dword:1\n'),
    Case("values.wrong_key", f'{SELECT}[{NUMBERED}]\n"Enabled"=dword:1\n', (NUMBERED,)),
    Case("values.wrong_key", f'{SELECT}[{NUMBERED}]\n"EventLogging"=dword:1\n'),
    Case("values.misspelt_name", f'{SELECT}[{NUMBERED}]\n"EventLoging"=dword:1\n', (NUMBERED,)),
    # Keys
    Case(
        "keys.unknown", f'{SELECT}[{NUMBERED}\\Protocols\\QUIC]\n"Enabled"=dword:1\n', (NUMBERED + r"\Protocols\QUIC",)
    ),
    Case("keys.unknown", f'{SELECT}[{NUMBERED}\\Protocols\\TLS 1.2\\Server]\n"Enabled"=dword:1\n'),
    Case("keys.unknown", "[SCHANNEL\\CipherSuites]\n[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n"),
    Case("keys.unknown", "[SCHANNEL\\Protocols\\QUIC]\n"),
    Case("keys.misspelt", '[SCHANNEL\\Protocols\\TLS 1.4\\Server]\n"Enabled"=dword:1\n'),
    Case(
        "keys.unknown",
        '[SCHANNEL\\Protocols\\QUIC\\Server\\Deep]\n"Enabled"=dword:1\n',
        (SCHANNEL + r"\Protocols\QUIC",),
    ),
    # Copies
    Case(
        "copies.control_set",
        '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
        + side("TLS 1.0", "Server", OFF)
        + "[HKLM\\SYSTEM\\ControlSet002\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.0\\Server]\n"
        + OFF,
    ),
    Case("copies.wow64", "[HKLM\\SYSTEM\\WOW6432Node\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL]\n"),
    Case("copies.wow64", '[WINHTTP32]\n"DefaultSecureProtocols"=dword:800\n'),
    # Reading
    Case("reading.denied", "[SCHANNEL]\n", more={"errors": (ReadError("HKEY_LOCAL_MACHINE\\SOFTWARE", 1009, ""),)}),
    Case("reading.failed", "[SCHANNEL]\n", more={"errors": (ReadError("HKEY_LOCAL_MACHINE\\SOFTWARE", 5, ""),)}),
    Case("reading.no_times", "[SCHANNEL]\n"),
    Case(
        "changes.foreign_write", USER + '"SecureProtocols"=dword:800\n', more={"written": {USER.strip("[]\n"): AFTER}}
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.finding)
def test_an_excerpt_brings_a_finding_for_these_subjects_and_no_other(case: Case) -> None:
    state = state_of(case.text, case.os, case.exchange, **case.more)
    assert tuple(one.subject for one in find(state) if one.id == case.finding) == case.subjects


def filetime(day: int, hour: int) -> int:
    """A moment of October 2023."""
    moment = datetime.datetime(2023, 10, day, hour, tzinfo=datetime.timezone.utc)
    return int((moment - datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds()) * 10_000_000


@pytest.mark.parametrize(("now", "over"), [(filetime(10, 23), False), (filetime(11, 0), True), (None, True)])
def test_support_is_over_from_the_day_after_its_last_or_when_nobody_knows_the_day(now: int | None, over: bool) -> None:
    observation = on_host("[SCHANNEL]\n", "ws2012r2")
    machine = dataclasses.replace(observation.machine, now=now)
    state = read_state(dataclasses.replace(observation, machine=machine), load())
    assert ("platform.os_support" in {one.id for one in find(state)}) is over
