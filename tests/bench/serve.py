# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab in a process of its own, so that what it takes can be told from what the controller takes.

``python -m bench.serve ENGINE STATE HOSTS``: prints READY, then answers each line "costs" with one line of JSON: the
sums of all counters since the last such line, and the processor time and the highest memory of this process. The end of
its input ends it.
"""

from __future__ import annotations

import collections
import json
import pathlib
import resource
import sys

from lab.lab import Lab
from lab.persona import member

from .proc import peak

#: A member as it often is: old versions on, old ciphers, an order of suites of its own, mistyped and misplaced values.
PERSONA = "ex2016_ws2016_mistakes"


def costs(lab: Lab) -> dict[str, float]:
    """What was counted since the last call, by the names of ``Cost``."""
    total: collections.Counter[str] = collections.Counter()
    microseconds = 0
    for host in lab.hosts.values():
        counters = host.counters
        total["executions"] += sum(counters.executions.values())
        total["requests"] += sum(counters.requests.values())
        total["stdin"] += sum(counters.stdin.values())
        total["sent"] += sum(counters.bytes_in.values())
        total["received"] += sum(counters.bytes_out.values())
        microseconds += counters.microseconds
        counters.reset()
    used = resource.getrusage(resource.RUSAGE_SELF)
    lab_cpu = used.ru_utime + used.ru_stime
    return {**total, "on_hosts": microseconds / 1e6, "lab_cpu": lab_cpu, "lab_memory": peak()}


def main() -> None:
    """Serve."""
    engine, state, count = sys.argv[1:]
    names = [f"ex{number:03}" for number in range(1, int(count) + 1)]
    first = member(names[0], {"persona": PERSONA, "groups": ["exchange"]})
    members = [first, *(member(name, {"persona": PERSONA, "groups": ["exchange"]}) for name in names[1:])]
    with Lab(members, engine, pathlib.Path(state)).run() as lab:
        print("READY", flush=True)
        for _line in sys.stdin:
            print(json.dumps(costs(lab)), flush=True)


if __name__ == "__main__":
    main()
