# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said about a port, from its answer alone and with what is known of the server behind it."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.answers import ECDHE_CBC, ECDHE_GCM, RC4, RSA_CBC, TLS_1_3, TRIPLE_DES, VERSIONS, answer

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import Expectation, Server, intent
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import find_at_port
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.port import KINDS

pytestmark = pytest.mark.proves("ports_judged")

EX2019_CU15 = Server("ex2019", frozenset({"tls_1_2", "smtp_follows_os", "pop_imap_follow_os", "tls_1_3"}))
EX2019_CU14 = Server("ex2019", frozenset({"tls_1_2", "smtp_follows_os", "pop_imap_follow_os"}))
EX2013_SP1 = Server("ex2013", frozenset())


def ids(observation: dict[str, t.Any], server: Server = Server()) -> list[str]:  # noqa: B008
    return [finding.id.partition(".")[2] for finding in find_at_port(observation, server)]


#: finding -> an answer that shows it, and an answer as near to it as can be that does not
EXAMPLES: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "clear_text": (
        answer("smtp", 25, "smtp", status="starttls_not_offered"),
        answer("smtp", 25, "smtp", status="starttls_unavailable"),
    ),
    "starttls_declined": (
        answer("smtp", 25, "smtp", status="starttls_unavailable"),
        answer("smtp", 25, "smtp", status="throttled"),
    ),
    "nothing_proven": (answer(status="throttled"), answer(tls_1_2=[ECDHE_GCM])),
    "broken_version": (answer(ssl_3_0=[RSA_CBC], tls_1_2=[ECDHE_GCM]), answer(ssl_3_0=None, tls_1_2=[ECDHE_GCM])),
    "old_version": (answer(tls_1_0=[ECDHE_CBC], tls_1_2=[ECDHE_GCM]), answer(tls_1_0=None, tls_1_2=[ECDHE_GCM])),
    "no_tls_1_2": (answer(tls_1_0=[ECDHE_CBC]), answer(tls_1_0=[ECDHE_CBC], tls_1_2=None)),
    "only_tls_1_3": (answer(tls_1_3=[TLS_1_3]), answer(tls_1_3=[TLS_1_3], tls_1_2=None)),
    "version_hole": (
        answer(tls_1_0=[ECDHE_CBC], tls_1_2=[ECDHE_GCM]),
        answer(tls_1_0=[ECDHE_CBC], tls_1_1=None, tls_1_2=[ECDHE_GCM]),
    ),
    "broken_suite": (answer(tls_1_2=[ECDHE_GCM, RC4]), answer(tls_1_2=[ECDHE_GCM, TRIPLE_DES])),
    "anonymous_suite": (
        answer(tls_1_2=[ECDHE_GCM, "TLS_DH_anon_WITH_AES_128_CBC_SHA"]),
        answer(tls_1_2=[ECDHE_GCM, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"]),
    ),
    "triple_des": (answer(tls_1_2=[ECDHE_GCM, TRIPLE_DES]), answer(tls_1_2=[ECDHE_GCM, RSA_CBC])),
    "no_forward_secrecy": (answer(tls_1_2=[RSA_CBC]), answer(tls_1_2=[RSA_CBC], complete=False)),
    "forward_secrecy_last": (
        answer(tls_1_2=[RSA_CBC, ECDHE_GCM]),
        answer(tls_1_2=[RSA_CBC, ECDHE_GCM], order="client"),
    ),
    "client_order": (answer(tls_1_2=[ECDHE_GCM], order="client"), answer(tls_1_2=[ECDHE_GCM], order="unknown")),
    "insecure_renegotiation": (
        answer(tls_1_2=[ECDHE_GCM], facts={"secure_renegotiation": False}),
        answer(tls_1_2=[ECDHE_GCM], facts={"secure_renegotiation": None}),
    ),
    "not_of_service": (
        answer("smtp", 25, "smtp", tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3]),
        answer("https", 443, tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3]),
    ),
}


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_each_finding_is_made_where_it_belongs_and_not_next_to_it(kind: str) -> None:
    shown, near = EXAMPLES[kind]
    assert kind in ids(shown, EX2019_CU15)
    assert kind not in ids(near, EX2019_CU15)


def test_every_kind_has_an_example() -> None:
    assert {f"endpoint.{name}" for name in EXAMPLES} == {kind.id for kind in KINDS}


def test_a_port_as_microsoft_recommends_it_has_no_finding() -> None:
    facts = {"secure_renegotiation": True}
    good = answer(tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3], facts=facts)
    assert ids(good, EX2019_CU15) == []


def test_smtp_without_tls_1_3_has_no_finding() -> None:
    assert ids(answer("smtp", 25, "smtp", tls_1_2=[ECDHE_GCM]), EX2019_CU15) == []


