# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends, limits and the article's rule, as functions of days."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.certificates import Certificate
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.certificates.renewal import (
    SOON,
    SOON_SHARE,
    VERY_SOON,
    VERY_SOON_SHARE,
    ends_within,
    long_lived,
    public_limit,
    renewal,
    year_later,
)

pytestmark = pytest.mark.proves("certificates")

DAYS = st.dates(datetime.date(1950, 1, 2), datetime.date(9998, 12, 30))
HASHES = st.sampled_from([None, "md2", "md5", "sha1", "sha256"])


def certificate(first: datetime.date, last: datetime.date, signature_hash: str | None = "sha256") -> Certificate:
    noon = datetime.time(12, tzinfo=datetime.timezone.utc)
    begin, end = (datetime.datetime.combine(day, noon) for day in (first, last))
    return Certificate(
        0, "", readable=True, not_before=begin, not_after=end, key="rsa", bits=2048, signature_hash=signature_hash
    )


@pytest.mark.parametrize(("day", "limit"), [
    ((2020, 8, 31), None), ((2020, 9, 1), 398), ((2026, 3, 14), 398), ((2026, 3, 15), 200), ((2027, 3, 14), 200),
    ((2027, 3, 15), 100), ((2029, 3, 14), 100), ((2029, 3, 15), 47), ((2040, 1, 1), 47),
])  # fmt: skip
def test_public_certificates_get_shorter_by_the_table_of_the_baseline_requirements(
    day: tuple[int, int, int], limit: int | None
) -> None:
    assert public_limit(datetime.date(*day)) == limit


@pytest.mark.parametrize(("today", "later"), [
    ((2026, 11, 26), (2027, 11, 26)), ((2028, 2, 29), (2029, 2, 28)), ((2027, 2, 28), (2028, 2, 28)),
    ((9999, 12, 31), (9999, 12, 31)),
])  # fmt: skip
def test_twelve_months_end_on_the_same_day(today: tuple[int, int, int], later: tuple[int, int, int]) -> None:
    assert year_later(datetime.date(*today)) == datetime.date(*later)


def test_exactly_twelve_months_left_is_near_and_a_day_more_is_far() -> None:
    today = datetime.date(2026, 11, 26)
    assert not long_lived(datetime.date(2027, 11, 26), today)
    assert long_lived(datetime.date(2027, 11, 27), today)
    assert long_lived(None, today)


@given(DAYS, DAYS, DAYS)
def test_what_ends_very_soon_ends_soon_and_what_has_ended_does_neither(
    one: datetime.date, other: datetime.date, today: datetime.date
) -> None:
    found = certificate(*sorted((one, other)))
    very_soon = ends_within(found, today, VERY_SOON, VERY_SOON_SHARE)
    soon = ends_within(found, today, SOON, SOON_SHARE)
    assert soon or not very_soon
    assert not (soon and max(one, other) < today)


@given(DAYS, st.integers(1, 1000), st.integers(0, 1200))
def test_a_warning_once_begun_goes_on_until_the_end(first: datetime.date, lifetime: int, passed: int) -> None:
    last = min(first + datetime.timedelta(days=lifetime), datetime.date(9998, 12, 31))
    found = certificate(first, last)
    today = min(first + datetime.timedelta(days=passed), last)
    if ends_within(found, today, SOON, SOON_SHARE):
        assert ends_within(found, last, SOON, SOON_SHARE)
        assert (last - today).days <= min(60, (lifetime + 1) / 3)


@given(DAYS, st.lists(st.tuples(DAYS, DAYS, HASHES), min_size=1, max_size=3))
def test_a_renewal_is_never_in_the_past_and_broken_hashes_do_not_wait(
    today: datetime.date, rows: list[tuple[datetime.date, datetime.date, str | None]]
) -> None:
    path = [certificate(*sorted((one, other)), used) for one, other, used in rows]
    found = renewal(path, today)
    if found is not None:
        assert found.by >= today
    if {used for dummy, dummy_too, used in rows} & {"md2", "md5"}:
        assert found is not None
        assert found.by == today
    if not {used for dummy, dummy_too, used in rows} & {"md2", "md5", "sha1"} and path[0].last_day is not None:
        assert found is None or found.by in (today, path[0].last_day)
