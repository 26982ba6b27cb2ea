# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From profile and overlays to the baseline of one host."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from tools.sample_host import WINDOWS, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    Baseline,
    BaselineError,
    direct,
    load_profile,
    read_overlay,
    resolve,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

pytestmark = pytest.mark.proves("baselines")

TODAY = datetime.date(2026, 11, 26)


def baseline(
    *overlays: str,
    system: str = "ws2016",
    exchange: str | None = "15.1.2507.6",
    profile: str = "exchange_current",
    groups: t.Sequence[str] = ("exchange",),
    host: str = "ex1",
    **more: t.Any,
) -> Baseline:
    """The baseline of a host after overlays, each given as text."""
    identity = more.pop("identity", None) or sample_state(system, exchange).identity
    texts = [read_overlay(text, f"site{number}.yml") for number, text in enumerate(overlays, 1)]
    return resolve(
        load_profile(profile), texts, identity, host=host, groups=groups, today=TODAY, catalogue=load(), **more
    )


def wants(found: Baseline) -> dict[str, t.Any]:
    """Rule id -> wanted value, of the rules that apply."""
    return {rule.id: rule.want for rule in found.rules}


def test_an_overlay_changes_one_rule_or_all_rules_of_a_record() -> None:
    one = wants(baseline("rules:\n  tls_1_0.server: {want: enabled}\n"))
    assert one["tls_1_0.server"] == "enabled"
    assert one["tls_1_0.client"] != "enabled"
    both = wants(baseline("rules:\n  tls_1_0: {want: enabled}\n"))
    assert both["tls_1_0.server"] == both["tls_1_0.client"] == "enabled"


def test_a_removed_rule_is_gone_without_a_trace() -> None:
    found = baseline("rules:\n  md5: {remove: true}\n")
    assert "md5" not in found.considered
    assert "md5" not in wants(found)


def test_an_added_rule_stands_in_its_stage() -> None:
    added = (
        "add:\n  - id: pkcs_length\n    setting: key_exchange.pkcs.client_min_bits\n"
        "    want: 2048\n    stage: prepare\n"
        "    severity: note\n    reason: Partners with shorter keys are told so in time.\n    sources: [S2]\n"
    )
    found = baseline(added)
    stages = [rule.stage for rule in found.rules]
    assert wants(found)["pkcs_length"] == 2048
    assert stages == sorted(stages, key=["prepare", "obsolete", "retire", "renegotiation", "suites", "tls13"].index)


EXCEPTION = "exceptions:\n  - {{rule: {rule}, owner: Ann, reason: Old printers, ticket: C-1, until: {until}{more}}}\n"


def test_an_exception_frees_the_host_from_the_rule_until_its_last_day() -> None:
    found = baseline(EXCEPTION.format(rule="tls_1_0", until="2026-11-26", more=""))
    assert set(found.exempt) == {"tls_1_0.client", "tls_1_0.server"}
    assert found.exempt["tls_1_0.server"].owner == "Ann"
    assert "tls_1_0.server" not in wants(found)


@pytest.mark.parametrize(
    ("hosts", "counts"), [("ex1", True), ("exchange", True), ("all", True), ("ex2", False), ("printers", False)]
)
def test_an_exception_counts_for_its_hosts_and_groups(hosts: str, counts: bool) -> None:
    found = baseline(EXCEPTION.format(rule="md5", until="2027-01-01", more=f", hosts: [{hosts}]"))
    assert ("md5" in found.exempt) is counts


def test_an_exception_from_a_rule_that_does_not_apply_anyway_changes_nothing() -> None:
    found = baseline(EXCEPTION.format(rule="cipher_suites_2022", until="2027-01-01", more=""))
    assert found.exempt == {}
    assert "cipher_suites_2022" in found.not_applicable


def test_an_exception_from_a_rule_that_an_overlay_added_is_known() -> None:
    added = (
        "add:\n  - {id: own, setting: fips.enabled, want: enabled, stage: suites, severity: note, "
        "reason: Our ministry demands FIPS mode on this host., sources: [S9]}\n"
    )
    assert set(baseline(added, EXCEPTION.format(rule="own", until="2027-01-01", more="")).exempt) == {"own"}


def test_every_problem_of_every_overlay_is_in_one_error() -> None:
    with pytest.raises(BaselineError) as caught:
        baseline(
            "rules:\n  tls_1_9: {remove: true}\n  md5: {want: off}\n",
            EXCEPTION.format(rule="rc5", until="2020-01-01", more=", hosts: [ex9]"),
            inventory=["ex1", "exchange"],
        )
    found = {(str(problem.place), problem.id) for problem in caught.value.problems}
    assert {("site1.yml:2:3", "change-unknown"), ("site1.yml:3:15", "yaml-boolean")} <= found
    assert {"exception-unknown", "exception-ended", "exception-hosts"} <= {problem_id for _place, problem_id in found}
    assert "site1.yml:2:3: error[change-unknown]: there is no rule 'tls_1_9' to change." in str(caught.value)


def test_hosts_of_an_exception_are_not_checked_when_the_inventory_is_not_known() -> None:
    assert baseline(EXCEPTION.format(rule="md5", until="2027-01-01", more=", hosts: [ex9]")).exempt == {}


