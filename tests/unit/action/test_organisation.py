# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter organisation: who of the members is prepared, and how that is known."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.filter.organisation import organisation

pytestmark = pytest.mark.proves("stages_and_gates")

PREPARED = {"prepared": True, "stages": [{"stage": "prepare", "state": "effective", "detail": "All counts."}]}
PENDING = {"prepared": False, "stages": [{"stage": "prepare", "state": "pending", "detail": "A boot is owed."}]}


def audit(days_ago: float, **hosts: t.Any) -> dict[str, t.Any]:
    made_at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)
    return {
        "made_at": made_at.isoformat(),
        "hosts": [{"name": name, "prepared": prepared} for name, prepared in hosts.items()],
    }


def prepared(names: list[str], hostvars: dict[str, t.Any], **more: t.Any) -> dict[str, bool | None]:
    return {name: member["prepared"] for name, member in organisation(names, hostvars, **more).items()}


def test_every_member_is_named_whatever_became_of_it() -> None:
    hostvars = {
        "a": {"msexchange_tls_before": PREPARED},
        "b": {"msexchange_tls_before": PENDING},
        "c": {"msexchange_tls_before": {"unreachable": True, "msg": "c was unreachable: the connection was refused."}},
        "d": {"msexchange_tls_before": {"failed": False, "msg": "d: PowerShell 5.1 is needed."}},
        "e": {},
    }
    found = organisation(["a", "b", "c", "d", "e", "f"], hostvars)
    assert {name: member["prepared"] for name, member in found.items()} == {
        "a": True,
        "b": False,
        "c": None,
        "d": None,
        "e": None,
        "f": None,
    }
    assert found["b"]["detail"] == "A boot is owed."
    assert "unreachable" in found["c"]["detail"]
    assert "PowerShell 5.1" in found["d"]["detail"]
    assert "--limit" in found["e"]["detail"]


def test_the_latest_reading_counts() -> None:
    hostvars = {"a": {"msexchange_tls_before": PREPARED, "msexchange_tls_state": PENDING}}
    assert prepared(["a"], hostvars) == {"a": False}


def test_a_young_audit_stands_in_for_a_member_that_this_run_did_not_touch() -> None:
    assert prepared(["a", "b"], {"a": {}}, audit=audit(1, a=True, b=False)) == {"a": True, "b": False}


def test_an_audit_never_speaks_against_this_run() -> None:
    hostvars = {
        "a": {"msexchange_tls_state": PENDING},
        "b": {"msexchange_tls_state": {"unreachable": True, "msg": "x"}},
    }
    assert prepared(["a", "b"], hostvars, audit=audit(0, a=True, b=True)) == {"a": False, "b": None}


@pytest.mark.parametrize("days_ago", [7.1, -0.5])
def test_an_audit_that_is_old_or_from_the_future_proves_nothing(days_ago: float) -> None:
    found = organisation(["a"], {}, audit=audit(days_ago, a=True))
    assert found["a"]["prepared"] is None
    assert "Only the audit of" in found["a"]["detail"]


@pytest.mark.parametrize("value", ["false", "true", 1, None, [True]])
def test_nothing_but_a_true_yes_is_a_yes(value: object) -> None:
    assert prepared(["a"], {"a": {"msexchange_tls_state": {"prepared": value}}}) == {"a": None}
    assert prepared(["a"], {}, audit=audit(0, a=value)) == {"a": None}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("exchange", {}), "list of the names"),
        ((["a"], ["a"]), "hostvars"),
        ((["a"], {}, {"hosts": "x"}), "no report"),
        ((["a"], {}, {"hosts": [], "made_at": "yesterday"}), "no time of making but 'yesterday'"),
        ((["a"], {}, {"hosts": [{}], "made_at": "2026-11-26T10:00:00Z"}), "host without a name"),
    ],
)
def test_wrong_arguments_are_one_sentence(arguments: tuple[t.Any, ...], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        organisation(*arguments)


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.text() | st.lists(st.text())))
def test_no_result_whatever_makes_a_member_prepared_but_prepared_true(result: dict[str, t.Any]) -> None:
    found = prepared(["a"], {"a": {"msexchange_tls_state": result}})["a"]
    assert (found is True) == (result.get("prepared") is True and not result.get("unreachable"))


def test_a_member_that_only_an_exception_lets_pass_says_what_the_others_miss() -> None:
    result = {"prepared": False, "stages": [{"stage": "prepare", "state": "effective", "detail": ""}]}
    found = organisation(["a"], {"a": {"msexchange_tls_state": result}})
    assert "TLS 1.2 on both sides" in found["a"]["detail"]
