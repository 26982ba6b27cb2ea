# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""FILETIME: units of 100 ns since 1601-01-01 UTC, the time of everything that a host tells."""

from __future__ import annotations

import datetime

_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)
_PER_SECOND = 10_000_000
#: The last moment that has a four-digit year; later ones cannot be shown as a date.
_LAST = (
    int((datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.timezone.utc) - _EPOCH).total_seconds())
    * _PER_SECOND
)


def filetime_to_iso(value: int | None) -> str | None:
    """``2026-11-26T10:15:00Z`` (whole seconds), None for None.

    A number beyond the year 9999 or below 0 comes back as its digits.
    """
    if value is None:
        return None
    if not 0 <= value <= _LAST:
        return str(value)
    moment = _EPOCH + datetime.timedelta(seconds=value // _PER_SECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_to_filetime(text: str) -> int:
    """The reverse, for dates as ``datetime.fromisoformat`` reads them; a time without zone counts as UTC.

    :raises ValueError: not a date
    """
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    delta = moment - _EPOCH
    return (delta.days * 86400 + delta.seconds) * _PER_SECOND + delta.microseconds * 10
