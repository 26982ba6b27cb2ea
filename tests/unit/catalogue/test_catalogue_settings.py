# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the settings of the catalogue say, against tables written down here from Microsoft's pages."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    REG_DWORD,
    REG_MULTI_SZ,
    REG_SZ,
    SIDES,
    SettingKind,
    load,
)

pytestmark = pytest.mark.proves("catalogue_facts")

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"

SERVERS = ("ws2008r2", "ws2012", "ws2012r2", "ws2016", "ws2019", "ws2022", "ws2025")
CLIENTS = {"win7": "ws2008r2", "win8": "ws2012", "win8_1": "ws2012r2", "win10": "ws2019", "win11": "ws2022"}

# Microsoft, "Protocols in TLS/SSL (Schannel SSP)", 03/20/2025: client/server; E enabled, D disabled, x not supported.
PROTOCOL_DEFAULTS = """
            ssl_2_0 ssl_3_0 tls_1_0 tls_1_1 tls_1_2 tls_1_3 dtls_1_0 dtls_1_2
ws2008r2    D/E     E/E     E/E     D/D     D/D     x/x     E/E      x/x
ws2012      D/D     E/E     E/E     E/E     E/E     x/x     E/E      x/x
ws2012r2    D/D     E/E     E/E     E/E     E/E     x/x     E/E      x/x
ws2016      x/x     D/D     E/E     E/E     E/E     x/x     E/E      E/E
ws2019      x/x     D/D     E/E     E/E     E/E     x/x     E/E      E/E
ws2022      x/x     D/D     E/E     E/E     E/E     E/E     E/E      E/E
ws2025      x/x     D/D     E/E     E/E     E/E     E/E     E/E      E/E
"""
WORDS = {"E": "enabled", "D": "disabled", "x": "unsupported"}

CIPHERS = """des_56_56 null rc2_40_128 rc2_56_128 rc2_56_56 rc2_128_128 rc4_40_128 rc4_56_128 rc4_64_128 rc4_128_128
triple_des_168 aes_128_128 aes_256_256""".split()
EXPECTED_IDS = {
    *(f"protocols.{version}.{side}" for version in PROTOCOL_DEFAULTS.split()[:8] for side in SIDES),
    *(f"protocols.{version}.{side}" for version in ("pct_1_0", "multi_protocol_unified_hello") for side in SIDES),
    *(f"ciphers.{cipher}" for cipher in CIPHERS),
    *(f"hashes.{name}" for name in ("md5", "sha", "sha256", "sha384", "sha512")),
    *(f"key_exchange.{name}" for name in ("pkcs", "diffie_hellman", "ecdh")),
    *(f"key_exchange.diffie_hellman.{n}" for n in ("client_min_bits", "client_max_bits", "server_min_bits")),
    *(f"key_exchange.pkcs.{n}" for n in ("client_min_bits", "client_max_bits")),
    "renegotiation.insecure_clients",
    "renegotiation.insecure_servers",
    *(
        f"schannel.{name}"
        for name in (
            "event_logging client_cache_time server_cache_time maximum_cache_size issuer_cache_size issuer_cache_time "
            "send_trusted_issuer_list ocsp_stapling_for_sni certificate_mapping_methods"
        ).split()
    ),
    *(f"messaging.{name}" for name in ("client", "server", "server_client_auth")),
    *(
        f"dotnet.{version}.{bits}.{name}"
        for version, bits, name in itertools.product(
            ("v2", "v4"), ("native", "wow64"), ("system_default_tls_versions", "strong_crypto")
        )
    ),
    *(f"winhttp.{bits}.{n}" for bits in ("native", "wow64") for n in ("default_secure_protocols", "insecure_fallback")),
    *(f"wininet.{name}" for name in ("machine", "wow64", "group_policy", "user", "ssl3_fallback")),
    *(f"{group}.{place}" for group in ("cipher_suites", "curves") for place in ("group_policy", "local")),
    "fips.enabled",
    "fips.legacy",
}


def protocol_rows() -> list[tuple[str, str, str, str]]:
    """(OS, version, side, meaning) of the table above."""
    head, *lines = PROTOCOL_DEFAULTS.strip().splitlines()
    rows = []
    for line in lines:
        system, *cells = line.split()
        for version, cell in zip(head.split(), cells):
            rows += [(system, version, side, WORDS[word]) for side, word in zip(SIDES, cell.split("/"))]
    return rows


def test_every_setting_that_the_other_rooms_name_is_there_and_no_other() -> None:
    assert set(load().settings) == EXPECTED_IDS


