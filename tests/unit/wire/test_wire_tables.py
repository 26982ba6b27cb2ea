# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables against each other, against the catalogue, and against what the programs at hand say."""

from __future__ import annotations

import re
import subprocess

import pytest
from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.module_utils._wire import _suites
from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Alert, Version
from ansible_collections.msexchange.tls.plugins.module_utils._wire._groups import group
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites import offered, suite, suite_by_name
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites_certificate import CERTIFICATE_SUITES
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites_shared_secret import SHARED_SECRET_SUITES

pytestmark = pytest.mark.proves("wire_exact")

ALL = CERTIFICATE_SUITES + SHARED_SECRET_SUITES


def test_numbers_and_names_are_unique() -> None:
    assert len({number for number, _name in ALL}) == len({name for _number, name in ALL}) == len(ALL)


def test_every_name_leads_back_to_its_number() -> None:
    assert all(getattr(suite_by_name(name), "number", None) == number for number, name in ALL)


def test_an_unknown_code_point_has_a_name_and_keeps_its_number() -> None:
    assert (suite(0xEEEE).name, suite(0xEEEE).number) == ("UNKNOWN_EEEE", 0xEEEE)
    assert (Alert(201).name, int(Alert(201))) == ("UNKNOWN_00C9", 201)
    assert (int(Version(0x7F17)), Version(0x7F17) == 0x7F17) == (0x7F17, True)
    assert group(0xEEEE).name == "UNKNOWN_EEEE"
    with pytest.raises(ValueError, match="70000"):
        Alert(70000)


def test_each_suite_with_a_certificate_is_offered_in_tls_1_2_or_1_3_and_none_with_a_shared_secret() -> None:
    asked = set(offered(Version.TLS_1_2)) | set(offered(Version.TLS_1_3))
    assert asked == {number for number, _name in CERTIFICATE_SUITES}


def test_ssl_3_0_is_asked_for_all_that_tls_1_0_is_asked_for() -> None:
    assert offered(Version.SSL_3_0) == offered(Version.TLS_1_0) == offered(Version.TLS_1_1)
    assert 0x0035 in offered(Version.SSL_3_0)


@pytest.mark.parametrize("version", list(Version))
def test_the_weakest_suites_are_offered_first(version: Version) -> None:
    bits = [0 if suite(number).authentication == "anon" else suite(number).bits for number in offered(version)]
    assert bits == sorted(bits)


# By hand from the RFCs: number, key exchange, authentication, bits, MAC, first version.
SAMPLES = [
    (0x0003, "RSA", "RSA", 40, "MD5", Version.SSL_3_0),
    (0x000A, "RSA", "RSA", 112, "SHA", Version.SSL_3_0),
    (0x0018, "DHE", "anon", 128, "MD5", Version.SSL_3_0),
    (0x0013, "DHE", "DSS", 112, "SHA", Version.SSL_3_0),
    (0x0035, "RSA", "RSA", 256, "SHA", Version.TLS_1_0),
    (0x003B, "RSA", "RSA", 0, "SHA256", Version.TLS_1_2),
    (0x0064, "RSA", "RSA", 56, "SHA", Version.SSL_3_0),
    (0x1301, "any", "any", 128, "AEAD", Version.TLS_1_3),
    (0xC004, "ECDH", "ECDSA", 128, "SHA", Version.TLS_1_0),
    (0xC014, "ECDHE", "RSA", 256, "SHA", Version.TLS_1_0),
    (0xC024, "ECDHE", "ECDSA", 256, "SHA384", Version.TLS_1_2),
    (0xC030, "ECDHE", "RSA", 256, "AEAD", Version.TLS_1_2),
    (0xC0A3, "DHE", "RSA", 256, "AEAD", Version.TLS_1_2),
    (0xC0B4, "any", "any", 0, "SHA256", Version.TLS_1_3),
    (0xCCA9, "ECDHE", "ECDSA", 256, "AEAD", Version.TLS_1_2),
    (0xC103, "any", "any", 256, "AEAD", Version.TLS_1_3),
    (0x0700C0, "RSA", "RSA", 112, "MD5", Version.SSL_2_0),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_suite_means_what_its_standard_says(sample: tuple[object, ...]) -> None:
    row = suite(int(str(sample[0])))
    assert (row.number, row.key_exchange, row.authentication, row.bits, row.mac, row.first_version) == sample


def test_windows_names_with_a_curve_mean_the_suite_without() -> None:
    named = suite_by_name("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P384")
    assert named is not None
    assert (named.number, named.schannel_name) == (0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
    assert suite(0xC0A3).schannel_name is None


def test_the_suites_of_windows_are_those_of_the_catalogue() -> None:
    from ansible_collections.msexchange.tls.plugins.plugin_utils import _catalogue

    catalogue = _catalogue.load()
    theirs = {re.sub(r"_P\d+$", "", row.name): row for row in catalogue.suites.values()}
    assert theirs
    for name, row in theirs.items():
        found = suite_by_name(name)
        assert found is not None, name
        assert (found.schannel_name, found.number, found.bits) == (name, row.number, row.bits)


@pytest.mark.skipif(program("openssl") is None, reason="no openssl program")
def test_openssl_has_the_same_names_and_means_the_same_by_them() -> None:
    said = subprocess.run(
        [str(program("openssl")), "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:eNULL:@SECLEVEL=0"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    lines = [line.split() for line in said.splitlines()]
    assert len(lines) > 50
    for number, _dash, name, _dash2, _own, _version, exchange, authentication, cipher, mac, *_rest in lines:
        high, low = number.split(",")
        row = suite(int(high, 16) << 8 | int(low, 16))
        assert row.name == name
        check_meaning(row, exchange[3:], authentication[3:], cipher[4:], mac[4:])


def check_meaning(row: _suites.Suite, exchange: str, authentication: str, cipher: str, mac: str) -> None:
    if row.shared_secret:
        return
    ours = {"DHE": "DH", "ECDHE": "ECDH"}.get(row.key_exchange, row.key_exchange)
    assert ours == exchange, row
    assert {"anon": "None"}.get(row.authentication, row.authentication) == authentication, row
    size = re.search(r"\((\d+)\)", cipher)
    # OpenSSL counts all three keys of 3DES.
    assert (size is None and row.bits == 0) or (size is not None and int(size[1]) in (row.bits, 168)), row
    assert {"SHA": "SHA1"}.get(row.mac, row.mac) == mac, row
