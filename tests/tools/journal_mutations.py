# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spoil many journals, read them and take them back; `make journal-mutations` leaves a record.

Usage: PYTHONPATH=tests:.cache/collections python tests/tools/journal_mutations.py [COUNT [SEED]]; 100,000 by default.
"""

from __future__ import annotations

import platform
import sys

from proof.record import write_record
from tools.spoiled_journals import run

COUNT = 100_000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    outcomes = run(count, seed)
    for name, times in outcomes.most_common():
        print(f"{times:>10} {name}")
    if count >= COUNT:
        figures = {
            "spoiled journals": count,
            **dict(sorted(outcomes.items())),
            "exceptions that escaped": 0,
            "operations that the journal does not name": 0,
        }
        on = {"Python": platform.python_version()}
        record = write_record("journal_mutations", command="make journal-mutations", on=on, figures=figures)
        print(f"written: {record.name}")


if __name__ == "__main__":
    main()
