# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What endpoints answered against what the registry has in effect: a difference is a finding, silence is unknown."""

from __future__ import annotations

import typing as t

import pytest
from tools.registry import AFTER, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

pytestmark = pytest.mark.proves("findings")

OFF = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
TLS_1_0_OFF = f"[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n{OFF}[SCHANNEL\\Protocols\\TLS 1.0\\Client]\n{OFF}"


def endpoint(
    port: int = 443, service: str = "https", transport: str = "tls", status: str = "answered", **versions: str
) -> dict[str, t.Any]:
    """One endpoint as the prober tells it; versions by name, for example tls_1_0="accepted"."""
    return {
        "host": "ex01.example.org",
        "address": None,
        "port": port,
        "service": service,
        "transport": transport,
        "status": status,
        "detail": "",
        "versions": {name: {"state": state, "alert": None, "suites": []} for name, state in versions.items()},
    }


def observed(state: State, *endpoints: dict[str, t.Any]) -> list[tuple[str, str]]:
    found = [one for one in find(state, observed=endpoints) if one.id.startswith("observed.")]
    assert all(one.message.startswith(f"{one.subject} ") for one in found)
    return [(one.id.split(".")[1], one.message) for one in found]


def test_a_version_that_is_off_since_the_boot_and_still_accepted_is_a_finding() -> None:
    found = observed(state_of(TLS_1_0_OFF), endpoint(tls_1_0="accepted", tls_1_2="accepted"))
    assert found == [
        (
            "still_answered",
            "ex01.example.org:443 (https) still accepts TLS 1.0, which the registry has disabled since the boot.",
        )
    ]


def test_a_version_that_is_on_and_refused_is_a_finding() -> None:
    found = observed(state_of("[SCHANNEL]\n"), endpoint(tls_1_2="refused"))
    assert [kind for kind, _message in found] == ["not_answered"]
    assert "refuses TLS 1.2" in found[0][1]


@pytest.mark.parametrize("state", ["refused", "refused_by_close"])
def test_a_refusal_of_a_version_that_is_off_is_as_it_should_be(state: str) -> None:
    assert observed(state_of(TLS_1_0_OFF), endpoint(tls_1_0=state)) == []


def test_between_write_and_boot_neither_answer_is_a_contradiction() -> None:
    pending = state_of(TLS_1_0_OFF, written={"SCHANNEL\\Protocols\\TLS 1.0\\Server": AFTER})
    assert observed(pending, endpoint(tls_1_0="accepted")) == []
    assert observed(pending, endpoint(tls_1_0="refused")) == []


@pytest.mark.parametrize(
    ("port", "service", "transport"), [(25, "smtp", "smtp"), (587, "submission", "smtp"), (465, "smtps", "tls")]
)
def test_smtp_without_tls_1_3_is_right(port: int, service: str, transport: str) -> None:
    state = state_of("[SCHANNEL]\n", "ws2022", "15.2.1748.10", role="mailbox")
    assert observed(state, endpoint(port, service, transport, tls_1_3="refused", tls_1_2="accepted")) == []


def test_https_without_tls_1_3_is_not_right_where_it_is_on() -> None:
    state = state_of("[SCHANNEL]\n", "ws2022", "15.2.1748.10", role="mailbox")
    assert [kind for kind, dummy in observed(state, endpoint(tls_1_3="refused"))] == ["not_answered"]


BINDING = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo"


@pytest.mark.parametrize("address", ["0.0.0.0", "[::]", "192.0.2.7"])
def test_a_version_that_the_binding_forbids_is_not_blamed_on_the_registry(address: str) -> None:
    state = state_of(f'[{BINDING}\\{address}:443]\n"DefaultFlags"=dword:00001400\n')
    found = observed(state, endpoint(tls_1_0="refused", tls_1_1="refused_by_close", tls_1_2="refused"))
    assert found == [
        ("narrowed", "ex01.example.org:443 (https) refuses TLS 1.2, because its binding in http.sys forbids it.")
    ]


