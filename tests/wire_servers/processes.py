# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start a program, wait until its port answers, end exactly it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import typing as t

# Generous: two cores are shared by all tests, and nothing here asserts a time.
PATIENCE = 60.0


#: Programs that may lie anywhere, unpacked and not installed -> the variable that names their file.
UNPACKED = {
    "exim4": "MSEXCHANGE_TLS_EXIM",
    "node-0.10.42": "MSEXCHANGE_TLS_OLD_NODE",
    "node-0.12.9": "MSEXCHANGE_TLS_OLD_NODE_EXPORT",
}


def program(name: str) -> str | None:
    """Path of a program, system folders included, None when it is not installed."""
    unpacked = os.environ.get(UNPACKED.get(name, ""))
    if unpacked:
        return unpacked
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def wait_for(port: int, process: subprocess.Popen[bytes], log: pathlib.Path, host: str) -> None:
    end = time.monotonic() + PATIENCE
    while not answers(port, host):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(
                f"{process.args!r} does not listen on {port}:\n{log.read_text(errors='replace')[-2000:]}"
            )
        time.sleep(0.05)


@contextlib.contextmanager
def running(
    command: t.Sequence[object], port: int, log: pathlib.Path, host: str = "127.0.0.1", **options: t.Any
) -> t.Iterator[int]:
    """Run a server until the block ends; gives its port. The whole process group is ended, and nothing else."""
    words = [str(word) for word in command]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True, **options
        )
    try:
        wait_for(port, process, log, host)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
