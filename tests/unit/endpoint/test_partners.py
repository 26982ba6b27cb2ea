# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Partners: what a stage takes from us, and what hellos say about the mail after it."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.answers import ECDHE_CBC, ECDHE_GCM, answer

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import load_profile
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    Sender,
    Without,
    judge_partners,
    load_clients,
    senders_of,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import lost_by

TODAY = datetime.date(2026, 11, 26)
RETIRED = Without(frozenset({"ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"}), ("RC4",))
SMTP = {"service": "smtp", "port": 25, "transport": "smtp", "host": "mx1.contoso.example"}
(SENDER,) = senders_of(["exchange_2016_on_2016_smtp"], load_clients(), RETIRED)


def row(sender: Sender, today: str | None, after: str | None) -> list[dict[str, t.Any]]:
    """What the two hellos led to: a version that was chosen, or None for a refusal."""
    ids = [sender.today.id, sender.after.id if sender.after else ""]
    return [
        {"id": one, "answer": "refused" if version is None else "chosen", "version": version}
        for one, version in zip(ids, (today, after), strict=True)
    ]


def findings(**more: t.Any) -> list[str]:
    found = {**answer(tls_1_2=[ECDHE_GCM]), **SMTP, "replays": row(SENDER, "tls_1_2", "tls_1_2"), **more}
    partner = {"domain": "contoso.example", "source": "mx", "detail": "", "endpoints": [found]}
    (judged,) = judge_partners([partner], [SENDER], TODAY, "retire")
    return [one["id"].partition(".")[2] for one in judged["findings"]]


def test_a_partner_that_answers_both_hellos_is_no_finding() -> None:
    assert findings() == []


def test_a_partner_that_refuses_only_what_is_left_after_the_stage_is_lost() -> None:
    assert findings(replays=row(SENDER, "tls_1_0", None)) == ["lost_after_stage"]


def test_a_partner_that_chooses_a_version_which_we_no_longer_allow_is_lost() -> None:
    assert findings(replays=row(SENDER, "tls_1_0", "tls_1_0")) == ["lost_after_stage"]


def test_a_partner_that_refuses_us_today_is_not_blamed_on_the_stage() -> None:
    assert findings(replays=row(SENDER, None, None)) == ["no_tls_today"]


def test_without_an_answer_to_a_hello_nothing_is_said() -> None:
    assert findings(replays=[]) == []


def test_a_partner_without_starttls_is_in_clear_today() -> None:
    assert findings(status="starttls_not_offered") == ["no_tls_today"]


def test_a_partner_that_cannot_be_reached_is_unknown() -> None:
    assert findings(status="timeout", replays=[]) == ["unknown"]


def test_a_partner_without_tls_1_2_will_send_in_clear() -> None:
    old = {**answer(tls_1_0=[ECDHE_CBC]), **SMTP}
    assert findings(versions=old["versions"], replays=row(SENDER, "tls_1_0", None)) == [
        "lost_after_stage",
        "old_versions_only",
    ]


def test_a_domain_whose_exchangers_are_not_known_is_unknown_with_the_reason() -> None:
    partner = {"domain": "a.example", "source": "mx", "detail": "There is no such domain.", "endpoints": []}
    (judged,) = judge_partners([partner], [SENDER], TODAY, "retire")
    assert [one["message"] for one in judged["findings"]] == ["a.example: There is no such domain."]


def test_a_client_that_sends_no_mail_is_no_sender() -> None:
    with pytest.raises(LookupError, match="outlook_windows_7"):
        senders_of(["outlook_windows_7"], load_clients(), RETIRED)


@pytest.mark.parametrize(
    ("stage", "versions"),
    [
        ("prepare", set()),
        ("obsolete", {"ssl_2_0", "ssl_3_0"}),
        ("retire", {"ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"}),
        ("tls13", {"ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"}),
    ],
)
def test_what_a_stage_takes_from_the_client_side_is_what_the_profile_says(stage: str, versions: set[str]) -> None:
    lost = lost_by(load_profile("exchange_current"), stage)
    assert lost.versions & {"ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"} == versions
    assert ("RC4" in lost.ciphers) == (stage != "prepare")
    assert ("3DES" in lost.ciphers) == (stage == "tls13")


def test_the_article_of_2015_takes_no_tls_from_a_sender() -> None:
    assert not {"tls_1_0", "tls_1_1", "tls_1_2"} & lost_by(load_profile("exchange_2015"), "tls13").versions


@given(
    st.sampled_from([one for one in load_clients() if "smtp" in one.services]), st.sampled_from(["obsolete", "tls13"])
)
def test_a_sender_never_offers_more_after_a_stage(client: t.Any, stage: str) -> None:
    lost = lost_by(load_profile("exchange_current"), stage)
    (sender,) = senders_of([client.id], [client], Without(lost.versions, lost.ciphers, macs=lost.macs))
    if sender.after is not None:
        assert set(sender.after.versions) <= set(client.versions)
        assert set(sender.after.suites) <= set(client.suites)
        assert not {version.id for version in sender.after.versions} & lost.versions
