# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be typed, and what a mistake is answered with."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.module_utils._wire import SERVICES
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan.arguments import read_command
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan.places import place
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan.usage import UsageError

pytestmark = pytest.mark.proves("scan")


@pytest.mark.parametrize(
    ("text", "host", "port", "service"),
    [
        ("mail.example.com", "mail.example.com", None, "https"),
        ("mail.example.com:25", "mail.example.com", 25, "smtp"),
        ("mail.example.com:587", "mail.example.com", 587, "submission"),
        ("mail.example.com:8443", "mail.example.com", 8443, "https"),
        ("smtp://mail.example.com", "mail.example.com", None, "smtp"),
        ("SMTP://mail.example.com:2525/", "mail.example.com", 2525, "smtp"),
        ("smtp://ex01:465", "ex01", 465, "smtp"),
        ("tls://ex01:465", "ex01", 465, "tls"),
        ("https://[::1]:443", "::1", 443, "https"),
        ("[2001:db8::25]:993", "2001:db8::25", 993, "imaps"),
        ("imap://[fe80::1%eth0]", "fe80::1%eth0", None, "imap"),
        ("2001:db8::25", "2001:db8::25", None, "https"),
        ("192.0.2.1:3389", "192.0.2.1", 3389, "rdp"),
    ],
)
def test_an_endpoint_is_read_as_it_is_meant(text: str, host: str, port: int | None, service: str) -> None:
    assert place(text) == {"host": host, "port": port, "service": service}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_be_named_and_is_recognised_by_its_port(service: str) -> None:
    port, _transport = SERVICES[service]
    assert place(f"{service}://ex01")["service"] == place(f"ex01:{port}")["service"] == service


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "Name an endpoint"),
        (["smtps://ex01"], "nobody here speaks 'smtps'"),
        (["http://ex01"], "did you mean https?"),
        (["ex01:465"], "smtp://ex01:465"),
        (["user@ex01"], "is none"),
        (["https://ex01/owa"], "is none"),
        (["[not]:443"], "is none"),
        (["ex01", "--mode", "conformance"], "--versions"),
        (["ex01", "--details", "groups,colours"], "'colours' is none of"),
        (["ex01", "--mode", "quick"], "invalid choice"),
        (["ex01", "--paralel", "3"], "nrecognized arguments: --paralel 3"),
        (["ex01", "--timeout", "soon"], "invalid float"),
    ],
)
def test_a_mistake_is_answered_in_one_sentence(words: list[str], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_command(words)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    st.text(max_size=40) | st.from_regex(r"[a-z]{0,6}(://)?\[?[a-z0-9.:%@]{0,12}\]?(:[0-9]{0,6})?/?", fullmatch=True)
)
def test_whatever_is_typed_is_an_endpoint_or_a_sentence(text: str) -> None:
    assert sentence_or_host(text).isprintable()


def sentence_or_host(text: str) -> str:
    try:
        return repr(place(text)["host"])
    except UsageError as error:
        return str(error)


def endpoint(*words: str) -> dict[str, t.Any]:
    (found,) = read_command(words).options["endpoints"]
    return t.cast(dict[str, t.Any], found)


def test_the_host_of_https_is_its_sni_and_nothing_else_is() -> None:
    assert endpoint("mail.example.com")["server_name"] == "mail.example.com"
    assert endpoint("mail.example.com", "--server-name", "")["server_name"] is None
    assert endpoint("smtp://mail.example.com")["server_name"] is None
    assert endpoint("192.0.2.1")["server_name"] is endpoint("::1")["server_name"] is None
    assert endpoint("192.0.2.1", "--server-name", "mail.example.com")["server_name"] == "mail.example.com"


def test_what_is_not_typed_has_the_default_of_the_module() -> None:
    options = read_command(["ex01"]).options
    assert (options["mode"], options["stage"], options["parallel"], options["ehlo_name"]) == (
        "inventory",
        "retire",
        2,
        "localhost",
    )
    assert (options["judge"], options["simulate"], options["verify"], options["partners"]) == (True, True, False, None)
    assert (endpoint("ex01")["replays"], endpoint("ex01")["names"]) == ([], None)


def test_the_exchangers_of_a_partner_may_be_named() -> None:
    partners = read_command(["--partner", "a.example", "--partner", "b.example=mx1.b.example,mx2.b.example"]).options
    assert [(one["domain"], one["hosts"], one["port"]) for one in partners["partners"]] == [
        ("a.example", None, 25),
        ("b.example", ["mx1.b.example", "mx2.b.example"], 25),
    ]
