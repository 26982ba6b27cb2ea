# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The score: no point goes without a reason, and who a remedy would hit is named beside it."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.answers import ECDHE_CBC, ECDHE_GCM, RC4, RSA_CBC, TLS_1_3, TRIPLE_DES, answer

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import versions_of
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import FAMILIES, find_at_port
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.clients import Result, load_clients, simulate
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.score import (
    FULL,
    LETTERS,
    Connects,
    Score,
    Without,
    load_rules,
    rate,
    reduced,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity

pytestmark = pytest.mark.proves("ports_judged")

GOOD = answer(tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3])
#: What is said of one endpoint; differences between several have no score.
ALL_KINDS = [kind for kinds in FAMILIES.values() for kind in kinds if kind.id.startswith(("endpoint.", "certificate."))]


def scored(observation: dict[str, t.Any], connects: Connects | None = None) -> Score:
    return rate(observation, find_at_port(observation), load_rules(), connects)


def by_version(observation: t.Mapping[str, t.Any]) -> frozenset[str]:
    """Who connects, in the simplest world: one client for each version, with every suite."""
    return frozenset(name for name, row in versions_of(observation).items() if row["state"] == "accepted")


def test_a_port_without_findings_has_all_points_and_the_best_letter() -> None:
    assert scored(GOOD) == Score(FULL, "A", True, ())


def test_each_deduction_names_what_was_seen_and_what_removes_it() -> None:
    (old,) = scored(answer(tls_1_0=[ECDHE_CBC], tls_1_1=[ECDHE_CBC], tls_1_2=[ECDHE_GCM])).deductions
    assert old.finding == "endpoint.old_version"
    assert old.evidence == ("ex01.example.org:443 (https) accepts TLS 1.0 and TLS 1.1.",)
    assert old.settings == ("protocols.tls_1_0.server", "protocols.tls_1_1.server")


def test_the_worst_letter_decides() -> None:
    worst = scored(answer(ssl_3_0=[RC4], tls_1_0=[RC4], tls_1_1=[RC4], tls_1_2=[ECDHE_GCM, TRIPLE_DES]))
    assert worst.letter == "F"
    assert worst.points is not None
    assert worst.points < scored(answer(tls_1_2=[ECDHE_GCM, TRIPLE_DES])).points  # type: ignore[operator]


def test_the_clients_that_a_remedy_would_shut_out_are_named() -> None:
    (old,) = scored(answer(tls_1_0=[ECDHE_CBC], tls_1_1=[ECDHE_CBC], tls_1_2=[ECDHE_GCM]), by_version).deductions
    assert old.breaks == ("tls_1_0", "tls_1_1")


def test_a_version_whose_last_suite_goes_is_gone_too() -> None:
    port = answer(tls_1_0=[RC4], tls_1_1=None, tls_1_2=[ECDHE_GCM, RC4])
    (broken,) = (one for one in scored(port, by_version).deductions if one.finding == "endpoint.broken_suite")
    assert broken.breaks == ("tls_1_0",)


DHE = "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"


@pytest.mark.parametrize(("bits", "broken"), [(1024, True), (2048, False)])
def test_a_longer_key_of_dhe_shuts_out_who_cannot_bear_it_although_it_knows_other_suites(
    bits: int, broken: bool
) -> None:
    (java_7,) = (client for client in load_clients() if client.id == "java_7")
    facts = {"dh_bits": bits, "secure_renegotiation": True}
    port = answer(tls_1_0=[DHE, RSA_CBC], facts=facts)
    (finding,) = (kind for kind in ALL_KINDS if kind.id == "endpoint.weak_dh")
    found = [finding.finding("ex01", "a prime of 1024 bits.")] if bits < 2048 else []

    def connects(one: t.Mapping[str, t.Any]) -> frozenset[str]:
        return frozenset(end.id for end in simulate(one, [java_7]) if end.result is Result.CONNECTS)

    deductions = rate(port, found, load_rules(), connects).deductions
    assert [deduction.breaks for deduction in deductions] == ([("java_7",)] if broken else [])


def test_a_setting_is_named_only_where_it_removes_what_was_seen() -> None:
    port = answer(tls_1_2=[ECDHE_GCM], facts={"secure_renegotiation": False})
    (deduction,) = scored(port).deductions
    assert (deduction.finding, deduction.settings) == ("endpoint.insecure_renegotiation", ())


def test_without_a_simulation_it_is_open_who_would_be_shut_out() -> None:
    (old,) = scored(answer(tls_1_0=[ECDHE_CBC], tls_1_1=[ECDHE_CBC], tls_1_2=[ECDHE_GCM])).deductions
    assert old.breaks is None


@pytest.mark.parametrize("status", ["timeout", "unreachable", "throttled"])
def test_a_port_that_proved_nothing_has_no_score(status: str) -> None:
    assert scored(answer(status=status)) == Score(None, None, False, ())


def test_a_port_without_tls_has_no_points() -> None:
    assert scored(answer("smtp", 25, "smtp", status="starttls_not_offered")).points == 0


def test_what_was_not_seen_makes_the_score_incomplete() -> None:
    assert not scored(answer(tls_1_2=[ECDHE_GCM], complete=False)).complete
    assert not scored(answer(tls_1_2=[ECDHE_GCM], tls_1_0=None)).complete


def test_every_kind_that_is_no_note_has_a_rule_and_every_rule_a_kind() -> None:
    ranked = {kind.id for kind in ALL_KINDS if kind.severity is not Severity.NOTE}
    assert ranked == set(load_rules())


@pytest.mark.parametrize("rule", load_rules().values(), ids=lambda rule: str(rule.finding))
def test_a_rule_names_settings_that_exist_and_costs_between_one_and_all_points(rule: t.Any) -> None:
    assert set(rule.settings) <= set(load().settings)
    assert 1 <= rule.points <= FULL
    assert rule.letter in LETTERS


_SUITES = st.lists(st.sampled_from([ECDHE_GCM, ECDHE_CBC, RSA_CBC, TRIPLE_DES, RC4]), max_size=4, unique=True)
_PORTS = st.builds(answer, ssl_3_0=_SUITES, tls_1_0=_SUITES, tls_1_1=_SUITES, tls_1_2=_SUITES)


@given(_PORTS)
def test_the_points_are_those_that_the_deductions_leave(port: dict[str, t.Any]) -> None:
    found = scored(port)
    assert found.points == max(0, FULL - sum(deduction.points for deduction in found.deductions))
    assert all(deduction.evidence for deduction in found.deductions)


@given(_PORTS, st.sets(st.sampled_from(["tls_1_0", "tls_1_1"])), st.sampled_from([(), ("RC4",), ("3DES", "RC4")]))
def test_a_port_that_does_less_never_does_more(
    port: dict[str, t.Any], versions: set[str], ciphers: tuple[str, ...]
) -> None:
    less = reduced(port, Without(versions=frozenset(versions), ciphers=ciphers))
    assert by_version(less) <= by_version(port)
    for name, row in versions_of(less).items():
        assert [one for one in row["suites"] if one not in versions_of(port)[name]["suites"]] == []


@given(_PORTS)
def test_removing_what_a_deduction_is_about_removes_the_finding(port: dict[str, t.Any]) -> None:
    for deduction in scored(port).deductions:
        without = load_rules()[deduction.finding].without
        if without != Without():
            left = {finding.id for finding in find_at_port(reduced(port, without))}
            assert deduction.finding not in left
