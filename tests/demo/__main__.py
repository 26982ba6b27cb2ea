# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make demo``: the main job on a simulated estate, from the first audit to the proof, and a second pass that finds
nothing to do.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import pathlib
import shutil
import subprocess
import sys
import time
import typing as t

from . import playbook
from .steps import GOVERNED, OVERLAY, STEPS, Step
from .summary import before_and_after

_ROOT = pathlib.Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def estate(out: pathlib.Path, engine: str) -> t.Iterator[pathlib.Path]:
    """The simulated estate, running; yields its inventory. Nothing of it is left when the block ends."""
    inventory = out / "inventory.yml"
    command = [sys.executable, "-m", "lab", "serve", "--engine", engine]
    command += [
        "--estate",
        str(_ROOT / "tests/lab/estates/demo.yml"),
        "--state",
        str(out / "lab"),
        "--inventory",
        str(inventory),
    ]
    log = (out / "lab.log").open("w", encoding="utf-8")
    with (
        log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            if not any("READY" in line for line in process.stdout or ()):
                playbook.die(f"the simulated estate did not start; the reason is in {log.name}")
            yield inventory
        finally:
            process.terminate()


def command_of(step: Step, inventory: pathlib.Path, out: pathlib.Path, forks: int) -> list[str]:
    """The line that a user would type for this step."""
    command = ["ansible-playbook", f"msexchange.tls.{step.playbook}", "-i", str(inventory), "-f", str(forks)]
    variables = {
        **step.variables,
        "msexchange_tls_serial": "100%",
        "msexchange_tls_reboot": "always",
        "msexchange_tls_report_dir": str(out / "reports"),
    }
    for name, value in variables.items():
        command += ["-e", f"{name}={value}"]
    command += ["-e", f'{{"msexchange_tls_overlays": ["{out / "overlay.yml"}"]}}']
    return command + (["--limit", step.limit] if step.limit else [])


def check(step: Step, outcome: playbook.Outcome) -> str:
    """What is wrong with the outcome of a step; empty if it is as it must be."""
    if step.refused:
        if outcome.code == 0:
            return "this stage had to be refused and was not"
        return (
            ""
            if any(step.refused in words for words in outcome.failures.values())
            else "it failed, but not for the reason that was due"
        )
    if outcome.code:
        return next(iter(outcome.failures.values()), "the run failed")
    if step.unchanged and (outcome.changed or outcome.restarted):
        return f"a second pass changed {', '.join(outcome.changed + outcome.restarted)}"
    return ""


def tell(step: Step, outcome: playbook.Outcome, seconds: float) -> None:
    """A line or two about what came of a step."""
    numbers = f"{len(outcome.hosts)} servers, {len(outcome.changed)} changed, {len(outcome.restarted)} restarted"
    print(f"   {numbers}, {seconds:.0f} s", flush=True)
    if step.refused:
        print(f"   refused, as it must be: {next(iter(outcome.failures.values()))}", flush=True)


def main() -> int:
    """Tell the story; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--out", default="out/demo", help="folder for reports and logs")
    parser.add_argument("--engine", default="emulated", choices=["emulated", "powershell"])
    parser.add_argument("--forks", type=int, default=6, help="how many servers Ansible works on at a time")
    options = parser.parse_args()
    out = pathlib.Path(options.out).resolve()
    shutil.rmtree(out, ignore_errors=True)
    (out / "logs").mkdir(parents=True)
    until = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=180)
    (out / "overlay.yml").write_text(OVERLAY.format(until=until.isoformat(), host=GOVERNED), encoding="utf-8")
    print("Starting a simulated estate of six servers on loopback", flush=True)
    started = time.monotonic()
    with estate(out, options.engine) as inventory:
        for number, step in enumerate(STEPS, 1):
            print(f"\n{number:2}. {step.title}\n   ", end="", flush=True)
            begun = time.monotonic()
            outcome = playbook.run(
                command_of(step, inventory, out, options.forks),
                {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOST_KEY_CHECKING": "0", "ANSIBLE_RETRY_FILES_ENABLED": "0"},
                out / "logs" / f"{number:02}-{step.playbook}.log",
            )
            if wrong := check(step, outcome):
                playbook.die(f"step {number} ({step.title}): {wrong}\nIts whole output is in {outcome.log}")
            tell(step, outcome, time.monotonic() - begun)
    print(f"\nAll plays together took {time.monotonic() - started:.0f} s.\n")
    print(before_and_after(out / "reports"))
    print(f"Reports of every run: {out / 'reports'}\nOutput of every run:  {out / 'logs'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
