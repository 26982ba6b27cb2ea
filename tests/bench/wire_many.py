# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many endpoints in one process: nginx listens on all of them, hardened."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import socket
import subprocess
import sys
import typing as t

from wire_servers.keys import Identity
from wire_servers.programs import HARDENED, nginx

from .wire_run import run_measured
from .wire_tools import ROOT

_PROBE = """
import json, re, sys
sys.path.insert(0, sys.argv[1])
import _wire
ports = json.load(open(sys.argv[2]))
found = _wire.probe_all([_wire.Question(_wire.endpoint("127.0.0.1", port, "x", "tls")) for port in ports])
lost = sum([len(one["versions"][name]["suites"]) for name in ("tls_1_2", "tls_1_3")] != [4, 3] for one in found)
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read()).group(1))
json.dump({"lost": lost, "connections": sum(one["connections"] for one in found), "peak": peak}, sys.stdout)
"""


@dataclasses.dataclass(frozen=True)
class ManyRun:
    """peak: the most memory that the process ever had, in KB. lost: endpoints whose seven suites were not all found."""

    endpoints: int
    seconds: float
    cpu: float
    connections: int
    peak: int
    lost: int


@contextlib.contextmanager
def estate(folder: pathlib.Path, identity: Identity, count: int) -> t.Iterator[list[int]]:
    """So many ports of one nginx."""
    with contextlib.ExitStack() as sockets:
        held = [sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for _number in range(count)]
        ports = [one.getsockname()[1] for one in held]
    with nginx(folder, (identity,), ports, "TLSv1.2 TLSv1.3", HARDENED):
        yield ports


def ours(folder: pathlib.Path, ports: t.Sequence[int]) -> ManyRun:
    """The prober, one process, one event loop."""
    file = folder / "ports.json"
    file.write_text(json.dumps(list(ports)))
    command = [sys.executable, "-I", "-c", _PROBE, str(ROOT / "plugins" / "module_utils"), str(file)]
    output, seconds, cpu = run_measured(command)
    said = json.loads(output)
    return ManyRun(len(ports), seconds, cpu, said["connections"], said["peak"], said["lost"])


def start_seconds() -> float:
    """Processor seconds that importing the prober adds to the start of Python."""
    folder = str(ROOT / "plugins" / "module_utils")
    bare = min(_cpu("pass", folder) for _again in range(5))
    return max(0.0, min(_cpu("import _wire", folder) for _again in range(5)) - bare)


def _cpu(statement: str, folder: str) -> float:
    script = f"import sys; sys.path.insert(0, {folder!r}); {statement}; import time; print(time.process_time())"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout)
