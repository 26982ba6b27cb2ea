# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says about servers, whatever the roles registered for them."""

from __future__ import annotations

import json
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.report.report_material import VERSIONS, answer, finding, make_report, material, protocol, rule, state

from ansible_collections.msexchange.tls.plugins.filter.organisation import organisation
from ansible_collections.msexchange.tls.plugins.plugin_utils._report import (
    VERDICTS,
    render_html,
    render_markdown,
    render_text,
)

pytestmark = pytest.mark.proves("report")

Data = dict[str, t.Any]


def only_host(*args: t.Any, **more: t.Any) -> Data:
    (host,) = make_report(material("ex1", *args, **more))["hosts"]
    return t.cast("Data", host)


def test_the_report_names_its_form_its_time_and_the_version_that_made_it(example: Data) -> None:
    assert example["schema"] == "msexchange.tls/report"
    assert example["schema_version"] == 1
    assert (example["made_at"], example["version"]) == ("2026-11-26T10:00:00+00:00", "1.0.0")
    assert example["profiles"] == ["exchange_current"]


def test_the_report_is_plain_json(example: Data) -> None:
    assert json.loads(json.dumps(example)) == example


def test_servers_stand_in_the_order_in_which_they_were_given_and_none_is_left_out(example: Data) -> None:
    assert [host["name"] for host in example["hosts"]] == ["ex16-1.example", "ex13", "ex19", "edge1", "ex16-2"]
    assert example["summary"]["hosts"] == 5
    assert example["summary"]["read"] == 2
    assert sum(example["summary"]["verdicts"].values()) == 5


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (None, "was not read in this run"),
        ({"unreachable": True, "msg": "timed out"}, "unreachable: timed out."),
        ({"failed": True, "msg": "PowerShell 5.1 is needed."}, "failed: PowerShell 5.1 is needed."),
        ({"skipped": True}, "was skipped"),
        ("nonsense", "no reason was given"),
        ({}, "was not read in this run"),
    ],
)
def test_a_server_that_was_not_read_is_a_row_with_the_reason_and_unknown(before: t.Any, words: str) -> None:
    host = only_host(before)
    assert words in host["problem"]
    assert host["verdict"] == "unknown"
    assert host["prepared"] is None
    assert not host["read"]


def test_a_second_reading_that_failed_leaves_the_server_unknown_however_good_the_first_was() -> None:
    good = state(("tls_1_2",), [rule("protocols.tls_1_2.server", "pass")])
    host = only_host(good, {"failed": True, "msg": "Access was denied."})
    assert host["before"]["verdict"] == "pass"
    assert host["verdict"] == "unknown"
    assert host["prepared"] is None
    assert host["problem"] == "Reading the server again failed: Access was denied."


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "unknown"),
        (["pass"], "pass"),
        (["pass", "exempt", "not_applicable"], "pass"),
        (["pass", "unknown"], "unknown"),
        (["pass", "unknown", "fail"], "fail"),
        (["exempt", "not_applicable"], "exempt"),
        (["not_applicable"], "not_applicable"),
        (["pass", "something new"], "unknown"),
    ],
)
def test_the_verdict_of_a_server_is_its_worst_rule(verdicts: list[str], expected: str) -> None:
    rules = [rule(f"rule.{number}", verdict) for number, verdict in enumerate(verdicts)]
    assert only_host(state(("tls_1_2",), rules))["verdict"] == expected


@pytest.mark.parametrize(
    ("name", "severity", "verdict"),
    [
        ("observed.still_answered", "error", "fail"),
        ("observed.unknown", "note", "pass"),
        ("protocols.half_configured", "error", "pass"),
    ],
)
def test_an_endpoint_that_contradicts_the_settings_fails_the_server(name: str, severity: str, verdict: str) -> None:
    read = state(("tls_1_2",), [rule("protocols.tls_1_2.server", "pass")], [finding(name, severity, "https ex1:443")])
    assert only_host(read)["verdict"] == verdict


def test_rules_that_need_somebody_come_first_with_the_title_of_their_setting(example: Data) -> None:
    rules = example["hosts"][2]["rules"]
    order = [VERDICTS.index(row["verdict"]) for row in rules]
    assert order == sorted(order)
    assert rules[0]["title"] == "TLS 1.0, server side"


def test_versions_are_on_off_or_cannot_be_said() -> None:
    read = state(("tls_1_2",), [])
    read["settings"]["protocols.tls_1_0.server"] = protocol("mixed")
    read["settings"]["protocols.tls_1_1.server"] = protocol("disabled_by_default")
    read["settings"]["protocols.ssl_2_0.server"] = protocol("unsupported")
    del read["settings"]["protocols.tls_1_3.server"]
    server = only_host(read)["before"]["versions"]["server"]
    assert server == {"on": ["tls_1_2"], "unsure": ["tls_1_0", "tls_1_1", "tls_1_3"]}


def test_an_endpoint_that_was_silent_has_refused_nothing() -> None:
    host = only_host(
        state((), []), wire=[answer(status="timeout", tls_1_2="unknown"), answer(tls_1_0="refused_by_close")]
    )
    silent, clear = host["endpoints"]
    assert silent["refused"] == silent["accepted"] == []
    assert silent["unsure"] == list(VERSIONS)
    assert clear["refused"] == ["tls_1_0"]
    (row,) = [row for row in host["versions"] if (row["version"], row["side"]) == ("tls_1_0", "server")]
    assert row["endpoints"] == {
        "accepted": [],
        "refused": ["https ex16-1.example:443"],
        "unsure": ["https ex16-1.example:443"],
    }


