# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a file, each with the place where a person finds it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._words import escaped


@dataclasses.dataclass(frozen=True, order=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is wrong; ``id`` is the name of the check that found it. ``place`` is None outside files."""

    place: Place | None
    id: str
    sentence: str

    def __str__(self) -> str:
        where = "" if self.place is None else f"{self.place}: "
        return escaped(f"{where}error[{self.id}]: {self.sentence}")


def in_order(problems: t.Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once: those without a place first, then by file, line and column."""
    return tuple(sorted(set(problems), key=_order))


def _order(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.place or Place("", 0, 0)
    return place.file, place.line, place.column, problem.id, problem.sentence
