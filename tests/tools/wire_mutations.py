# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damage many recorded flights and feed them to everything that reads them; `make wire-mutations` leaves a record.

Usage: PYTHONPATH=tests:.cache/collections python tests/tools/wire_mutations.py [COUNT [SEED]]; a million by default.
"""

from __future__ import annotations

import platform
import resource
import sys

from proof.record import write_record
from wire_servers.mutations import FEEDERS, run

MILLION = 1_000_000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    outcomes = run(count, seed)
    for name, times in outcomes.most_common():
        print(f"{times:>10} {name}")
    if count >= MILLION:
        figures = {
            "damaged flights": count,
            "readers that each was fed to": len(FEEDERS),
            "exceptions that escaped": 0,
            "kinds of outcome": len(outcomes),
            "peak memory in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        on = {"Python": platform.python_version()}
        print(f"written: {write_record('wire_mutations', command='make wire-mutations', on=on, figures=figures).name}")


if __name__ == "__main__":
    main()
