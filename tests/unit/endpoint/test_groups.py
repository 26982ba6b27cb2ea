# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Members behind one name are compared; what was not answered is neither equal nor different."""

from __future__ import annotations

import base64
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.answers import ECDHE_CBC, ECDHE_GCM, RSA_CBC, TLS_1_3, answer

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.groups import compare_groups, findings_of

pytestmark = pytest.mark.proves("ports_judged")

ALIKE: dict[str, t.Any] = {"tls_1_2": [ECDHE_GCM, ECDHE_CBC]}


def member(name: str, group: str | None = "mail.example.org", der: bytes = b"one", **more: t.Any) -> dict[str, t.Any]:
    found = {**answer(**{**ALIKE, **more}), "name": name, "address": None, "group": group}
    found["certificates"] = [base64.b64encode(der).decode()]
    found["chains"] = [{"authentication": "RSA", "certificates": [0]}]
    return found


def aspects(*members: dict[str, t.Any]) -> list[str]:
    return [difference.aspect for one in compare_groups(members) for difference in one.differences]


def test_members_that_answer_alike_have_no_finding() -> None:
    assert findings_of(compare_groups([member("ex01"), member("ex02")])) == ()


def test_another_version_is_named_with_the_members_that_have_it() -> None:
    found = findings_of(
        compare_groups(
            [member("ex01"), member("ex02"), member("ex03", tls_1_0=[ECDHE_CBC], tls_1_2=[ECDHE_GCM, ECDHE_CBC])]
        )
    )
    assert [finding.message for finding in found] == [
        "mail.example.org, port 443 (https): the versions differ: ex01, ex02: TLS 1.2; ex03: TLS 1.0 and TLS 1.2."
    ]


def test_another_order_of_the_same_suites_is_a_difference_where_the_server_chooses() -> None:
    assert aspects(member("ex01"), member("ex02", tls_1_2=[ECDHE_CBC, ECDHE_GCM])) == ["suites of TLS 1.2"]


def test_the_order_of_suites_is_none_where_clients_choose() -> None:
    one, other = member("ex01", order="client"), member("ex02", order="client", tls_1_2=[ECDHE_CBC, ECDHE_GCM])
    assert aspects(one, other) == []


def test_who_chooses_is_compared() -> None:
    one, other = member("ex01", tls_1_2=[ECDHE_GCM]), member("ex02", tls_1_2=[ECDHE_GCM], order="client")
    assert aspects(one, other) == ["owner of the order in TLS 1.2"]


def test_another_certificate_is_a_difference() -> None:
    assert aspects(member("ex01"), member("ex02", der=b"two")) == ["certificate"]


def test_the_vip_itself_is_compared_with_its_members() -> None:
    vip = {**member("mail.example.org", der=b"of the balancer"), "address": "192.0.2.80"}
    (comparison,) = compare_groups([vip, member("ex01"), member("ex02")])
    (difference,) = comparison.differences
    assert difference.values[1][1] == ("mail.example.org (192.0.2.80)",)


def test_services_and_groups_are_compared_apart() -> None:
    smtp = {**member("ex02", tls_1_2=[RSA_CBC]), "service": "smtp", "port": 25}
    other = {**member("ex03", tls_1_2=[RSA_CBC]), "group": "autodiscover.example.org"}
    alone = member("ex04", group=None, tls_1_2=[RSA_CBC])
    assert aspects(member("ex01"), smtp, other, alone) == []


def test_a_member_that_did_not_answer_is_named_and_not_compared() -> None:
    silent = {**member("ex02"), "status": "timeout"}
    (comparison,) = compare_groups([member("ex01"), silent])
    assert (comparison.members, comparison.silent, comparison.differences) == (("ex01",), ("ex02",), ())


def test_an_incomplete_list_of_suites_is_not_compared() -> None:
    assert aspects(member("ex01"), member("ex02", tls_1_2=[ECDHE_GCM], complete=False)) == []


def test_a_version_without_a_clear_answer_leaves_the_versions_uncompared() -> None:
    assert aspects(member("ex01"), member("ex02", tls_1_3=None)) == []
    assert aspects(member("ex01"), member("ex02", tls_1_3=[TLS_1_3])) == ["versions"]


@given(st.permutations([member("ex01"), member("ex02", der=b"two"), member("ex03", tls_1_0=[ECDHE_CBC])]))
def test_the_order_of_the_answers_does_not_matter(members: list[dict[str, t.Any]]) -> None:
    reference = compare_groups([member("ex01"), member("ex02", der=b"two"), member("ex03", tls_1_0=[ECDHE_CBC])])
    assert compare_groups(members) == reference


_KEYS = ["group", "port", "service", "name", "address", "versions", "certificates", "chains", "status"]
_JUNK = st.none() | st.integers() | st.text(max_size=5)


@given(st.dictionaries(st.sampled_from(_KEYS), _JUNK | st.lists(_JUNK, max_size=3)))
def test_a_broken_answer_never_fails(broken: dict[str, t.Any]) -> None:
    for finding in findings_of(compare_groups([member("ex01"), {**member("ex02", der=b"two"), **broken}])):
        assert finding.message.isprintable()
