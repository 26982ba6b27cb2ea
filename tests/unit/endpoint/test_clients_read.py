# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site's own clients: what may be written, and that everything wrong is said at once, with its place."""

from __future__ import annotations

import pytest

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.clients import (
    ClientsError,
    Kind,
    load_clients,
    read_clients,
)

GOOD = """\
lists:
  our_scanner: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA]
clients:
  - id: scanner_ground_floor
    name: Scanner on the ground floor
    services: [smtp]
    lowest: tls_1_0
    highest: tls_1_0
    suites: our_scanner
    rsa_max_bits: 2048
    note: Firmware of 2013, no newer one.
  - id: payroll
    name: Payroll on Server 2012 R2
    family: payroll
    services: [https, ldap]
    lowest: tls_1_0
    highest: tls_1_2
    suites: ws2012r2
    groups: ws2012r2
    signatures: schannel_1_2
    extensions: [server_name]
    renegotiation: extension
"""


def test_a_site_writes_versions_and_suites_and_may_use_the_lists_that_ship() -> None:
    scanner, payroll = read_clients(GOOD, "clients.yml")
    assert scanner.kind is payroll.kind is Kind.SITE
    assert (scanner.family, payroll.family) == ("site", "payroll")
    assert scanner.versions == (Version.TLS_1_0,)
    assert scanner.suites == ("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA")
    assert scanner.rsa_max_bits == 2048
    assert payroll.groups == ("secp256r1", "secp384r1")
    assert "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384" in payroll.suites
    assert payroll.note == ""


def test_curves_that_old_windows_appends_to_a_suite_are_taken_off() -> None:
    text = GOOD.replace("suites: ws2012r2", "suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA_P256]")
    assert read_clients(text, "clients.yml")[1].suites == ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",)


BAD = """\
clients:
  - id: One
    name: Wrong id
    services: [smtp, fax]
    lowest: tls_1_4
    highest: tls_1_2
    suites: [TLS_RSA_WITH_AES_129_CBC_SHA]
  - id: two
    name: Wrong list
    services: [smtp]
    lowest: tls_1_2
    highest: tls_1_0
    framing: ssl3
    suites: win77
  - id: two
    name: Twice, out of order
    services: [smtp]
    lowest: tls_1_2
    highest: tls_1_0
    suites: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA]
    colour: green
  - id: three
    name: No suite for its version
    services: [smtp]
    lowest: tls_1_0
    highest: tls_1_3
    suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]
    dh_min_bits: 2048
    dh_max_bits: 1024
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ClientsError) as caught:
        read_clients(text, "clients.yml")
    return str(caught.value).splitlines()


def test_everything_that_is_wrong_is_said_at_once_with_its_place() -> None:
    found = problems(BAD)
    heads = [line.partition("]: ")[0] for line in found]
    assert heads == [
        "clients.yml:2:9: error[id-form",
        "clients.yml:4:22: error[unknown-word",
        "clients.yml:5:13: error[unknown-version",
        "clients.yml:7:14: error[unknown-name",
        "clients.yml:13:14: error[unknown-word",
        "clients.yml:14:13: error[unknown-list",
        "clients.yml:15:9: error[duplicate-id",
        "clients.yml:20:44: error[duplicate-name",
        "clients.yml:21:5: error[unknown-field",
        "clients.yml:27:13: error[no-suite",
        "clients.yml:27:13: error[no-suite",
        "clients.yml:27:13: error[no-suite",
        "clients.yml:28:18: error[bits",
    ]
    assert "did you mean 'win7'?" in found[5]
    assert "at clients.yml:8:9" in found[6]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("highest: tls_1_0\n    suites", "highest: tls_1_0\n    framing: ssl2\n    suites", ""),
        ("lowest: tls_1_0\n    highest: tls_1_0", "lowest: ssl_2_0\n    highest: tls_1_0", "in the framing ssl2"),
        ("lowest: tls_1_0\n    highest: tls_1_0", "lowest: tls_1_2\n    highest: tls_1_0", "TLS 1.2 is above"),
        ("id: payroll", "id: android_2_3", "is the id of a client that ships"),
        ("rsa_max_bits: 2048", "rsa_max_bits: many", "must be a whole number"),
        ("    name: Scanner on the ground floor\n", "", "lacks the field 'name'"),
        ("[TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA]", "twelve", "must be a list of names"),
        ("suites: our_scanner", "suites: our_scaner", "did you mean 'our_scanner'?"),
    ],
)
def test_a_mistake_is_named_in_a_sentence(old: str, new: str, words: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if not words:
        assert len(read_clients(text, "clients.yml")) == 2
        return
    assert any(words in line for line in problems(text))


@pytest.mark.parametrize("text", ["", "- 1", "clients: 3", "clients: [", "clients:\n  - a: &x 1\n    b: *x"])
def test_a_file_that_holds_no_clients_is_refused_without_a_traceback(text: str) -> None:
    assert all(line.startswith("clients.yml:") for line in problems(text))


def test_a_file_without_clients_is_an_error_and_not_silence() -> None:
    assert any("no clients" in line for line in problems("lists:\n  a: [TLS_RSA_WITH_AES_128_CBC_SHA]\n"))


def test_clients_that_ship_are_read_once() -> None:
    assert load_clients() is load_clients()
