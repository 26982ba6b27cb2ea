# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue against what others recorded on Windows (test data of CSS-Exchange)."""

from __future__ import annotations

import pytest
from tools import css_exchange
from tools.css_exchange import Json, all_settings, recording

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import bare_suite, load

pytestmark = [
    pytest.mark.proves("recorded_windows"),
    pytest.mark.skipif(not css_exchange.FOLDER.is_dir(), reason=css_exchange.MISSING),
]

#: The number of a version in a TLS hello -> our id; 65277 and 65279 are DTLS.
VERSIONS = {769: "tls_1_0", 770: "tls_1_1", 771: "tls_1_2"}
SSL_3_0 = 768


def exchange_2016() -> list[Json]:
    """The suites of the recorded Exchange 2016 server."""
    suites: list[Json] = all_settings()["TlsCipherSuite"]
    return suites


def exchange_2019() -> list[Json]:
    """The suites of the recorded Exchange 2019 server."""
    suites: list[Json]
    (suites,) = recording("GetTlsCipherSuite.xml")
    return suites


def described() -> list[Json]:
    """All recorded suites; of a name with a curve Windows says nothing more."""
    return [suite for suite in (*exchange_2019(), *exchange_2016()) if suite["CipherSuite"]]


def test_the_local_list_of_a_real_2012_r2_server_is_our_default_list() -> None:
    names = tuple(recording("TlsCipherLocalPath.xml"))
    assert names == load().suite_lists["ws2012r2"].default
    assert {os for os, suites in load().suite_lists.items() if suites.default == names} <= {
        *("ws2008r2", "win7", "ws2012r2", "win8_1")
    }


def test_the_group_policy_list_of_a_real_server_is_one_text_of_names_that_windows_knows() -> None:
    (text,) = recording("TlsCipherGPOPath.xml")
    assert set(text.split(",")) <= load().suite_lists["ws2012r2"].known


@pytest.mark.parametrize("system", ["ws2016", "ws2019"])
def test_suites_of_real_servers_are_known_to_server_2016_and_2019(system: str) -> None:
    names = {bare_suite(suite["Name"])[0] for suite in (*exchange_2016(), *exchange_2019())}
    assert len(names) == 16
    assert names <= load().suite_lists[system].known


def test_numbers_and_certificates_of_the_suites_of_real_servers_are_ours() -> None:
    assert len(described()) == 15
    for suite in described():
        ours = load().suites[suite["Name"]]
        assert (ours.number, ours.authentication) == (suite["CipherSuite"], suite["Certificate"].lower()), ours.name


def test_key_lengths_of_the_suites_of_real_servers_are_ours_but_for_3des() -> None:
    differ = {}
    for suite in described():
        ours = load().suites[suite["Name"]]
        if ours.bits != suite["CipherLength"]:
            differ[ours.name] = (ours.bits, suite["CipherLength"])
    # Windows counts the bits of the three keys, the catalogue the strength.
    assert differ == {"TLS_RSA_WITH_3DES_EDE_CBC_SHA": (112, 168)}


def test_versions_of_the_suites_of_real_servers_are_ours() -> None:
    for suite in described():
        ours = load().suites[suite["Name"]]
        versions = tuple(VERSIONS[number] for number in suite["Protocols"] if number in VERSIONS)
        assert versions == tuple(version for version in ours.versions if version in VERSIONS.values()), ours.name
    # Microsoft's pages leave SSL 3.0 out for this suite; the recorded server does not.
    assert [suite["Name"] for suite in described() if SSL_3_0 in suite["Protocols"]] == [
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA"
    ]
