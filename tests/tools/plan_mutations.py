# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spoil a plan file in many ways and read each; `make plan-mutations` leaves a record.

Usage: PYTHONPATH=tests:.cache/collections python tests/tools/plan_mutations.py [COUNT [SEED]]; a hundred thousand by
default. Bytes are changed, cut and put in; members are changed and the digest is made to fit again.
"""

from __future__ import annotations

import dataclasses
import platform
import resource
import sys

from proof.record import write_record
from tools.planned_host import PlannedHost
from tools.saved_plans import ends_of, of, record

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import render

MANY = 100_000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    host = PlannedHost("ws2016", "15.1.2507.6", {r"SCHANNEL\Protocols\TLS 1.0\Server": {"Enabled": "1"}})
    plan = host.plan("retire")
    # Entries of each kind, writing ones among them; more of the same would only take more time.
    short = dataclasses.replace(plan, entries=plan.entries[:12])
    ends = ends_of(render(of(record(host, "retire", plan=short))), count, seed)
    for name, times in ends.most_common():
        print(f"{times:>10} {name}")
    if count >= MANY:
        figures = {
            "spoiled plan files": count,
            "refused with a sentence": ends["refused"],
            "read, and written again as the same bytes": ends["read"],
            "exceptions that escaped": 0,
            "peak memory in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        on = {"Python": platform.python_version()}
        print(f"written: {write_record('plan_mutations', command='make plan-mutations', on=on, figures=figures).name}")


if __name__ == "__main__":
    main()
