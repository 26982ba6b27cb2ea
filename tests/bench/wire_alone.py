# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one endpoint costs the prober itself: asked directly, without the start of Python and with nothing in between.

Where a round trip of 20 ms is wanted there has to be something in between.
"""

from __future__ import annotations

import dataclasses
import json
import sys

from .wire_run import run_measured
from .wire_tools import ROOT

#: Odd, for the median.
TIMES = 5
#: Connections at a time, as it ships; and what somebody sets where round trips are long. A daemon with a short backlog
#: (xrdp) loses one of four that come at once, and the system asks again a second later.
NEAR, DISTANT = 2, 4
_PROBE = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import _wire
runs = []
for _again in range(int(sys.argv[2])):
    where = [_wire.Question(_wire.endpoint("127.0.0.1", int(sys.argv[3]), "x", sys.argv[4]))]
    wall, used = time.monotonic(), time.process_time()
    (found,) = _wire.probe_all(where, "inventory", _wire.Limits(parallel=int(sys.argv[5]), ehlo_name="probe.example"))
    runs.append([time.monotonic() - wall, time.process_time() - used, found["connections"]])
json.dump(runs, sys.stdout)
"""


@dataclasses.dataclass(frozen=True)
class Alone:
    """Medians. ``seconds``: on the clock. ``cpu``: of the prober."""

    seconds: float
    cpu: float
    connections: int


def alone(port: int, transport: str, parallel: int) -> Alone:
    """One inventory of it. parallel: connections at a time."""
    wire = str(ROOT / "plugins" / "module_utils")
    command = [sys.executable, "-I", "-c", _PROBE, wire, str(TIMES), str(port), transport, str(parallel)]
    runs = json.loads(run_measured(command)[0])
    seconds, cpu, connections = (sorted(column)[TIMES // 2] for column in zip(*runs, strict=True))
    return Alone(seconds, cpu, connections)