def test_the_binding_of_loopback_says_nothing_about_what_answers_outside() -> None:
    state = state_of(
        f'[{BINDING}\\0.0.0.0:443]\n"DefaultFlags"=dword:00000000\n'
        f'[{BINDING}\\127.0.0.1:443]\n"DefaultFlags"=dword:00001000\n'
    )
    assert [kind for kind, dummy in observed(state, endpoint(tls_1_2="refused"))] == ["not_answered"]
    assert observed(state, endpoint(tls_1_2="accepted")) == []


@pytest.mark.parametrize("answer", ["accepted", "refused"])
def test_bindings_that_contradict_each_other_blame_nobody(answer: str) -> None:
    state = state_of(
        f'[{BINDING}\\192.0.2.7:443]\n"DefaultFlags"=dword:00001000\n'
        f'[{BINDING}\\192.0.2.8:443]\n"SslCertStoreName"="MY"\n'
    )
    assert observed(state, endpoint(tls_1_2=answer)) == []


@pytest.mark.parametrize(
    "text",
    [
        '"DefaultFlags"=dword:00000002\n',  # negotiates client certificates
        '"DefaultFlags"=hex:00,14\n',
        '"DefaultFlags"="5120"\n',
        '"Flags"=dword:00001400\n',
    ],
)
def test_only_the_flags_of_a_binding_that_forbid_a_version_count(text: str) -> None:
    found = observed(state_of(f"[{BINDING}\\0.0.0.0:443]\n{text}"), endpoint(tls_1_2="refused"))
    assert [kind for kind, dummy in found] == ["not_answered"]


@pytest.mark.parametrize("place", ["0.0.0.0:444", "0.0.0.0", "0.0.0.0:99999", "0.0.0.0:x", ":"])
def test_the_binding_of_another_port_says_nothing_about_this_one(place: str) -> None:
    state = state_of(f'[{BINDING}\\{place}]\n"DefaultFlags"=dword:00001000\n')
    assert [kind for kind, dummy in observed(state, endpoint(tls_1_2="refused"))] == ["not_answered"]


def test_a_binding_of_http_says_nothing_about_a_mail_service() -> None:
    state = state_of(f'[{BINDING}\\0.0.0.0:993]\n"DefaultFlags"=dword:00001000\n')
    assert [kind for kind, dummy in observed(state, endpoint(993, "imaps", tls_1_2="refused"))] == ["not_answered"]


def test_tls_1_3_on_smtp_of_exchange_is_the_answer_of_something_else() -> None:
    state = state_of("[SCHANNEL]\n", "ws2022", "15.2.1748.10", role="mailbox")
    found = observed(state, endpoint(25, "smtp", "smtp", tls_1_3="accepted", tls_1_2="accepted"))
    assert [kind for kind, dummy in found] == ["not_the_server"]
    assert "Exchange speaks no TLS 1.3 on SMTP" in found[0][1]


def test_tls_1_2_on_smtp_of_a_build_that_ends_at_tls_1_0_is_the_answer_of_something_else() -> None:
    state = state_of("[SCHANNEL]\n", "ws2012r2", "15.0.847.32", role="mailbox")
    found = observed(state, endpoint(25, "smtp", "smtp", tls_1_0="accepted", tls_1_2="accepted"))
    assert [kind for kind, dummy in found] == ["not_the_server"]


@pytest.mark.parametrize("status", ["timeout", "unreachable", "throttled", "no_tls", "starttls_not_offered"])
def test_an_endpoint_that_does_not_answer_is_unknown_not_failed(status: str) -> None:
    found = observed(state_of(TLS_1_0_OFF), endpoint(status=status))
    assert [kind for kind, _message in found] == ["unknown"]
    assert status in found[0][1]


def test_a_drained_server_is_named_as_the_reason_of_silence() -> None:
    drained = (
        "[HKLM\\SOFTWARE\\Microsoft\\ExchangeServer\\v15\\ServerComponentStates\\ServerWideOffline]\n"
        '"Maintenance"="1:0:638000000000000000"\n'
    )
    state = state_of(drained, "ws2016", "15.1.2507.6", role="mailbox")
    found = observed(state, endpoint(25, "smtp", "smtp", status="starttls_unavailable"))
    assert "the server is in maintenance" in found[0][1]


