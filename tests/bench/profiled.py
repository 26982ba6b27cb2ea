# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m bench.profiled playbook ...`` is ``ansible-playbook ...`` with a profile of every process.

They lie in the folder ``$BENCH_PROFILES`` afterwards: ``main.prof`` and one ``worker-PID.prof`` for each worker.
"""

from __future__ import annotations

import cProfile
import os
import pathlib
import sys
import time
import typing as t

from ansible.cli.playbook import main
from ansible.executor.process.worker import WorkerProcess

FOLDER = pathlib.Path(os.environ["BENCH_PROFILES"])


def profiler() -> cProfile.Profile:
    """One that counts processor time: others have the machine meanwhile, and processes wait for each other."""
    return cProfile.Profile(time.process_time)


def _profiled(run: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    def worker(self: t.Any, *arguments: t.Any) -> t.Any:
        # Of the parent's profile the child has a copy that nobody reads.
        sys.setprofile(None)
        profile = profiler()
        try:
            return profile.runcall(run, self, *arguments)
        finally:
            # The parent ends a worker whose result it has: half a file would be read by nobody.
            name = f"worker-{os.getpid()}-{time.monotonic_ns()}"
            profile.dump_stats(FOLDER / f".{name}")
            (FOLDER / f".{name}").rename(FOLDER / f"{name}.prof")

    return worker


if __name__ == "__main__":
    WorkerProcess._run = _profiled(WorkerProcess._run)
    main_profile = profiler()
    try:
        main_profile.runcall(main, ["ansible-playbook", *sys.argv[1:]])
    finally:
        main_profile.dump_stats(FOLDER / "main.prof")