def test_connections_say_nothing_about_the_client_side(example: Data) -> None:
    assert all(row["endpoints"] is None for row in example["hosts"][0]["versions"] if row["side"] == "client")


def test_findings_that_are_gone_since_the_first_reading_are_kept_apart(example: Data) -> None:
    host = example["hosts"][0]
    assert [row["id"] for row in host["findings"]] == ["winhttp.mask_ssl_3_0"]
    assert [row["id"] for row in host["findings_gone"]] == ["protocols.half_configured"]
    assert example["hosts"][1]["findings_gone"] == []


def test_every_source_that_a_finding_cites_is_explained(example: Data) -> None:
    assert set(example["sources"]) == {"S1", "S2", "S11"}
    assert "Exchange Server TLS configuration best practices" in example["sources"]["S1"]


def test_a_later_audit_file_says_who_is_prepared(example: Data) -> None:
    names = ["ex16-1.example", "ex19", "edge1"]
    members = organisation(names, {}, audit=example, max_age_days=36500)
    assert {name: member["prepared"] for name, member in members.items()} == {
        "ex16-1.example": True,
        "ex19": None,
        "edge1": None,
    }


def test_a_change_that_failed_is_told_and_a_skipped_one_is_none() -> None:
    failed = only_host(state((), []), change={"failed": True, "msg": "The journal could not be written."})
    assert failed["change"]["problem"] == "The journal could not be written."
    assert only_host(state((), []), change={"skipped": True})["change"] is None


WORDS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    """settings host os exchange rules findings stages suites change wire versions verdict prepared debt read_errors
    sources gates operations reason stage state id subject status detail next_stage profile msg failed""".split()
)
MATERIAL = st.recursive(JSON, lambda inner: st.dictionaries(FIELDS | WORDS, inner, max_size=6), max_leaves=20)


RECORDS = st.lists(st.dictionaries(FIELDS, MATERIAL, max_size=6), max_size=2)
READ = st.fixed_dictionaries(
    {"settings": st.dictionaries(FIELDS, MATERIAL, max_size=3)},
    optional=dict.fromkeys(("rules", "findings", "stages", "read_errors", "ignored", "suites"), RECORDS | MATERIAL),
)
CHANGE = st.fixed_dictionaries({}, optional={"gates": RECORDS, "operations": RECORDS, "changed": MATERIAL})


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(before=MATERIAL | READ, after=MATERIAL | READ, change=MATERIAL | CHANGE, wire=MATERIAL | RECORDS)
def test_no_registered_data_breaks_a_view_or_passes_without_a_rule_that_passed(
    before: t.Any, after: t.Any, change: t.Any, wire: t.Any
) -> None:
    report = make_report(material("ex1", before, after, change=change, wire=wire))
    for render in (render_text, render_markdown, render_html):
        assert "ex1" in render(report)
    (host,) = report["hosts"]
    assert host["verdict"] in VERDICTS
    if host["verdict"] == "pass":
        assert any(row["verdict"] == "pass" for row in host["rules"])


@pytest.mark.parametrize(
    ("states", "reached"),
    [
        (["open", "open"], ""),
        (["effective", "pending"], "prepare"),
        (["effective", "effective"], "obsolete"),
        (["effective", "not_applicable"], "prepare"),
        (["unknown", "effective"], ""),
    ],
)
def test_a_stage_is_reached_only_with_all_before_it(states: list[str], reached: str) -> None:
    stages = [{"stage": stage, "state": found, "detail": ""} for stage, found in zip(("prepare", "obsolete"), states)]
    assert only_host({**state(("tls_1_2",), []), "stages": stages})["before"]["reached"] == reached


def test_a_server_that_no_connection_was_made_to_says_why_and_one_that_answered_does_not() -> None:
    blind = only_host(state((), []), unprobed="jump1 did not answer")
    assert (blind["endpoints"], blind["unprobed"]) == ([], "jump1 did not answer")
    seen = only_host(state((), []), wire=[answer(tls_1_2="accepted")], unprobed="jump1 did not answer")
    assert seen["unprobed"] == ""


def test_a_server_that_was_not_asked_is_told_from_one_that_could_not_be_read() -> None:
    read = state(("tls_1_2",), [rule("protocols.tls_1_2.server", "pass")])
    report = make_report(
        material("ex1", read),
        material("ex2"),
        material("ex3", {"unreachable": True, "msg": "timed out"}),
        material("ex4"),
    )
    assert [host["asked"] for host in report["hosts"]] == [True, False, True, False]
    for render in (render_text, render_markdown, render_html):
        assert "1 server could not be read. 2 servers were not read in this run." in render(report)
    reads = [
        (line.split()[0], " not read " in line, " failed " in line) for line in render_text(report).splitlines()[4:9]
    ]
    assert reads[1:] == [("ex1", False, False), ("ex2", True, False), ("ex3", False, True), ("ex4", True, False)]
    only_left_out = make_report(material("ex1", read), material("ex2"))
    assert "could not be read" not in render_text(only_left_out)
    assert "1 server was not read in this run." in render_text(only_left_out)
