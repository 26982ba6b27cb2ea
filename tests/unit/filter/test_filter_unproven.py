# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter unproven: what a reading leaves unproven up to a stage, in sentences."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.filter.unproven import unproven

pytestmark = pytest.mark.proves("unknown_is_no_pass")

STAGES = ("prepare", "obsolete", "retire", "renegotiation", "suites", "tls13")
Data = dict[str, t.Any]


def rule(setting: str, stage: str, verdict: str = "fail", **more: t.Any) -> Data:
    return {"setting": setting, "stage": stage, "verdict": verdict, "before": None, "after": None, "detail": "", **more}


def state(
    rules: t.Sequence[Data] = (), findings: t.Sequence[Data] = (), **stages: str | tuple[str, str]
) -> dict[str, t.Any]:
    """A result of state_info; a stage that is not named is in effect."""
    found = {name: stages.get(name, "effective") for name in STAGES}
    rows = [(name, *(word if isinstance(word, tuple) else (word, ""))) for name, word in found.items()]
    return {
        "rules": list(rules),
        "findings": list(findings),
        "stages": [{"stage": name, "state": word, "detail": detail} for name, word, detail in rows],
    }


def contradiction(message: str, severity: str = "error") -> Data:
    return {"id": "observed.still_answered", "severity": severity, "subject": "ex1:443 (https)", "message": message}


def test_when_everything_is_in_effect_nothing_is_unproven() -> None:
    assert unproven(state([rule("protocols.tls_1_2.server", "prepare", "pass")]), "tls13") == []


def test_a_stage_that_does_not_apply_needs_no_proof() -> None:
    assert unproven(state(tls13="not_applicable"), "tls13") == []


def test_a_value_that_differs_is_said_as_it_is_and_as_it_is_wanted() -> None:
    found = state([rule("protocols.ssl_3_0.server", "obsolete", before="enabled", after="disabled")], obsolete="open")
    assert unproven(found, "obsolete") == ["protocols.ssl_3_0.server is enabled, wanted is disabled."]


def test_a_value_that_is_absent_is_said_to_be_not_set() -> None:
    found = state([rule("dotnet.v4.native.strong_crypto", "prepare", after="enabled")], prepare="open")
    assert unproven(found, "prepare") == ["dotnet.v4.native.strong_crypto is not set, wanted is enabled."]


def test_a_value_that_has_to_go_is_wanted_not_set() -> None:
    found = state([rule("winhttp.native.default_secure_protocols", "obsolete", before=2720)], obsolete="open")
    assert unproven(found, "obsolete") == ["winhttp.native.default_secure_protocols is 2720, wanted is not set."]


def test_lists_are_not_spelled_out() -> None:
    suites = rule("cipher_suites.group_policy", "suites", before=["A"], after=["B"])
    assert unproven(state([suites], suites="open"), "suites") == [
        "cipher_suites.group_policy is not the list that is wanted."
    ]


def test_a_value_that_nobody_may_write_is_said_with_its_reason() -> None:
    refused = rule("cipher_suites.group_policy", "suites", before=["A"], after=["A"], detail="A Group Policy sets it.")
    assert unproven(state([refused], suites="open"), "suites") == [
        "cipher_suites.group_policy: A Group Policy sets it."
    ]


def test_what_could_not_be_read_is_not_proven() -> None:
    unread = rule("protocols.tls_1_2.server", "prepare", "unknown", detail="The registry key could not be read.")
    assert unproven(state([unread], prepare="unknown"), "prepare") == [
        "protocols.tls_1_2.server: The registry key could not be read."
    ]


def test_only_stages_up_to_the_wanted_one_count() -> None:
    found = state([rule("protocols.tls_1_0.server", "retire", after="disabled")], retire="open")
    assert unproven(found, "obsolete") == []
    assert unproven(found, "retire") != []


def test_a_stage_that_waits_for_a_restart_is_one_sentence_and_not_one_for_each_value() -> None:
    waits = [rule(f"ciphers.{name}", "obsolete", before="disabled", after="disabled") for name in ("null", "rc4")]
    found = state(waits, obsolete=("pending", "Waits for a restart: null, rc4."))
    assert unproven(found, "obsolete") == ["Stage obsolete does not count yet. Waits for a restart: null, rc4."]


def test_where_a_stage_may_wait_only_the_waiting_is_forgiven() -> None:
    drifted = rule("protocols.tls_1_2.server", "prepare", before="disabled", after="enabled")
    found = state([drifted], prepare="open", obsolete=("pending", "Waits for a restart: null."))
    sentence = "protocols.tls_1_2.server is disabled, wanted is enabled."
    assert unproven(found, "obsolete", may_wait=True) == [sentence]
    assert len(unproven(found, "obsolete")) == 2


def test_a_stage_that_a_connection_contradicts_is_not_proven_although_every_value_is_right() -> None:
    detail = "The registry is as wanted, but ex1:443 (https) refuses TLS 1.2."
    found = state([rule("protocols.tls_1_2.server", "prepare", "pass")], prepare=("open", detail))
    assert unproven(found, "prepare") == [f"Stage prepare is not in effect. {detail}"]


def test_a_port_that_answers_what_is_off_is_not_proven_at_any_stage() -> None:
    message = "ex1:443 (https) still accepts TLS 1.0, which the registry has disabled since the boot."
    assert unproven(state(findings=[contradiction(message)]), "prepare") == [message]
    assert unproven(state(findings=[contradiction(message)]), "prepare", may_wait=True) == [message]


def test_a_port_that_proves_nothing_fails_nothing() -> None:
    note = {**contradiction("ex1:25 (smtp) proves nothing."), "id": "observed.unknown", "severity": "note"}
    assert unproven(state(findings=[note]), "tls13") == []


def test_findings_about_the_settings_are_left_to_the_rules() -> None:
    other = {"id": "protocols.half_configured", "severity": "error", "subject": "x", "message": "Half of a pair."}
    assert unproven(state(findings=[other]), "tls13") == []


@pytest.mark.parametrize("nothing", [None, "text", [], {}, {"skipped": True}])
def test_without_a_reading_nothing_is_proven(nothing: t.Any) -> None:
    assert unproven(nothing, "prepare") == ["Nothing was read."]


def test_a_failed_reading_is_said_with_its_reason() -> None:
    result = {"unreachable": True, "msg": "ex1 was unreachable."}
    assert unproven(result, "prepare", may_wait=True) == ["Nothing was read. ex1 was unreachable."]


def test_a_stage_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(AnsibleFilterError, match="retired is no stage; the stages are prepare, obsolete, retire"):
        unproven(state(), "retired")


WORDS = st.sampled_from(["effective", "not_applicable", "pending", "open", "unknown"])


@given(st.lists(WORDS, min_size=6, max_size=6), st.sampled_from(STAGES))
def test_nothing_is_proven_while_a_wanted_stage_is_anything_but_fulfilled(words: list[str], stage: str) -> None:
    found = state(**dict(zip(STAGES, words, strict=True)))
    wanted = words[: STAGES.index(stage) + 1]
    assert (unproven(found, stage) == []) == (set(wanted) <= {"effective", "not_applicable"})
    assert (unproven(found, stage, may_wait=True) == []) == (set(wanted) <= {"effective", "not_applicable", "pending"})
