# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit judges every rule of the profile as it is, whatever a plan would do about it now."""

from __future__ import annotations

import typing as t

import pytest
from tools.planned_host import PlannedHost
from tools.sample_host import POLICY_LISTS, protocol

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import STAGES
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Entry, Reason, Verdict, judge_rules

pytestmark = pytest.mark.proves("unknown_is_no_pass")

OVERLAY = (
    "add:\n  - id: own\n    setting: fips.enabled\n    want: enabled\n    stage: obsolete\n"
    "    when: {exchange: [ex2019]}\n    severity: note\n"
    "    reason: The partners of these hosts demand FIPS mode.\n    sources: [S9]\n"
    "exceptions:\n  - {rule: rc4, owner: Ann, reason: Old printers, ticket: C-1, until: 2027-01-01}\n"
)


def audit(registry: t.Any = None) -> tuple[PlannedHost, tuple[Entry, ...]]:
    host = PlannedHost("ws2016", "15.1.2507.6", registry, overlays=[OVERLAY])
    return host, judge_rules(host.state, host.baseline)


def of_rule(entries: tuple[Entry, ...], rule: str) -> Entry:
    (found,) = [one for one in entries if one.rule == rule]
    return found


def test_every_setting_of_the_baseline_is_judged_once_for_each_rule_in_the_order_of_the_stages() -> None:
    host, entries = audit()
    assert {one.setting for one in entries} == {rule.setting for rule in host.baseline.considered.values()}
    assert len({one.rule for one in entries}) == len(entries)
    assert {rule.id for rule in host.baseline.rules} <= {one.rule for one in entries}
    order = list(host.baseline.considered)
    assert [order.index(one.rule) for one in entries] == sorted(order.index(one.rule) for one in entries)
    assert {one.stage for one in entries} == set(STAGES) - {"tls13"}


def test_a_rule_of_a_late_stage_is_judged_by_itself_and_says_what_it_wants() -> None:
    found = of_rule(audit(protocol("TLS 1.0", 1, 0))[1], "tls_1_0.server")
    assert (found.verdict, found.reason, found.before, found.after) == (
        Verdict.FAIL,
        Reason.DIFFERS,
        "enabled",
        "disabled",
    )
    assert len(found.operations) == 2


def test_what_is_as_wanted_passes() -> None:
    found = of_rule(audit(protocol("TLS 1.0", 0, 1))[1], "tls_1_0.server")
    assert (found.verdict, found.reason, found.operations) == (Verdict.PASS, Reason.AS_WANTED, ())


def test_exceptions_and_rules_for_others_are_told_as_such() -> None:
    entries = audit()[1]
    assert {one.verdict for one in entries if one.rule.startswith("rc4")} == {Verdict.EXEMPT}
    assert of_rule(entries, "own").verdict is Verdict.NOT_APPLICABLE


def test_an_audit_tells_of_a_value_that_is_not_ours_to_write() -> None:
    found = of_rule(audit({POLICY_LISTS: {"Functions": "TLS_RSA_WITH_AES_128_CBC_SHA"}})[1], "cipher_suites_2016")
    assert (found.reason, found.operations) == (Reason.OWNER_UNKNOWN, ())
