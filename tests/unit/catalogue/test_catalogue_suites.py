# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Suites and lists: the ranks Microsoft documents, and tables that agree with each other."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import SuiteList, bare_suite, load

pytestmark = pytest.mark.proves("catalogue_facts")

# Microsoft, "TLS Cipher Suites in Windows ..." for Server 2016, 2019, 2022 and 2025: rank in the default order,
# off = supported but not enabled, - = not listed, ! = only when the program asks for it.
RANKS = """
TLS_AES_256_GCM_SHA384                   -    -    1    1
TLS_AES_128_GCM_SHA256                   -    -    2    2
TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384  1    1    3    3
TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256  2    2    4    4
TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384    3    3    5    5
TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256    4    4    6    6
TLS_DHE_RSA_WITH_AES_256_GCM_SHA384      5    5    7    off
TLS_DHE_RSA_WITH_AES_128_GCM_SHA256      6    6    8    off
TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384  7    7    9    7
TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256  8    8    10   8
TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384    9    9    11   9
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256    10   10   12   10
TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA     11   11   13   11
TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA     12   12   14   12
TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA       13   13   15   13
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA       14   14   16   14
TLS_RSA_WITH_AES_256_GCM_SHA384          17   15   17   15
TLS_RSA_WITH_AES_128_GCM_SHA256          18   16   18   16
TLS_RSA_WITH_AES_256_CBC_SHA256          19   17   19   17
TLS_RSA_WITH_AES_128_CBC_SHA256          20   18   20   18
TLS_RSA_WITH_AES_256_CBC_SHA             21   19   21   19
TLS_RSA_WITH_AES_128_CBC_SHA             22   20   22   20
TLS_RSA_WITH_3DES_EDE_CBC_SHA            23   21   23   off
TLS_RSA_WITH_NULL_SHA256                 31!  22!  24!  21!
TLS_RSA_WITH_NULL_SHA                    32!  23!  25!  22!
TLS_DHE_RSA_WITH_AES_256_CBC_SHA         15   off  off  off
TLS_DHE_RSA_WITH_AES_128_CBC_SHA         16   off  off  off
TLS_DHE_DSS_WITH_AES_256_CBC_SHA256      24   off  off  off
TLS_DHE_DSS_WITH_AES_128_CBC_SHA256      25   off  off  off
TLS_DHE_DSS_WITH_AES_256_CBC_SHA         26   off  off  off
TLS_DHE_DSS_WITH_AES_128_CBC_SHA         27   off  off  off
TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA        28   off  off  off
TLS_RSA_WITH_RC4_128_SHA                 29   off  off  off
TLS_RSA_WITH_RC4_128_MD5                 30   off  off  off
TLS_CHACHA20_POLY1305_SHA256             -    -    off  off
TLS_RSA_WITH_DES_CBC_SHA                 off  off  off  off
TLS_DHE_DSS_WITH_DES_CBC_SHA             off  off  off  off
TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA  off  off  off  off
TLS_RSA_WITH_NULL_MD5                    off  off  off  off
TLS_RSA_EXPORT1024_WITH_RC4_56_SHA       off  off  off  off
TLS_RSA_EXPORT_WITH_RC4_40_MD5           off  off  off  off
TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA      off  off  off  off
"""
# The order of Server 2008 R2 and 2012 R2 in short: what stands between the first word and its curves.
ORDER_2008R2 = """
TLS_ECDHE_RSA_WITH    AES_256_CBC_SHA384_P256 AES_256_CBC_SHA384_P384 AES_128_CBC_SHA256_P256 AES_128_CBC_SHA256_P384
TLS_ECDHE_RSA_WITH    AES_256_CBC_SHA_P256 AES_256_CBC_SHA_P384 AES_128_CBC_SHA_P256 AES_128_CBC_SHA_P384
TLS_DHE_RSA_WITH      AES_256_GCM_SHA384 AES_128_GCM_SHA256 AES_256_CBC_SHA AES_128_CBC_SHA
TLS_RSA_WITH          AES_256_GCM_SHA384 AES_128_GCM_SHA256 AES_256_CBC_SHA256 AES_128_CBC_SHA256
TLS_RSA_WITH          AES_256_CBC_SHA AES_128_CBC_SHA
TLS_ECDHE_ECDSA_WITH  AES_256_GCM_SHA384_P384 AES_128_GCM_SHA256_P256 AES_128_GCM_SHA256_P384
TLS_ECDHE_ECDSA_WITH  AES_256_CBC_SHA384_P384 AES_128_CBC_SHA256_P256 AES_128_CBC_SHA256_P384
TLS_ECDHE_ECDSA_WITH  AES_256_CBC_SHA_P256 AES_256_CBC_SHA_P384 AES_128_CBC_SHA_P256 AES_128_CBC_SHA_P384
TLS_DHE_DSS_WITH      AES_256_CBC_SHA256 AES_128_CBC_SHA256 AES_256_CBC_SHA AES_128_CBC_SHA
TLS_RSA_WITH          3DES_EDE_CBC_SHA
TLS_DHE_DSS_WITH      3DES_EDE_CBC_SHA
TLS_RSA_WITH          RC4_128_SHA RC4_128_MD5 NULL_SHA256 NULL_SHA
SSL_CK                RC4_128_WITH_MD5 DES_192_EDE3_CBC_WITH_MD5
"""
RECOMMENDED_2016 = """TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384
TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256""".split()
# IANA, TLS Cipher Suites: numbers written down from the registry.
NUMBERS = {
    "TLS_RSA_WITH_AES_128_CBC_SHA": 0x002F,
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA": 0x000A,
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384": 0x009F,
    "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256": 0x006A,
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": 0xC02F,
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": 0xC02C,
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384": 0xC028,
    "TLS_AES_256_GCM_SHA384": 0x1302,
    "TLS_PSK_WITH_AES_256_CBC_SHA384": 0x00AF,
    "SSL_CK_DES_192_EDE3_CBC_WITH_MD5": 0x0700C0,
}


