# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How old a plan is, and how old it may be."""

from __future__ import annotations

import datetime
import re

from .errors import OldPlanError
from .model import PlanFile

_AGE = re.compile(r"([0-9]{1,6})\s*([mhdw])")
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
#: Clocks of two controllers may differ that much.
_AHEAD = datetime.timedelta(minutes=5)


def read_age(text: str) -> datetime.timedelta:
    """``30m``, ``12h``, ``7d``, ``2w``. Raises ValueError for anything else."""
    found = _AGE.fullmatch(text.strip())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"{text!r} is no age; write 30m, 12h, 7d or 2w")
    return datetime.timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def require_age(plans: PlanFile, now: datetime.datetime, most: datetime.timedelta, file: str) -> None:
    """Refuse a plan that is too old, or was made by a clock that is ahead. ``now``: with its time zone."""
    made_at = datetime.datetime.fromisoformat(plans.made_at[:-1]).replace(tzinfo=datetime.timezone.utc)
    age = now - made_at
    if age < -_AHEAD:
        raise OldPlanError(
            f"The plan {file} was made at {plans.made_at}, which is not yet. Look at the clocks of the controllers."
        )
    if age > most:
        raise OldPlanError(
            f"The plan {file} was made at {plans.made_at}, {_words(age)} ago; it may be {_words(most)} old. "
            "Make the plan anew, or allow more with plan_max_age."
        )


def _words(age: datetime.timedelta) -> str:
    seconds = int(age.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size or (seconds % size == 0 and seconds >= size):
            count = seconds // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds} seconds"
