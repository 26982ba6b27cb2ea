# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the shell is told."""

from __future__ import annotations

import enum
import typing as t

from .sections import all_findings

Data = t.Mapping[str, t.Any]


class Exit(enum.IntEnum):
    """Exit statuses; ``--help`` explains them."""

    NOTHING_WRONG = 0
    ERRORS = 1
    USAGE = 2
    NOT_PROVEN = 3
    STOPPED = 130


def exit_status(result: Data) -> Exit:
    """What was not seen is never a pass: one endpoint without an answer is enough for NOT_PROVEN."""
    verdicts = [endpoint.get("conformance", {}).get("verdict") for endpoint in result["endpoints"]]
    if "deviates" in verdicts or any(finding["severity"] == "error" for finding in all_findings(result)):
        return Exit.ERRORS
    answers = [*result["endpoints"], *(one for partner in result["partners"] for one in partner["endpoints"])]
    silent = any(answer["status"] != "answered" for answer in answers)
    if (
        silent
        or "unknown" in verdicts
        or any(not partner["endpoints"] or partner["detail"] for partner in result["partners"])
    ):
        return Exit.NOT_PROVEN
    return Exit.NOTHING_WRONG