def every_list() -> list[SuiteList]:
    return [*load().suite_lists.values(), *load().older_suite_lists]


@pytest.mark.parametrize(("column", "system"), [(1, "ws2016"), (2, "ws2019"), (3, "ws2022"), (4, "ws2025")])
def test_ranks_are_those_of_microsofts_page(column: int, system: str) -> None:
    cells = {line.split()[0]: line.split()[column] for line in RANKS.strip().splitlines()}
    ranked = {int(cell.strip("!")): name for name, cell in cells.items() if cell.strip("!").isdigit()}
    row = load().suite_lists[system]
    assert row.default == tuple(ranked[rank] for rank in range(1, len(ranked) + 1))
    assert set(row.off) == {name for name, cell in cells.items() if cell == "off"}
    assert row.on_request == {name for name, cell in cells.items() if cell.endswith("!")}


@pytest.mark.parametrize("system", ["ws2008r2", "win7", "ws2012r2", "win8_1"])
def test_older_windows_has_the_forty_suites_with_curves_in_microsofts_order(system: str) -> None:
    names = [f"{line.split()[0]}_{tail}" for line in ORDER_2008R2.strip().splitlines() for tail in line.split()[1:]]
    assert len(names) == 40
    assert load().suite_lists[system].default == tuple(names)


def test_server_2012_lacks_the_two_dhe_rsa_suites_with_cbc() -> None:
    lists = load().suite_lists
    missing = {"TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"}
    assert tuple(name for name in lists["ws2012r2"].default if name not in missing) == lists["ws2012"].default
    assert not missing & lists["ws2012"].known


def test_every_list_names_each_suite_once_and_only_suites_that_are_described() -> None:
    for row in every_list():
        names = (*row.default, *row.off, *row.psk)
        assert len(names) == len(set(names)), row.os
        assert {bare_suite(name)[0] for name in names} <= set(load().suites), row.os
        assert row.on_request <= set(row.default), row.os


def test_every_described_suite_is_known_to_some_windows() -> None:
    assert {bare_suite(name)[0] for row in every_list() for name in row.known} == set(load().suites)


def test_curves_stand_in_suite_names_exactly_where_the_system_has_no_curve_order() -> None:
    for row in every_list():
        carries = load().systems[row.os].suites_carry_curve
        assert carries == any(bare_suite(name)[1] for name in row.known), row.os
        assert carries == (not row.curves), row.os
        assert len(set(row.curves)) == len(row.curves)


