# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ciphers, .NET, masks, per-user settings, and settings that a Windows does not read."""

from __future__ import annotations

import dataclasses

import pytest
from tools.registry import AFTER, exported, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import KeyRequest, RegistryKey, RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin, State, read_state

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


@pytest.mark.parametrize(
    ("setting", "effective", "origin"),
    [
        ("key_exchange.diffie_hellman.server_min_bits", 2048, Origin.OS_DEFAULT),
        ("key_exchange.pkcs.client_max_bits", "unsupported", Origin.UNSUPPORTED),
    ],
)
def test_where_a_windows_does_not_read_a_setting_its_default_counts_or_there_is_no_such_thing(
    setting: str, effective: object, origin: Origin
) -> None:
    absent = state_of("[SCHANNEL]\n", "ws2012r2").settings[setting]
    assert (absent.effective, absent.future, absent.origin, absent.pending) == (effective, effective, origin, False)
    keys = "".join(
        f'[SCHANNEL\\KeyExchangeAlgorithms\\{key}]\n"{name}"=dword:1000\n'
        for key, name in (("Diffie-Hellman", "ServerMinKeyBitLength"), ("PKCS", "ClientMaxKeyBitLength"))
    )
    written = state_of(keys, "ws2012r2").settings[setting]
    assert (written.configured, written.effective, written.origin) == (4096, effective, Origin.INERT)


def without_windows(text: str) -> State:
    """The state of a host that does not tell which Windows it is."""
    observation = on_host(text)
    keys = tuple(key for key in observation.keys if "Windows NT" not in key.path)
    return read_state(dataclasses.replace(observation, keys=keys), load())


def test_on_an_unknown_windows_a_setting_that_every_windows_reads_is_what_it_says() -> None:
    state = without_windows(
        '[SCHANNEL]\n"EventLogging"=dword:1\n"EnableOcspStaplingForSni"=dword:1\n'
        '[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n"Enabled"=dword:1\n'
    )
    assert state.identity.os is None
    logging, stapling = state.settings["schannel.event_logging"], state.settings["schannel.ocsp_stapling_for_sni"]
    assert (logging.effective, logging.origin) == (1, Origin.REGISTRY)
    assert (stapling.configured, stapling.effective, stapling.origin) == ("enabled", "unknown", Origin.UNKNOWN)
    alone = state.settings["protocols.tls_1_2.server"]
    assert (alone.configured, alone.effective) == ("unknown", "unknown")


def hive(sid: str, number: str) -> str:
    return f'[HKEY_USERS\\{sid}\\{SETTINGS}]\n"SecureProtocols"=dword:{number}\n'


def test_users_who_agree_are_one_answer() -> None:
    state = state_of(hive("S-1-5-21-1-2-3-500", "800") + hive("S-1-5-21-1-2-3-501", "800"))
    assert (state.settings["wininet.user"].form, state.settings["wininet.user"].effective) == (Form.SET, 0x800)


def test_users_who_differ_leave_it_unknown() -> None:
    state = state_of(hive("S-1-5-21-1-2-3-500", "800") + hive("S-1-5-21-1-2-3-501", "a0"))
    assert (state.settings["wininet.user"].configured, state.settings["wininet.user"].effective) == (None, "unknown")


def test_what_users_disagree_about_shows_the_values_of_the_first() -> None:
    state = state_of(hive("S-1-5-21-1-2-3-500", "800") + hive("S-1-5-21-1-2-3-501", "a0"))
    found = state.settings["wininet.user"]
    assert [value and value.data for value in found.values] == [0x800]
    assert (found.future, found.origin, found.pending) == ("unknown", Origin.UNKNOWN, False)


def test_one_user_is_the_answer() -> None:
    found = state_of(hive("S-1-5-21-1-2-3-500", "800")).settings["wininet.user"]
    assert (found.configured, found.effective, found.origin) == (0x800, 0x800, Origin.REGISTRY)


@pytest.mark.parametrize("second", ["800", "a0"])
def test_what_waits_for_a_boot_with_one_user_waits_with_all(second: str) -> None:
    catalogue = load()
    setting = dataclasses.replace(catalogue.settings["wininet.user"], reboot=True)
    catalogue = dataclasses.replace(catalogue, settings={**catalogue.settings, setting.id: setting})
    users = [f"HKEY_USERS\\S-1-5-21-1-2-3-{number}\\{SETTINGS}" for number in (500, 501)]
    observation = on_host(
        hive("S-1-5-21-1-2-3-500", "800") + hive("S-1-5-21-1-2-3-501", second), written={users[1]: AFTER}
    )
    assert read_state(observation, catalogue).settings[setting.id].pending is True


def test_without_a_loaded_hive_the_setting_of_users_is_unread() -> None:
    assert state_of("[SCHANNEL]\n").settings["wininet.user"].form is Form.UNREAD


def test_service_accounts_and_class_hives_are_no_users() -> None:
    observation = on_host(
        hive("S-1-5-18", "800") + hive("S-1-5-21-1-2-3-500_Classes", "800") + hive("S-1-5-21-1-2-3-500", "800")
    )
    assert observation.user_hives == ("HKEY_USERS\\S-1-5-21-1-2-3-500",)


def test_a_hive_is_named_by_its_key_alone_and_only_below_the_users() -> None:
    sid = "S-1-5-21-1-2-3-500"
    paths = ("HKEY_USERS", f"HKEY_USERS\\{sid}", f"HKEY_LOCAL_MACHINE\\{sid}0\\Software")
    keys = tuple(RegistryKey(path, True) for path in paths)
    observation = dataclasses.replace(on_host("[SCHANNEL]\n"), keys=keys)
    assert observation.user_hives == (f"HKEY_USERS\\{sid}",)


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
