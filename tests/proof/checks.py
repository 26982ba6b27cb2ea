# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between the claims and the tests, all of it at once."""

from __future__ import annotations

import difflib
import typing as t

from .collect import Found
from .marks import LAB_FOLDERS, WINDOWS_MARKERS


def problems(claims: t.Collection[str], tests: t.Collection[Found]) -> list[str]:
    """One sentence for each: claims nobody shows, names of claims that are none, tests of the lab that show nothing or
    say nothing, or two things, about Windows.
    """
    used = {claim: test.module for test in tests for claim in test.claims}
    return [
        *(f"No test proves {claim!r}." for claim in claims if claim not in used),
        *(_unknown(claim, module, claims) for claim, module in sorted(used.items()) if claim not in claims),
        *(f"{module} proves no claim." for module in _silent(tests)),
        *(sentence for test in tests if (sentence := _windows(test))),
    ]


def _unknown(claim: str, module: str, claims: t.Collection[str]) -> str:
    near = difflib.get_close_matches(claim, claims, n=1)
    return f"{module} proves {claim!r}, which claims.yml does not know{f'; did you mean {near[0]!r}?' if near else '.'}"


def _silent(tests: t.Iterable[Found]) -> list[str]:
    lab = [test for test in tests if test.module.startswith(LAB_FOLDERS)]
    return sorted({test.module for test in lab} - {test.module for test in lab if test.claims})


def _windows(test: Found) -> str:
    if not test.module.startswith(LAB_FOLDERS):
        return ""
    said = sorted(set(WINDOWS_MARKERS) & set(test.markers))
    return (
        "" if len(said) == 1 else f"{test.module}::{test.function} says about Windows: {', '.join(said) or 'nothing'}."
    )
