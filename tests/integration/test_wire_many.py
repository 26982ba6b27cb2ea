# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate at once: hundreds of endpoints in one process, none lost, in little memory."""

from __future__ import annotations

import json
import pathlib
import resource
import subprocess
import sys

import pytest
from wire_servers.many import many
from wire_servers.model import TLS_1_3, Model

pytestmark = pytest.mark.proves("wire_gentle")

ROOT = pathlib.Path(__file__).parents[2]
ENDPOINTS = 600
MEMORY = 64 * 1024
#: As Windows Server 2022 with the profile of today: eleven connections.
HARDENED = Model({0x0303: (0xC030, 0xC02F, 0xC014, 0xC013), TLS_1_3: (0x1302, 0x1303, 0x1301)})
COST = 11

#: VmHWM and not ru_maxrss, which remembers what the parent of a process had.
PROBE = """
import json, re, sys
sys.path.insert(0, sys.argv[1])
import _wire
ports = json.load(sys.stdin)
found = _wire.probe_all([_wire.Question(_wire.endpoint("127.0.0.1", port, "x", "tls")) for port in ports])
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read()).group(1))
for one in found:
    del one["port"]
json.dump({"endpoints": len(found), "kinds": len({json.dumps(one) for one in found}), "first": found[0], "peak": peak},
          sys.stdout)
"""


@pytest.mark.skipif(
    not pathlib.Path("/proc/self/status").exists(), reason="the peak of memory is read as Linux tells it"
)
def test_six_hundred_endpoints_lose_nothing_and_fit_into_64_megabytes() -> None:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < ENDPOINTS + 300:
        pytest.skip(f"{soft} open files are too few for {ENDPOINTS} servers in this process")
    with many(ENDPOINTS, HARDENED) as servers:
        command = [sys.executable, "-I", "-c", PROBE, str(ROOT / "plugins" / "module_utils")]
        done = subprocess.run(command, input=json.dumps(servers.ports), capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert (seen["endpoints"], seen["kinds"]) == (ENDPOINTS, 1)
    assert seen["first"]["status"] == "answered"
    assert [row["id"] for row in seen["first"]["versions"]["tls_1_2"]["suites"]] == list(HARDENED.lists[0x0303])
    assert servers.connections == ENDPOINTS * COST
    assert seen["peak"] <= MEMORY
