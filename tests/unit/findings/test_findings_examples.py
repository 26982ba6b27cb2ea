# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every finding has an excerpt that shows it, and a sentence that names what is there."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from tools.registry import AFTER, BOOT, NOW, change, multi, on_host

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation, ReadError, Revert
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import FINDINGS, find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state

pytestmark = pytest.mark.proves("findings")

BIG = ",".join(["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"] * 30)
GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
OFF = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
ON = '"Enabled"=dword:1\n"DisabledByDefault"=dword:0\n'


@dataclasses.dataclass(frozen=True)
class Example:
    """An excerpt, the finding it must bring, words of its message, and the host around it."""

    finding: str
    text: str
    says: tuple[str, ...]
    os: str = "ws2016"
    exchange: str = "none"
    more: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


def everything_off() -> str:
    """All versions off on both sides."""
    names = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
    return "".join(f"[SCHANNEL\\Protocols\\{name}\\{side}]\n{OFF}" for name in names for side in ("Client", "Server"))


EXAMPLES = (
    Example(
        "protocols.sides_differ",
        f"[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n{ON}[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n{OFF}",
        ("TLS 1.0", "enabled for outgoing", "disabled for incoming"),
    ),
    Example(
        "protocols.sides_differ", f"[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n{OFF}", ("TLS 1.0", "enabled", "disabled")
    ),
    Example(
        "protocols.one_side_only", f"[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n{ON}", ("TLS 1.2", "Server only", "Client")
    ),
    Example(
        "protocols.half_configured",
        '[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n"Enabled"=dword:1\n',
        ("TLS 1.2 server", "only Enabled is set (REG_DWORD 1)", "DisabledByDefault is absent"),
    ),
    Example(
        "protocols.half_configured",
        '[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n"DisabledByDefault"=dword:1\n',
        ("TLS 1.0 client", "only DisabledByDefault", "disabled by default"),
    ),
    Example(
        "protocols.enabled_but_disabled_by_default",
        '[SCHANNEL\\Protocols\\TLS 1.1\\Server]\n"Enabled"=dword:ffffffff\n"DisabledByDefault"=dword:1\n',
        ("TLS 1.1 server", "Enabled REG_DWORD 0xffffffff", "DisabledByDefault REG_DWORD 1"),
    ),
    Example(
        "protocols.off_but_not_by_default",
        '[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:0\n',
        ("TLS 1.0 server",),
    ),
    Example(
        "protocols.unsupported_version",
        f"[SCHANNEL\\Protocols\\SSL 2.0\\Server]\n{ON}",
        ("SSL 2.0 server", "Windows Server 2016"),
    ),
    Example(
        "protocols.tls_1_3_os",
        f"[SCHANNEL\\Protocols\\TLS 1.3\\Server]\n{ON}",
        ("TLS 1.3 server", "Windows Server 2019"),
        os="ws2019",
    ),
    Example(
        "protocols.tls_1_3_exchange",
        "[SCHANNEL]\n",
        ("TLS 1.3", "by the default of Windows", "15.2.1544.4"),
        os="ws2022",
        exchange="15.2.1544.4",
    ),
    Example(
        "protocols.tls_1_3_exchange",
        f"[SCHANNEL\\Protocols\\TLS 1.3\\Server]\n{ON}",
        ("TLS 1.3 server", "in the registry", "15.2.1544.4"),
        os="ws2022",
        exchange="15.2.1544.4",
    ),
    Example("protocols.tls_1_2_off", "[SCHANNEL]\n", ("TLS 1.2", "by the default of Windows"), os="ws2008r2"),
    Example(
        "protocols.tls_1_2_off", f"[SCHANNEL\\Protocols\\TLS 1.2\\Client]\n{OFF}", ("TLS 1.2 client", "in the registry")
    ),
    Example("protocols.none_left", everything_off(), ("Every version is off",)),
    Example(
        "values.wrong_kind",
        '[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n"Enabled"="0"\n"DisabledByDefault"=dword:1\n',
        ("TLS 1.0\\Server", "Enabled", "REG_SZ '0'", "REG_DWORD is expected"),
    ),
    Example(
        "values.wrong_kind",
        '[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n"Enabled"=hex(4):00,00\n"DisabledByDefault"=dword:1\n',
        ("REG_DWORD of 2 bytes (00 00)", "not well formed"),
    ),
    Example(
        "values.algorithm_data",
        '[SCHANNEL\\Ciphers\\AES 128/128]\n"Enabled"=dword:1\n',
        ("Ciphers\\AES 128/128", "Enabled is REG_DWORD 1"),
    ),
    Example(
        "values.ignored_by_os",
        '[SCHANNEL\\KeyExchangeAlgorithms\\Diffie-Hellman]\n"ServerMinKeyBitLength"=dword:800\n',
        ("Windows Server 2012 R2",),
        os="ws2012r2",
    ),
    Example(
        "values.wrong_key",
        '[SCHANNEL\\Protocols\\TLS 1.2]\n"Enabled"=dword:1\n',
        ("The value Enabled (REG_DWORD 1)", "Protocols\\TLS 1.2"),
    ),
    Example(
        "values.wrong_key",
        '[SCHANNEL\\Ciphers\\RC4 128/128]\n"DisabledByDefault"=dword:1\n',
        ("DisabledByDefault", "Ciphers\\RC4 128/128"),
    ),
    Example(
        "values.wrong_key",
        '[HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\n"DefaultSecureProtocols"=dword:800\n',
        ("DefaultSecureProtocols", "Internet Settings"),
    ),
    Example(
        "values.wrong_key",
        '[HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa]\n"Enabled"=dword:1\n',
        ("The value Enabled", "Control\\Lsa"),
    ),
    Example(
        "values.misspelt_name",
        '[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n"DisableByDefault"=dword:0\n',
        ("'DisableByDefault'", "Did you mean 'DisabledByDefault'?"),
    ),
    Example(
        "values.misspelt_name",
        '[DOTNET]\n"SchUseStrongCrypto "=dword:1\n',
        ("'SchUseStrongCrypto '", "Did you mean 'SchUseStrongCrypto'?"),
    ),
    Example(
        "values.legacy_fips",
        '[HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa]\n"FIPSAlgorithmPolicy"=dword:1\n',
        ("enabled", "disabled"),
    ),
    Example(
        "keys.look_alike",
        '[SCHANNEL\\Ciphers\\RC4 128\u2215128]\n"Enabled"=dword:0\n',
        ("looks like 'RC4 128/128'", "U+2215"),
    ),
    Example(
        "keys.look_alike",
        '[SCHANNEL\\Protocols\\\uff34\uff2c\uff33 1.2\\Server]\n"Enabled"=dword:1\n',
        ("looks like 'TLS 1.2'", "U+FF34"),
    ),
    Example(
        "keys.look_alike",
        '[SCHANNEL\\Protocols\\\u0422LS 1.2\\Server]\n"Enabled"=dword:1\n',
        ("looks like 'TLS 1.2'", "U+0422"),
    ),
    Example(
        "keys.look_alike",
        '[SCHANNEL\\Protocols\\TLS\u00a01.2\\Server]\n"Enabled"=dword:1\n',
        ("looks like 'TLS 1.2'", "U+00A0"),
    ),
    Example(
        "keys.blanks",
        '[SCHANNEL\\Protocols\\TLS 1.2 \\Server]\n"Enabled"=dword:1\n',
        ("'TLS 1.2 '", "'TLS 1.2'"),
    ),
    Example(
        "keys.blanks",
        '[SCHANNEL\\Protocols\\TLS  1.2\\Server]\n"Enabled"=dword:1\n',
        ("'TLS  1.2'", "Windows reads 'TLS 1.2'"),
    ),
    Example(
        "keys.nested",
        '[SCHANNEL\\Ciphers\\RC4 128\\128]\n"Enabled"=dword:0\n[SCHANNEL\\Ciphers\\RC4 128]\n',
        ("RC4 128\\128", "'RC4 128/128'"),
    ),
    Example(
        "keys.doubled",
        '[SCHANNEL\\Protocols\\TLS 1.2]\n[SCHANNEL\\Protocols\\TLS 1.2\\TLS 1.2]\n"Enabled"=dword:1\n',
        ("TLS 1.2\\TLS 1.2",),
    ),
    Example(
        "keys.misspelt",
        '[SCHANNEL\\Protocols\\TLS1.2]\n[SCHANNEL\\Protocols\\TLS1.2\\Server]\n"Enabled"=dword:1\n',
        ("Protocols\\TLS1.2", "Did you mean 'TLS 1.2'?"),
    ),
    Example(
        "keys.misspelt",
        '[SCHANNEL\\Ciphers\\Triple DES 168/168]\n"Enabled"=dword:0\n',
        ("Did you mean 'Triple DES 168'?",),
    ),
    Example(
        "keys.misspelt",
        '[SCHANNEL\\Protocols\\TLS 1.2\\Sever]\n"Enabled"=dword:1\n',
        ("TLS 1.2\\Sever", "Did you mean 'Server'?"),
    ),
    Example("keys.misspelt", '[SCHANNEL\\Hashes\\SHA 256]\n"Enabled"=dword:0\n', ("Did you mean 'SHA256'?",)),
    Example("keys.unknown", '[SCHANNEL\\Protocols\\QUIC]\n"Enabled"=dword:1\n', ("Protocols\\QUIC",)),
    Example(
        "copies.control_set",
        '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
        "[HKLM\\SYSTEM\\ControlSet002\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS "
        '1.0\\Server]\n"Enabled"=dword:0\n',
        ("ControlSet002", "Enabled = REG_DWORD 0", "has absent there"),
    ),
    Example(
        "copies.wow64",
        "[HKLM\\SYSTEM\\WOW6432Node\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS "
        "1.2\\Server]\n"
        '"Enabled"=dword:1\n',
        ("WOW6432Node", "(Enabled)"),
    ),
    Example("suites.policy_too_long", f'[POLICY_SSL]\n"Functions"="{BIG}"\n', (f"{len(BIG)} characters", "1023")),
    Example("suites.policy_empty", '[POLICY_SSL]\n"Functions"=""\n', ("names no suite",)),
    Example("suites.policy_empty", '[POLICY_SSL]\n"Functions"=" , "\n', ("names no suite",)),
    Example(
        "suites.policy_kind",
        f'[POLICY_SSL]\n"Functions"={multi(GCM)}\n',
        ("REG_MULTI_SZ", "REG_SZ is expected", "the local list stays in force"),
    ),
    Example("suites.local_form", f'[LOCAL_SSL]\n"Functions"="{GCM}"\n', ("REG_SZ", "one suite per element")),
    Example("suites.local_form", f'[LOCAL_SSL]\n"Functions"={multi(GCM + "," + GCM)}\n', ("REG_MULTI_SZ",)),
    Example(
        "suites.unknown_name",
        f'[POLICY_SSL]\n"Functions"="{GCM},TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA348"\n',
        ("'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA348'", f"Did you mean '{GCM}'?"),
    ),
    Example(
        "suites.not_on_this_os",
        f'[POLICY_SSL]\n"Functions"="TLS_AES_256_GCM_SHA384,{GCM}"\n',
        ("Windows Server 2016 passes over TLS_AES_256_GCM_SHA384",),
    ),
    Example(
        "suites.not_on_this_os",
        '[POLICY_SSL]\n"Functions"="TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P256,TLS_RSA_WITH_AES_256_GCM_SHA384"\n',
        ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P256",),
        os="ws2012r2",
    ),
    Example(
        "suites.curve_missing",
        '[POLICY_SSL]\n"Functions"="TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,TLS_RSA_WITH_AES_256_GCM_SHA384"\n',
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 lacks the curve", "_P256"),
        os="ws2012r2",
    ),
    Example("suites.curve_suffix", f'[POLICY_SSL]\n"Functions"="{GCM}_P256"\n', (f"{GCM}_P256", "no effect")),
    Example(
        "suites.blank_name", f'[POLICY_SSL]\n"Functions"="{GCM}, TLS_RSA_WITH_AES_128_GCM_SHA256,"\n', ("2 of 3 names",)
    ),
    Example("suites.repeated_name", f'[POLICY_SSL]\n"Functions"="{GCM},{GCM}"\n', (GCM,)),
    Example("suites.version_without_suite", f'[POLICY_SSL]\n"Functions"="{GCM}"\n', ("TLS 1.0 is on", "no suite")),
    Example(
        "suites.tls_1_3_without_suite",
        f'[SCHANNEL]\n[POLICY_SSL]\n"Functions"="{GCM}"\n',
        ("TLS 1.3 is on",),
        os="ws2022",
    ),
    Example(
        "curves.wrong_kind",
        '[POLICY_SSL]\n"EccCurves"="NistP256"\n',
        ("REG_SZ 'NistP256'", "REG_MULTI_SZ is expected"),
    ),
    Example("curves.empty", '[POLICY_SSL]\n"EccCurves"=hex(7):00,00\n', ("names no curve",)),
    Example(
        "curves.unknown_name",
        f'[POLICY_SSL]\n"EccCurves"={multi("NistP265", "NistP384")}\n',
        ("'NistP265'", "Did you mean 'NistP256'?"),
    ),
    Example(
        "curves.odd_name",
        f'[POLICY_SSL]\n"EccCurves"={multi("NistP384", "nistp384", " NistP256")}\n',
        ("nistp384 is there more than once", "' NistP256' has blanks"),
    ),
    Example(
        "clients.ssl_switched_on",
        '[WINHTTP]\n"DefaultSecureProtocols"=dword:aa0\n',
        ("0xaa0 (SSL 3.0, TLS 1.0, TLS 1.1, TLS 1.2)", "0x20 (SSL 3.0) on"),
    ),
    Example(
        "clients.ssl_switched_on",
        "[HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\n"
        '"SecureProtocols"=dword:a8\n',
        ("S-1-5-21-1-2-3-1001", "SSL 2.0"),
    ),
    Example(
        "clients.without_tls_1_2", '[WINHTTP]\n"DefaultSecureProtocols"=dword:280\n', ("0x280 (TLS 1.0, TLS 1.1)",)
    ),
    Example("clients.unknown_bits", '[WINHTTP]\n"DefaultSecureProtocols"=dword:2048\n', ("0x2048", "0x40")),
    Example(
        "clients.bits_without_effect",
        f'[WINHTTP]\n"DefaultSecureProtocols"=dword:880\n[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n{OFF}',
        ("TLS 1.0 off for clients",),
    ),
    Example(
        "clients.views_differ",
        '[DOTNET]\n"SchUseStrongCrypto"=dword:1\n[DOTNET32]\n"SchUseStrongCrypto"=dword:0\n',
        ("SchUseStrongCrypto in HKLM", "is REG_DWORD 1 for 64-bit", "is REG_DWORD 0 for 32-bit"),
    ),
    Example("clients.insecure_fallback", '[WINHTTP]\n"EnableInsecureTlsFallback"=dword:1\n', ("REG_DWORD 1",)),
    Example(
        "clients.dotnet_not_one",
        f'[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n{OFF}[DOTNET]\n"SchUseStrongCrypto"=dword:2\n',
        ("TLS 1.0 is off", "REG_DWORD 2 instead of REG_DWORD 1"),
    ),
    Example(
        "changes.reboot_debt",
        "[SCHANNEL]\n",
        ("change-0001", "waits for a boot"),
        more={"journal": (change(values=(("SCHANNEL", "EventLogging"),)),)},
    ),
    Example(
        "changes.foreign_write",
        '[SCHANNEL]\n"EventLogging"=dword:3\n',
        ("SCHANNEL was written at", "after the boot", "no change of ours"),
        more={"written": {"SCHANNEL": AFTER}},
    ),
    Example(
        "changes.windows_waits",
        "[HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending]\n",
        ("servicing",),
    ),
    Example(
        "changes.bad_end",
        "[SCHANNEL]\n",
        ("change-0001", "neither finished nor put back"),
        more={"journal": (change(state="open", closed=None),)},
    ),
    Example(
        "changes.bad_end",
        "[SCHANNEL]\n",
        ("cannot be read", "cut off\\x1b"),
        more={"journal": (change(state="torn", error="cut off\x1b"),)},
    ),
    Example(
        "changes.revert_armed",
        "[SCHANNEL]\n",
        ("change-0001", "takes itself back at 2025-12-01T13:00:00Z unless confirmed"),
        more={"journal": (change(revert=Revert("armed", "task", NOW)),)},
    ),
    Example(
        "changes.reverted",
        "[SCHANNEL]\n",
        ("change-0001", "took itself back at 2025-12-01T12:00:00Z and had Windows restart: nobody confirmed it"),
        more={"journal": (change(state="reverted", revert=Revert("reverted", "task", AFTER, BOOT, AFTER, True)),)},
    ),
    Example(
        "changes.owner_unknown",
        f'[POLICY_SSL]\n"Functions"="{GCM}"\n',
        ("Functions", "neither our journal nor the record of Group Policy"),
    ),
    Example(
        "platform.exchange_support", "[SCHANNEL]\n", ("Exchange Server 2013", "2023-04-11"), exchange="15.0.1497.2"
    ),
    Example("platform.os_support", "[SCHANNEL]\n", ("Windows Server 2012 R2", "2023-10-10"), os="ws2012r2"),
    Example(
        "platform.combination", "[SCHANNEL]\n", ("Exchange Server 2013 is not supported on",), exchange="15.0.1497.2"
    ),
    Example("platform.combination", "[SCHANNEL]\n", ("from", "15.2.221.12"), os="ws2025", exchange="15.2.221.12"),
    Example("platform.no_tls_1_2", "[SCHANNEL]\n", ("15.0.1076.9",), os="ws2012r2", exchange="15.0.1076.9"),
    Example(
        "platform.old_off_too_early",
        f"[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n{OFF}",
        ("TLS 1.0 is off", "15.0.1365.1"),
        os="ws2012r2",
        exchange="15.0.1365.1",
    ),
    Example(
        "platform.strict_renegotiation",
        '[SCHANNEL]\n"AllowInsecureRenegoClients"=dword:0\n',
        ("15.0.1497.2",),
        os="ws2012r2",
        exchange="15.0.1497.2",
    ),
    Example("platform.insecure_renegotiation", '[SCHANNEL]\n"AllowInsecureRenegoServers"=dword:1\n', ("REG_DWORD 1",)),
    Example(
        "reading.denied",
        "[SCHANNEL]\n",
        ("Access to HKLM\\SOFTWARE\\Policies was denied: no \\x07 way",),
        more={"errors": (ReadError("HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies", 5, "no \x07 way."),)},
    ),
    Example(
        "reading.failed",
        "[SCHANNEL]\n",
        ("Windows error 1009",),
        more={"errors": (ReadError("HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies", 1009, ""),)},
    ),
    Example("reading.no_times", "[SCHANNEL]\n", ("did not tell when it booted",), more={"boot": None}),
)


def observation_of(example: Example) -> Observation:
    return on_host(example.text, example.os, example.exchange, **example.more)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.finding)
def test_the_excerpt_brings_the_finding_with_names_and_values_in_its_message(example: Example) -> None:
    everything = find(read_state(observation_of(example), load()))
    for one in everything:
        assert all(isinstance(text, str) and text for text in (one.subject, one.message, one.reason, one.remedy))
    found = [finding for finding in everything if finding.id == example.finding]
    assert found
    assert any(all(words in finding.message for words in example.says) for finding in found), [f.message for f in found]


#: Findings whose examples need more than an excerpt stand in tests of their own.
ELSEWHERE = {
    "suites.certificate_without_suite",
    "changes.owned_by_group_policy",
    "observed.still_answered",
    "observed.not_answered",
    "observed.not_the_server",
    "observed.narrowed",
    "observed.unknown",
    "reading.unread",
    "reading.os_unknown",
    "reading.exchange_unknown",
}


def test_every_finding_has_an_example() -> None:
    assert {example.finding for example in EXAMPLES} | ELSEWHERE == set(FINDINGS)