def test_an_unclear_answer_about_one_version_is_unknown() -> None:
    assert [kind for kind, dummy in observed(state_of(TLS_1_0_OFF), endpoint(tls_1_0="unknown"))] == ["unknown"]


def test_an_old_exchange_whose_smtp_does_not_follow_windows_is_not_blamed() -> None:
    state = state_of("[SCHANNEL]\n", "ws2012r2", "15.0.847.32", role="mailbox")
    assert observed(state, endpoint(25, "smtp", "smtp", tls_1_2="refused")) == []


@pytest.mark.parametrize(
    "answer",
    [{}, {"status": "answered"}, {"status": "answered", "versions": []}, {"status": 7, "versions": {"tls_1_0": 1}}],
)
def test_a_broken_answer_of_a_prober_never_fails(answer: dict[str, t.Any]) -> None:
    assert isinstance(observed(state_of("[SCHANNEL]\n"), answer), list)


def test_control_characters_of_a_peer_reach_nobody() -> None:
    hostile = {**endpoint(status="no_tls"), "host": "a\x1b[2Jb", "detail": "said \x07\u202e"}
    (found,) = observed(state_of("[SCHANNEL]\n"), hostile)
    assert found[1] == "ab:443 (https) proves nothing, status no_tls: said \\x07\\u202e."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "ex01.example.org:443 (https) proves nothing, status timeout."),
        ({"detail": "no answer.."}, "ex01.example.org:443 (https) proves nothing, status timeout: no answer."),
        ({"detail": "limit X."}, "ex01.example.org:443 (https) proves nothing, status timeout: limit X."),
        ({"detail": "." + "x" * 160}, f"ex01.example.org:443 (https) proves nothing, status timeout: .{'x' * 159}."),
        ({"detail": None}, "ex01.example.org:443 (https) proves nothing, status timeout."),
        ({"status": "y" * 41}, f"ex01.example.org:443 (https) proves nothing, status {'y' * 40}...."),
    ],
)
def test_silence_is_told_with_its_status_and_what_the_prober_said(fields: dict[str, t.Any], message: str) -> None:
    assert observed(state_of("[SCHANNEL]\n"), {**endpoint(status="timeout"), **fields}) == [("unknown", message)]


def test_an_endpoint_that_says_nothing_about_itself_is_unknown() -> None:
    assert observed(state_of("[SCHANNEL]\n"), {}) == [("unknown", "?:? proves nothing, status unknown.")]


def test_a_server_in_service_is_not_excused() -> None:
    (found,) = observed(state_of("[SCHANNEL]\n"), endpoint(status="timeout"))
    assert "maintenance" not in found[1]


def test_an_unclear_answer_is_told_with_its_version_and_one_without_a_state_is_unclear_too() -> None:
    sentence = "ex01.example.org:443 (https) gave no clear answer to TLS 1.0."
    assert observed(state_of("[SCHANNEL]\n"), endpoint(tls_1_0="unknown")) == [("unknown", sentence)]
    silent = {**endpoint(), "versions": {"tls_1_0": {}, "tls_1_1": 1}}
    assert observed(state_of("[SCHANNEL]\n"), silent) == [("unknown", sentence)]


@pytest.mark.parametrize("version", ["ssl_2_0", "tls_1_0", "tls_1_3"])
def test_every_version_that_is_off_or_not_there_and_accepted_is_a_finding(version: str) -> None:
    found = observed(state_of(TLS_1_0_OFF, "ws2019"), endpoint(**{version: "accepted"}))
    assert [kind for kind, _message in found] == ["still_answered"]


def test_a_version_that_is_on_by_name_only_is_no_promise() -> None:
    by_name = '[SCHANNEL\\Protocols\\TLS 1.2\\Server]\n"Enabled"=dword:1\n"DisabledByDefault"=dword:1\n'
    assert observed(state_of(by_name), endpoint(tls_1_2="refused")) == []
    assert observed(state_of(by_name), endpoint(tls_1_2="accepted")) == []
