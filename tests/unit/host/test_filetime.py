# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""FILETIME to ISO dates and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import filetime_to_iso, iso_to_filetime

pytestmark = pytest.mark.proves("registry_read")


@pytest.mark.parametrize(
    ("filetime", "iso"),
    [
        (0, "1601-01-01T00:00:00Z"),
        (116_444_736_000_000_000, "1970-01-01T00:00:00Z"),
        (116_444_736_009_999_999, "1970-01-01T00:00:00Z"),
        (None, None),
    ],
)
def test_known_moments(filetime: int | None, iso: str | None) -> None:
    assert filetime_to_iso(filetime) == iso


@pytest.mark.parametrize("filetime", [-1, 2**63 - 1, 2**80])
def test_a_number_that_is_no_date_comes_back_as_digits(filetime: int) -> None:
    assert filetime_to_iso(filetime) == str(filetime)


@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0)).filter(lambda moment: moment.year >= 1601))
def test_there_and_back(moment: object) -> None:
    text = f"{moment}".replace(" ", "T") + "Z"
    assert filetime_to_iso(iso_to_filetime(text)) == text


def test_a_zone_is_taken_into_account() -> None:
    assert iso_to_filetime("1970-01-01T01:00:00+01:00") == 116_444_736_000_000_000
