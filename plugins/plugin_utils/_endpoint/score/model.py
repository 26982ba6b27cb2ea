# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of the score, and a score with its reasons."""

from __future__ import annotations

import dataclasses

from ..reduced import NOTHING, Without

#: The best first.
LETTERS = ("A", "B", "C", "F")
FULL = 100


@dataclasses.dataclass(frozen=True)
class Rule:
    """What one kind of finding costs; see ``rules.yml``."""

    finding: str
    points: int
    letter: str
    settings: tuple[str, ...] = ()
    without: Without = NOTHING


@dataclasses.dataclass(frozen=True)
class Deduction:
    """One kind of finding that costs points.

    ``evidence``: what was seen, one sentence per finding. ``settings``: what removes it. ``breaks``: ids of the clients
    that connect today and would not after that; None when that was not looked at.
    """

    finding: str
    points: int
    letter: str
    evidence: tuple[str, ...]
    settings: tuple[str, ...]
    breaks: tuple[str, ...] | None


@dataclasses.dataclass(frozen=True)
class Score:
    """``points``: 0 to 100, None when the port proved nothing. ``letter``: as points, A B C F.

    ``complete``: every suite of every accepted version is known; otherwise the points are the best that can be.
    """

    points: int | None
    letter: str | None
    complete: bool
    deductions: tuple[Deduction, ...]