@pytest.mark.parametrize(("system", "version", "side", "meaning"), protocol_rows())
def test_an_absent_version_means_what_microsoft_states_for_that_server(
    system: str, version: str, side: str, meaning: str
) -> None:
    assert load().settings[f"protocols.{version}.{side}"].defaults[system] == meaning


@pytest.mark.parametrize(("client", "server"), CLIENTS.items())
def test_a_windows_client_has_the_defaults_of_the_server_of_its_generation(client: str, server: str) -> None:
    for setting in load().settings.values():
        if setting.kind is SettingKind.PROTOCOL and server in setting.defaults:
            assert setting.defaults[client] == setting.defaults[server], setting.id


def test_every_setting_states_its_default_for_every_system_or_says_why_there_is_none() -> None:
    for setting in load().settings.values():
        covered = "*" in setting.defaults or set(setting.defaults) >= set(setting.os or load().systems)
        assert covered != bool(setting.no_default), setting.id


def test_every_protocol_has_two_values_per_side_in_the_key_that_windows_reads() -> None:
    names = {"ssl": "SSL", "tls": "TLS", "dtls": "DTLS"}
    for version, side in itertools.product(PROTOCOL_DEFAULTS.split()[:8], SIDES):
        family, major, minor = version.split("_")
        setting = load().settings[f"protocols.{version}.{side}"]
        key = rf"{SCHANNEL}\Protocols\{names[family]} {major}.{minor}\{side.capitalize()}"
        assert [(place.key, place.name, place.kind) for place in setting.places] == [
            (key, "Enabled", REG_DWORD),
            (key, "DisabledByDefault", REG_DWORD),
        ]


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("ciphers.des_56_56", r"Ciphers\DES 56/56"),
        ("ciphers.null", r"Ciphers\NULL"),
        ("ciphers.rc2_40_128", r"Ciphers\RC2 40/128"),
        ("ciphers.rc4_128_128", r"Ciphers\RC4 128/128"),
        ("ciphers.triple_des_168", r"Ciphers\Triple DES 168"),
        ("hashes.md5", r"Hashes\MD5"),
        ("key_exchange.diffie_hellman", r"KeyExchangeAlgorithms\Diffie-Hellman"),
        ("key_exchange.pkcs", r"KeyExchangeAlgorithms\PKCS"),
    ],
)
def test_algorithms_are_where_exchange_and_kb_245030_switch_them(setting: str, key: str) -> None:
    (place,) = load().settings[setting].places
    assert (place.key, place.name, place.kind) == (rf"{SCHANNEL}\{key}", "Enabled", REG_DWORD)


def test_null_is_the_only_cipher_that_is_off_when_absent() -> None:
    off = {s.id for s in load().settings.values() if s.group == "ciphers" and s.defaults["*"] == "disabled"}
    assert off == {"ciphers.null"}


def test_lists_have_the_type_that_windows_reads_in_each_place() -> None:
    kinds = {s.id: s.places[0].kind for s in load().settings.values() if s.kind is SettingKind.LIST}
    assert kinds == {
        "cipher_suites.group_policy": REG_SZ,
        "cipher_suites.local": REG_MULTI_SZ,
        "curves.group_policy": REG_MULTI_SZ,
        "curves.local": REG_MULTI_SZ,
    }


def test_no_registry_value_belongs_to_two_settings() -> None:
    places = [(p.key.upper(), p.name.upper()) for s in load().settings.values() for p in s.places]
    assert len(places) == len(set(places))


def test_the_user_setting_is_the_only_one_that_is_relative_to_a_user_hive() -> None:
    assert {s.id for s in load().settings.values() if s.per_user} == {"wininet.user"}
    assert not load().settings["wininet.user"].places[0].key.startswith("HKEY_")


def test_winhttp_masks_of_the_systems_hold_tls_1_2_from_windows_8_1_on() -> None:
    defaults = load().settings["winhttp.native.default_secure_protocols"].defaults
    without = {system for system, mask in defaults.items() if not int(mask) & 0x800}  # type: ignore[arg-type]
    assert without == {"ws2008r2", "ws2012", "win7", "win8"}


def test_every_source_tag_of_every_row_resolves() -> None:
    catalogue = load()
    rows: tuple[t.Any, ...] = (
        *catalogue.settings.values(),
        *catalogue.systems.values(),
        *catalogue.suites.values(),
        *catalogue.suite_lists.values(),
        *catalogue.older_suite_lists,
        *catalogue.releases,
        *catalogue.exchange.values(),
        *catalogue.dotnet,
    )
    for row in rows:
        assert row.sources, row
        assert set(row.sources) <= set(catalogue.sources), row