def test_curves_of_every_newer_windows_are_x25519_p256_p384_in_this_order() -> None:
    for row in every_list():
        if row.curves:
            assert [curve.lower() for curve in row.curves] == ["curve25519", "nistp256", "nistp384"]


def test_every_system_has_a_list_and_lists_of_one_system_do_not_overlap() -> None:
    assert set(load().suite_lists) == set(load().systems)
    for system in load().systems.values():
        rows = sorted((row.first_build, row.last_build) for row in every_list() if row.os == system.id)
        assert rows[0][0] >= system.first_build
        assert rows[-1][1] == system.last_build
        assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(rows))


def test_the_list_of_a_build_is_found_and_a_build_without_a_list_has_none() -> None:
    catalogue = load()
    newest = catalogue.suites_of("win11")
    assert newest is not None
    assert "TLS_RSA_WITH_3DES_EDE_CBC_SHA" not in newest.default
    first = catalogue.suites_of("win11", 22000)
    assert first is not None
    assert "TLS_RSA_WITH_3DES_EDE_CBC_SHA" in first.default
    assert catalogue.suites_of("win10", 16299) is None
    assert catalogue.suites_of("ws2019", 17763) is catalogue.suites_of("ws2019")
    assert catalogue.suites_of("ws2003") is None


@pytest.mark.parametrize("system", ["ws2016", "ws2019", "ws2022", "ws2025"])
def test_the_eight_suites_that_microsoft_recommends_are_on_by_default(system: str) -> None:
    assert set(RECOMMENDED_2016) <= set(load().suite_lists[system].default)


def test_tls_1_3_suites_are_known_exactly_where_the_version_is_supported() -> None:
    for row in every_list():
        has = any("tls_1_3" in load().suites[bare_suite(name)[0]].versions for name in row.default)
        assert has == (load().settings["protocols.tls_1_3.server"].defaults[row.os] == "enabled"), row.os


@pytest.mark.parametrize(("name", "number"), NUMBERS.items())
def test_suites_have_their_iana_number(name: str, number: int) -> None:
    assert load().suites[name].number == number


def test_no_two_suites_share_a_number() -> None:
    numbers = [suite.number for suite in load().suites.values()]
    assert len(numbers) == len(set(numbers))


def test_the_name_of_a_suite_and_its_properties_say_the_same() -> None:
    for suite in load().suites.values():
        name = suite.name
        assert ("GCM" in name or "POLY1305" in name) == ("aead" in suite.traits), name
        assert ("RC4" in name) == ("rc4" in suite.traits), name
        assert ("NULL" in name) == ("null" in suite.traits) == (suite.bits == 0), name
        assert ("3DES" in name or "EDE3" in name) == ("3des" in suite.traits), name
        assert ("EXPORT" in name) == ("export" in suite.traits), name
        assert name.endswith("MD5") == ("md5" in suite.traits), name
        assert name.endswith("_SHA") == ("sha1" in suite.traits), name
        assert name.startswith("TLS_PSK") == ("psk" in suite.traits), name
        assert name.startswith("SSL_CK") == (suite.versions == ("ssl_2_0",)), name
        assert ("DHE" in name or suite.versions == ("tls_1_3",)) == ("forward_secret" in suite.traits), name
        assert "aead" not in suite.traits or not {"tls_1_1", "tls_1_0"} & set(suite.versions), name
        assert not {"cbc", "aead"} <= suite.traits, name
        for word, kind in (("_ECDSA_", "ecdsa"), ("_DSS_", "dss"), ("_PSK_", "none")):
            assert (word in name) == (suite.authentication == kind), name


def test_versions_of_a_suite_are_oldest_first_and_without_a_gap() -> None:
    order = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"]
    for suite in load().suites.values():
        places = [order.index(version) for version in suite.versions]
        assert places == list(range(places[0], places[0] + len(places))), suite.name


def test_strong_crypto_drops_rc4_everywhere_and_triple_des_from_server_2022_on() -> None:
    drops = {system.id: system.strong_crypto_drops for system in load().systems.values()}
    assert all("rc4" in traits for traits in drops.values())
    assert {system for system, traits in drops.items() if "3des" in traits} == {"ws2022", "ws2025", "win11"}
    assert {system for system, traits in drops.items() if traits == {"rc4"}} == {
        "ws2008r2",
        "ws2012",
        "ws2012r2",
        "win7",
        "win8",
        "win8_1",
    }
