# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m lab serve``: an estate that lives until SIGTERM or the end of its parent."""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import threading

from .control import Control
from .host import Timing
from .lab import Lab
from .persona import PersonaError


def main(arguments: list[str] | None = None) -> int:
    """Exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab")
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
    serve.add_argument(
        "--control", type=pathlib.Path, help="Unix socket to look at the hosts and to change them (lab/control.py)"
    )
    options = parser.parse_args(arguments)
    if options.control and options.engine != "emulated":
        parser.error("--control looks at the simulated registry; only the engine 'emulated' has one")
    try:
        return _serve(options)
    except (PersonaError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
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
        with contextlib.ExitStack() as stack:
            if options.control:
                control = Control(options.control, lab.hosts, finished.set)
                lab.call(control.open())
                stack.callback(lambda: lab.call(control.close()))
            print("READY", flush=True)
            while not finished.wait(0.5):
                if os.getppid() != parent:
                    break
    return 0


if __name__ == "__main__":
    sys.exit(main())