def test_tls_1_3_of_a_mail_server_of_somebody_else_is_no_finding() -> None:
    assert ids(answer("smtp", 25, "smtp", tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3]), Server("none")) == []
    assert ids(answer("smtp", 25, "smtp", tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3]), Server()) == []


def test_the_limit_of_an_old_build_is_named_as_the_reason() -> None:
    (found,) = (
        one for one in find_at_port(answer("smtp", 25, "smtp", tls_1_0=[ECDHE_CBC]), EX2013_SP1) if "1.2" in one.message
    )
    assert found.message == (
        "ex01.example.org:25 (smtp) accepts nothing from TLS 1.2 on; SMTP of this Exchange build ends at TLS 1.0."
    )


@pytest.mark.parametrize(
    ("service", "transport", "version", "server", "expected"),
    [
        ("https", "tls", "tls_1_3", EX2013_SP1, Expectation.AS_WINDOWS),
        ("https", "tls", "tls_1_2", Server("exse", forbidden={443: frozenset({"tls_1_2"})}), Expectation.FORBIDDEN),
        ("https", "tls", "tls_1_2", Server("exse", forbidden={444: frozenset({"tls_1_2"})}), Expectation.AS_WINDOWS),
        ("https", "tls", "tls_1_2", Server("exse", disputed={443: frozenset({"tls_1_2"})}), Expectation.UNSURE),
        ("https", "tls", "tls_1_3", Server("exse", disputed={443: frozenset({"tls_1_2"})}), Expectation.AS_WINDOWS),
        ("smtp", "smtp", "tls_1_3", EX2019_CU15, Expectation.NEVER),
        ("submission", "smtp", "tls_1_3", EX2019_CU15, Expectation.NEVER),
        ("smtp", "smtp", "tls_1_2", EX2019_CU15, Expectation.AS_WINDOWS),
        ("smtp", "smtp", "tls_1_2", EX2013_SP1, Expectation.NEVER),
        ("smtp", "smtp", "tls_1_0", EX2013_SP1, Expectation.UNSURE),
        ("imap", "imap", "tls_1_2", EX2013_SP1, Expectation.UNSURE),
        ("pop3s", "tls", "tls_1_2", EX2013_SP1, Expectation.UNSURE),
        ("imaps", "tls", "tls_1_2", EX2019_CU15, Expectation.AS_WINDOWS),
        ("imaps", "tls", "tls_1_3", EX2019_CU15, Expectation.AS_WINDOWS),
        ("pop3", "pop3", "tls_1_2", EX2019_CU14, Expectation.AS_WINDOWS),
        ("pop3", "pop3", "tls_1_3", EX2019_CU14, Expectation.UNSURE),
        ("smtp", "smtp", "tls_1_2", Server(), Expectation.UNSURE),
        ("smtp", "smtp", "tls_1_2", Server("none"), Expectation.AS_WINDOWS),
        ("smtp", "smtp", "tls_1_3", Server("none"), Expectation.UNSURE),
        ("rdp", "rdp", "tls_1_3", Server(), Expectation.AS_WINDOWS),
    ],
)
def test_what_a_port_should_answer_depends_on_service_build_and_binding(
    service: str, transport: str, version: str, server: Server, expected: Expectation
) -> None:
    asked = {"service": service, "transport": transport, "port": 443}
    assert intent(asked, version, server).expectation is expected


_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from([*VERSIONS, "accepted", "answered"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(st.data())
def test_whatever_an_answer_holds_no_exception_escapes(data: st.DataObject) -> None:
    broken = answer(tls_1_2=[ECDHE_GCM], facts={"secure_renegotiation": False})
    for key in data.draw(st.lists(st.sampled_from(sorted(broken)), max_size=4)):
        broken[key] = data.draw(_JUNK)
    versions = broken["versions"]
    if isinstance(versions, dict) and data.draw(st.booleans()):
        versions["tls_1_2"] = data.draw(_JUNK)
    for finding in find_at_port(broken, EX2019_CU15):
        assert finding.message.isprintable()


@given(st.sets(st.sampled_from(VERSIONS)))
def test_nothing_is_said_about_a_version_that_got_no_answer(unknown: set[str]) -> None:
    silent = answer(**dict.fromkeys(unknown))
    told = {finding.id for finding in find_at_port(silent)}
    assert not told & {"endpoint.broken_version", "endpoint.old_version", "endpoint.version_hole"}
    assert ("endpoint.no_tls_1_2" in told) == (not unknown & {"tls_1_2", "tls_1_3"})


@pytest.mark.parametrize("detail", ["Name or service not known", "Name or service not known.", "x" * 5, "word " * 100])
@pytest.mark.parametrize("status", ["unreachable", "no_tls", "starttls_unavailable"])
def test_what_a_port_is_said_to_have_done_is_a_sentence_of_its_own(status: str, detail: str) -> None:
    (finding,) = find_at_port({**answer(status=status), "detail": detail})
    assert finding.message.endswith(".")
    assert ".." not in finding.message.replace("[...]", "")