def test_exchange_rules_are_not_applicable_without_exchange() -> None:
    found = baseline(system="ws2022", exchange=None)
    assert "tls_1_3_exchange.server" in found.not_applicable
    assert "none" in found.not_applicable["tls_1_3_exchange.server"]
    assert "tls_1_3_windows.server" in wants(found)


@pytest.mark.parametrize("system", ["win7", "win8", "win8_1", "win10", "win11"])
def test_clients_are_judged_like_any_other_windows(system: str) -> None:
    found = wants(baseline(system=system, exchange=None))
    assert {"tls_1_2.client", "ssl_3_0.client", "tls_1_0.client", "renegotiation.clients"} <= set(found)


def test_an_unknown_fact_leaves_a_rule_undecided_and_never_matches() -> None:
    state = sample_state("ws2022", "15.2.1748.10", {WINDOWS: {"CurrentBuildNumber": "99999"}})
    found = baseline(identity=state.identity)
    assert found.undecided["cipher_suites_2016"] == "the operating system is unknown"
    assert "cipher_suites_2016" not in wants(found)
    assert "tls_1_2.server" in wants(found)


def test_a_fact_that_excludes_a_rule_decides_whatever_else_is_unknown() -> None:
    state = sample_state("ws2022", "15.0.1497.2", {WINDOWS: {"CurrentBuildNumber": "99999"}})
    found = baseline(identity=state.identity)
    assert "Exchange version" in found.not_applicable["tls_1_3_exchange.server"]
    assert "tls_1_3_exchange.server" not in found.undecided


@pytest.mark.parametrize(
    ("build", "rule"),
    [
        ("15.2.1544.4", "tls_1_3_unsupported_exchange.server"),
        ("15.2.1748.9", "tls_1_3_unsupported_exchange.server"),
        ("15.2.1748.10", "tls_1_3_exchange.server"),
        ("15.2.2562.17", "tls_1_3_exchange.server"),
        ("15.1.2507.6", "tls_1_3_unsupported_exchange.server"),
    ],
)
def test_tls_1_3_follows_the_exchange_build(build: str, rule: str) -> None:
    found = wants(baseline(system="ws2022", exchange=build))
    assert [name for name in found if name.startswith("tls_1_3") and name.endswith("server")] == [rule]


@pytest.mark.parametrize(("groups", "applies"), [(("edge",), True), (("other", "partners"), True), (("other",), False)])
def test_a_rule_for_inventory_groups_needs_one_of_them(groups: tuple[str, ...], applies: bool) -> None:
    added = (
        "add:\n  - id: own\n    setting: fips.enabled\n    want: enabled\n    stage: suites\n"
        "    when: {group: [edge, partners]}\n    severity: note\n"
        "    reason: The partners of these hosts demand FIPS mode.\n    sources: [S9]\n"
    )
    assert ("own" in wants(baseline(added, groups=groups))) is applies


@pytest.mark.parametrize(
    ("text", "applies"), [(">=15.1.2507.6", True), (">15.1.2507.6", False), ("<15.2.0.0, >=15.1.0.0", True)]
)
def test_a_rule_for_builds_compares_all_four_numbers(text: str, applies: bool) -> None:
    added = (
        "add:\n  - id: own\n    setting: fips.enabled\n    want: enabled\n    stage: suites\n"
        f'    when: {{exchange_build: "{text}"}}\n    severity: note\n'
        "    reason: These builds are known to work in FIPS mode.\n    sources: [S9]\n"
    )
    assert ("own" in wants(baseline(added))) is applies
    assert "own" in baseline(added, exchange=None).not_applicable


def test_an_unknown_profile_is_answered_with_the_nearest_name() -> None:
    sentence = r"there is no profile 'exchange_curent'\. Did you mean 'exchange_current'\?"
    with pytest.raises(BaselineError, match=sentence):
        load_profile("exchange_curent")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"protocols.tls1_0.server": "disabled"}, "Did you mean 'protocols.tls_1_0.server'?"),
        ({"protocols.tls_1_0.server": "off"}, "can be enabled, disabled, disabled_by_default or absent, not 'off'"),
        ({"protocols.tls_1_0.server": True}, "cannot be True"),
        ({"cipher_suites.local": ["A"]}, "is never written"),
        ({"wininet.user": 2048}, "belongs to single users"),
        ({"schannel.client_cache_time": -1}, "is a number from 0"),
        ({"schannel.client_cache_time": "ten"}, "is a number from 0"),
        ({"cipher_suites.group_policy": []}, "an empty list would leave Windows without any"),
        ({"cipher_suites.group_policy": ["A" * 600, "B" * 600]}, "has 1201 characters"),
        (
            {"curves.group_policy": ["NistP256", "nistp256"]},
            "stands in the list of 'curves.group_policy' more than once",
        ),
    ],
)
def test_a_single_setting_that_cannot_be_is_answered_with_one_sentence(wanted: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(BaselineError) as caught:
        direct(wanted, load())
    assert sentence in str(caught.value)


def test_all_wrong_single_settings_are_reported_at_once() -> None:
    with pytest.raises(BaselineError) as caught:
        direct({"a": 1, "b": 2, "protocols.tls_1_2.server": "enabled"}, load())
    assert len(caught.value.problems) == 2
