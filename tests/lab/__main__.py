# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.lab serve``: an estate that lives until SIGTERM or the end of its parent."""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import signal
import sys
import threading

from .host import Timing
from .lab import Lab
from .persona import PersonaError


def main(arguments: list[str] | None = None) -> int:
    """Exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="start an estate, print READY, stay until SIGTERM or the parent's end")
    serve.add_argument(
        "--estate", type=pathlib.Path, required=True, help="file of the estate (tests/lab/estates/*.yml)"
    )
    serve.add_argument("--state", type=pathlib.Path, required=True, help="folder for certificates and engine hosts")
    serve.add_argument(
        "--inventory", type=pathlib.Path, help="where to put the Ansible inventory (default: STATE/inventory.yml)"
    )
    serve.add_argument("--engine", choices=("emulated", "powershell"), default="emulated")
    serve.add_argument("--down", type=float, default=Timing.down, help="seconds that a restart takes")
    serve.add_argument(
        "--services",
        type=float,
        default=Timing.services,
        help="seconds after a restart until the Exchange services run",
    )
    options = parser.parse_args(arguments)
    try:
        return _serve(options)
    except (PersonaError, OSError) as error:
        print(f"tests.lab: {error}", file=sys.stderr)
        return 1


def _serve(options: argparse.Namespace) -> int:
    finished = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *dummy: finished.set())
    parent = os.getppid()
    with Lab.estate(
        options.estate, options.engine, options.state, Timing(down=options.down, services=options.services)
    ) as lab:
        if options.inventory:
            options.inventory.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(lab.inventory_path, options.inventory)
        print("READY", flush=True)
        while not finished.wait(0.5):
            if os.getppid() != parent:
                break
    return 0


if __name__ == "__main__":
    sys.exit(main())
