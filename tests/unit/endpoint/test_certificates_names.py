# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of certificates against names of hosts, as openssl and the verifier of ``cryptography`` decide it."""

from __future__ import annotations

import datetime
import string

import pytest
from cryptography import x509
from cryptography.x509 import verification
from hypothesis import example, given
from hypothesis import strategies as st
from wire_servers import certificates as made
from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.certificates.matching import held

pytestmark = pytest.mark.proves("certificates")

needs_openssl = pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl")

PATTERNS = (
    "mail.example.org",
    "MAIL.Example.ORG",
    "*.example.org",
    "*.mail.example.org",
    "xn--mller-kva.example.org",
    "*.xn--mller-kva.org",
    "example.org",
    "ex01",
    "under_score.example.org",
)
HOSTS = (
    "mail.example.org",
    "Mail.EXAMPLE.org",
    "a.mail.example.org",
    "a.b.mail.example.org",
    "example.org",
    "xn--mller-kva.example.org",
    "a.xn--mller-kva.org",
    "mail.example.org.evil.test",
    "mailexample.org",
    "ex01",
    "under_score.example.org",
    "org",
)
ADDRESSES = ("192.0.2.7", "192.0.2.8", "2001:db8::7", "2001:DB8:0::0007", "::ffff:192.0.2.7")


#: Whether such a wildcard stands for a domain below a top-level one is left to programs by the RFC.
WIDE = "*.org"


@needs_openssl
@pytest.mark.parametrize("pattern", [*PATTERNS, WIDE])
def test_openssl_decides_the_same_for_names(pattern: str) -> None:
    one = made.make("/CN=x", f"subjectAltName=DNS:{pattern}")
    # A wildcard of OpenSSL does not stand for a label with an underscore, which no host name has by RFC 1123.
    hosts = [host for host in HOSTS if "*" not in pattern or "_" not in host]
    theirs = {host: "does match" in one.seen_by_openssl("-checkhost", host) for host in hosts}
    assert {host: held(host, [pattern]) for host in hosts} == theirs


@needs_openssl
def test_openssl_decides_the_same_for_addresses() -> None:
    one = made.make("/CN=192.0.2.8", "subjectAltName=DNS:192.0.2.8,IP:192.0.2.7,IP:2001:db8::7")
    theirs = {host: "does match" in one.seen_by_openssl("-checkip", host) for host in ADDRESSES}
    names = ["192.0.2.7", "2001:db8::7"]
    assert {host: held(host, names) for host in ADDRESSES} == theirs
    assert theirs["2001:DB8:0::0007"]
    assert not theirs["192.0.2.8"]


@needs_openssl
@pytest.mark.parametrize("pattern", [name for name in PATTERNS if "_" not in name])
def test_the_verifier_of_cryptography_decides_the_same(pattern: str) -> None:
    root = x509.load_der_x509_certificate(made.root().der)
    leaf = x509.load_der_x509_certificate(made.server(made.root(), names=f"DNS:{pattern}").der)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    builder = verification.PolicyBuilder().store(verification.Store([root])).time(now)
    for host in HOSTS:
        if "_" in host:
            continue
        verifier = builder.build_server_verifier(x509.DNSName(host))
        try:
            verifier.verify(leaf, [])
            theirs = True
        except verification.VerificationError:
            theirs = False
        assert held(host, [pattern]) == theirs, host


LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
HOST = st.lists(LABEL, min_size=3, max_size=5).map(".".join).filter(lambda name: not name.replace(".", "").isdigit())


@given(HOST)
def test_a_name_holds_itself_in_any_case_and_with_the_dot_of_the_root(host: str) -> None:
    assert held(host, [host.upper()])
    assert held(host.title() + ".", [host])
    assert not held(host, [])


@given(HOST, LABEL)
def test_a_wildcard_stands_for_exactly_one_label(host: str, label: str) -> None:
    pattern = "*." + host.partition(".")[2]
    assert held(host, [pattern])
    assert not held(f"{label}.{host}", [pattern])
    assert not held(host.partition(".")[2], [pattern])


@given(HOST)
def test_a_wildcard_is_the_whole_first_label_and_the_only_one(host: str) -> None:
    first, dummy, rest = host.partition(".")
    for pattern in (
        f"{first[0]}*.{rest}",
        f"*{first}.{rest}",
        f"*.*.{rest.partition('.')[2]}",
        f"{first}.*",
        "*",
        "*.",
    ):
        assert not held(host, [pattern]), pattern


@given(st.ip_addresses())
def test_an_address_is_held_as_an_address_and_by_no_pattern(address: object) -> None:
    text = str(address)
    assert held(text, [text])
    assert not held(text, ["*." + text.partition(".")[2], "*", text + "."])


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=4))
@example("mail.example.org", ["mail.example.org\0.evil.test"])
@example("*.example.org", ["*.example.org"])
@example(".", ["."])
def test_anything_can_be_compared_and_nothing_but_a_plain_name_is_held(wanted: str, names: list[str]) -> None:
    if held(wanted, names):
        assert "*" not in wanted
        assert any(name.isascii() for name in names)


def test_a_name_with_letters_beyond_ascii_is_looked_for_in_its_ascii_form() -> None:
    assert held("müller.example.org", ["xn--mller-kva.example.org"])
    assert not held("müller.example.org", ["müller.example.org"])


def test_a_name_that_only_looks_like_the_wanted_one_is_not_held() -> None:
    assert not held("mail.example.org", ["mail\x1b[31m.example.org", "mail.example.org\0", "\uff4dail.example.org"])
