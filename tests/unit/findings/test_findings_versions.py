# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about protocol versions: subject and sentence of each, and what is near to one and brings none."""

from __future__ import annotations

import dataclasses

import pytest
from tools.registry import state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

pytestmark = pytest.mark.proves("findings")

NOTHING = "[SCHANNEL]\n"


def said(finding: str, state: State) -> list[tuple[str, str]]:
    """Subject and message of every finding with an id."""
    return [(one.subject, one.message) for one in find(state) if one.id == finding]


def on(text: str, os: str = "ws2016", exchange: str | None = "none") -> State:
    return state_of(text, os, exchange)


def pair(enabled: str, by_default: str, version: str = "TLS 1.2", sides: str = "Client Server") -> str:
    values = f'"Enabled"={enabled}\n"DisabledByDefault"={by_default}\n'
    return "".join(f"[SCHANNEL\\Protocols\\{version}\\{side}]\n{values}" for side in sides.split())


def test_sides_of_a_version_without_a_name_of_its_own_are_told_by_its_id() -> None:
    name = "Multi-Protocol Unified Hello"
    text = pair("dword:1", "dword:0", name, "Client") + pair("dword:0", "dword:1", name, "Server")
    subject = "protocols.multi_protocol_unified_hello"
    sentence = "is enabled for outgoing connections (Client) and disabled for incoming ones (Server)."
    found = said("protocols.sides_differ", on(text, "ws2008r2"))
    assert found == [(subject, f"multi protocol unified hello {sentence}")]


@pytest.mark.parametrize(("written", "missing"), [("Server", "Client"), ("Client", "Server")])
def test_a_side_that_is_not_set_is_told_with_the_one_that_is(written: str, missing: str) -> None:
    text = pair("dword:1", "dword:0", sides=written)
    sentence = f"TLS 1.2 is set for {written} only; for {missing} the default of Windows counts."
    assert said("protocols.one_side_only", on(text)) == [(f"protocols.tls_1_2.{missing.lower()}", sentence)]


@pytest.mark.parametrize(
    ("version", "side", "subject"),
    [("TLS 1.2", "Client", "protocols.tls_1_2"), ("TLS 1.0", "Server", "protocols.tls_1_0")],
)
def test_sides_that_differ_are_told_client_first(version: str, side: str, subject: str) -> None:
    ((found, message),) = said("protocols.sides_differ", on(pair("dword:0", "dword:1", version, side)))
    outgoing, incoming = ("disabled", "enabled") if side == "Client" else ("enabled", "disabled")
    assert found == subject
    assert message == (
        f"{version} is {outgoing} for outgoing connections (Client) and {incoming} for incoming ones (Server)."
    )


def test_a_pair_that_contradicts_itself_is_told_with_its_numbers_if_it_is_well_formed() -> None:
    contradicting = on(pair("dword:5", "dword:1", sides="Server"))
    ((subject, message),) = said("protocols.enabled_but_disabled_by_default", contradicting)
    assert subject == "protocols.tls_1_2.server"
    assert message.startswith("TLS 1.2 server has Enabled REG_DWORD 5 and DisabledByDefault REG_DWORD 1: only a")
    for text in (
        pair('"1"', "dword:1"),
        pair("dword:1", '"1"'),
        pair("dword:1", "dword:0"),
        pair("dword:0", "dword:1"),
    ):
        assert said("protocols.enabled_but_disabled_by_default", on(text)) == []
    neither = said("protocols.off_but_not_by_default", on(pair("dword:0", "dword:0", sides="Client")))
    assert [subject for subject, _message in neither] == ["protocols.tls_1_2.client"]
    for text in (pair('""', "dword:0"), pair("dword:0", '""'), pair("dword:1", "dword:0"), pair("dword:0", "dword:1")):
        assert said("protocols.off_but_not_by_default", on(text)) == []


def test_a_version_that_windows_does_not_know_is_told_with_the_name_of_windows() -> None:
    ssl = said("protocols.unsupported_version", on(pair("dword:1", "dword:0", "SSL 2.0", "Server")))
    sentence = "SSL 2.0 server is switched on, but Windows Server 2016 does not know this version any more."
    assert ssl == [("protocols.ssl_2_0.server", sentence)]
    tls = said("protocols.tls_1_3_os", on(pair("dword:1", "dword:0", "TLS 1.3"), "ws2019"))
    assert tls == [
        (
            f"protocols.tls_1_3.{side}",
            f"TLS 1.3 {side} is switched on in the registry, but Windows Server 2019 does not support TLS 1.3.",
        )
        for side in ("client", "server")
    ]


@pytest.mark.parametrize(
    ("text", "meaning", "why"),
    [
        (NOTHING, "enabled", "by the default of Windows"),
        (pair("dword:1", "dword:1", "TLS 1.3"), "disabled by default", "in the registry"),
    ],
)
def test_tls_1_3_that_exchange_cannot_bear_is_told_with_its_cause(text: str, meaning: str, why: str) -> None:
    found = said("protocols.tls_1_3_exchange", on(text, "ws2022", "15.2.1544.4"))
    assert found == [
        (
            f"protocols.tls_1_3.{side}",
            f"TLS 1.3 {side} is {meaning} {why}, but Exchange build 15.2.1544.4 does not support it.",
        )
        for side in ("client", "server")
    ]


def test_an_exchange_that_the_catalogue_does_not_know_may_bear_tls_1_3() -> None:
    state = on(NOTHING, "ws2022", "15.2.1544.4")
    newer = dataclasses.replace(state.identity, exchange=None, exchange_build=(16, 0, 0, 1), abilities=frozenset())
    assert said("protocols.tls_1_3_exchange", dataclasses.replace(state, identity=newer)) == []


@pytest.mark.parametrize(
    ("text", "os", "meaning", "why"),
    [
        (NOTHING, "ws2008r2", "disabled", "by the default of Windows"),
        (pair("dword:1", "dword:1"), "ws2016", "disabled by default", "in the registry"),
    ],
)
def test_tls_1_2_that_is_off_is_told_with_its_cause(text: str, os: str, meaning: str, why: str) -> None:
    found = said("protocols.tls_1_2_off", on(text, os))
    assert found == [
        (f"protocols.tls_1_2.{side}", f"TLS 1.2 {side} is {meaning} {why}.") for side in ("client", "server")
    ]


@pytest.mark.parametrize("side", ["Client", "Server"])
def test_a_side_without_any_version_is_told(side: str) -> None:
    versions = ("SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2")
    text = "".join(pair("dword:0", "dword:1", version, side) for version in versions)
    name = side.lower()
    sentence = f"Every version is off for {name}s: no TLS connection is possible any more."
    assert said("protocols.none_left", on(text)) == [(f"protocols.{name}", sentence)]
