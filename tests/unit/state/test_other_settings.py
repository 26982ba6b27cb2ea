# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ciphers, .NET, masks, per-user settings, and settings that a Windows does not read."""

from __future__ import annotations

import dataclasses

import pytest
from tools.registry import exported, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import KeyRequest, RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin, read_state, user_hives

pytestmark = pytest.mark.proves("state_meaning")

SETTINGS = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"


@pytest.mark.parametrize(
    ("line", "effective"),
    [
        ("", "enabled"),
        ('"Enabled"=dword:0\n', "disabled"),
        ('"Enabled"=dword:ffffffff\n', "enabled"),
        ('"Enabled"=dword:1\n', "enabled"),
    ],
)
def test_a_cipher_is_on_unless_it_is_zero(line: str, effective: str) -> None:
    state = state_of(f"[SCHANNEL\\Ciphers\\RC4 128/128]\n{line}")
    assert state.settings["ciphers.rc4_128_128"].effective == effective


def test_the_null_cipher_is_off_by_default() -> None:
    assert state_of("[SCHANNEL]\n").settings["ciphers.null"].effective == "disabled"


@pytest.mark.parametrize(
    ("number", "effective"), [("1", "enabled"), ("0", "disabled"), ("2", "unknown"), ("ffffffff", "unknown")]
)
def test_dotnet_takes_one_for_on_and_nothing_else(number: str, effective: str) -> None:
    state = state_of(f'[DOTNET]\n"SystemDefaultTlsVersions"=dword:{number}\n')
    assert state.settings["dotnet.v4.native.system_default_tls_versions"].effective == effective


def test_a_mask_is_its_number_and_an_absent_one_the_default_of_windows() -> None:
    assert (
        state_of('[WINHTTP]\n"DefaultSecureProtocols"=dword:aa0\n')
        .settings["winhttp.native.default_secure_protocols"]
        .effective
        == 0xAA0
    )
    assert state_of("[SCHANNEL]\n", "ws2012").settings["winhttp.native.default_secure_protocols"].effective == 0xA0


def test_a_setting_of_a_later_windows_is_inert() -> None:
    text = '[SCHANNEL\\KeyExchangeAlgorithms\\Diffie-Hellman]\n"ServerMinKeyBitLength"=dword:1000\n'
    old = state_of(text, "ws2012r2").settings["key_exchange.diffie_hellman.server_min_bits"]
    new = state_of(text, "ws2016").settings["key_exchange.diffie_hellman.server_min_bits"]
    assert (old.configured, old.origin) == (4096, Origin.INERT)
    assert old.effective != 4096
    assert (new.effective, new.origin) == (4096, Origin.REGISTRY)


def hive(sid: str, number: str) -> str:
    return f'[HKEY_USERS\\{sid}\\{SETTINGS}]\n"SecureProtocols"=dword:{number}\n'


def test_users_who_agree_are_one_answer() -> None:
    state = state_of(hive("S-1-5-21-1-2-3-500", "800") + hive("S-1-5-21-1-2-3-501", "800"))
    assert (state.settings["wininet.user"].form, state.settings["wininet.user"].effective) == (Form.SET, 0x800)


def test_users_who_differ_leave_it_unknown() -> None:
    state = state_of(hive("S-1-5-21-1-2-3-500", "800") + hive("S-1-5-21-1-2-3-501", "a0"))
    assert (state.settings["wininet.user"].configured, state.settings["wininet.user"].effective) == (None, "unknown")


def test_without_a_loaded_hive_the_setting_of_users_is_unread() -> None:
    assert state_of("[SCHANNEL]\n").settings["wininet.user"].form is Form.UNREAD


def test_service_accounts_and_class_hives_are_no_users() -> None:
    observation = on_host(
        hive("S-1-5-18", "800") + hive("S-1-5-21-1-2-3-500_Classes", "800") + hive("S-1-5-21-1-2-3-500", "800")
    )
    assert user_hives(observation) == ("HKEY_USERS\\S-1-5-21-1-2-3-500",)


def test_an_export_without_times_counts_as_booted() -> None:
    state = read_state(exported('[SCHANNEL\\Ciphers\\NULL]\n"Enabled"=dword:ffffffff\n'), load())
    found = state.settings["ciphers.null"]
    assert (found.effective, found.pending) == ("enabled", False)


def test_a_value_that_was_not_asked_for_is_unread_and_its_neighbour_is_not() -> None:
    observation = on_host("[DOTNET]\n")
    key = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
    asked = [request for request in observation.asked if request.path != key]
    asked.append(KeyRequest(key, 0, ("schusestrongcrypto",)))
    settings = read_state(dataclasses.replace(observation, asked=tuple(asked)), load()).settings
    assert settings["dotnet.v4.native.strong_crypto"].form is Form.ABSENT
    assert settings["dotnet.v4.native.system_default_tls_versions"].form is Form.UNREAD
    assert settings["dotnet.v4.native.system_default_tls_versions"].effective == "unknown"


def test_values_come_in_the_order_of_the_places() -> None:
    state = state_of('[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n"DisabledByDefault"=dword:0\n')
    assert state.settings["protocols.tls_1_2.server"].values == (None, RegistryValue("DisabledByDefault", 4, 0))
