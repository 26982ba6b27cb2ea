# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs one playbook, shows that it is alive, keeps its output in a file, and reads what came of it."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?P<name>.*)\] \*")
#: The one task that restarts a server (roles/harden/handlers).
_RESTART = "Reboot the server and wait until its automatic Exchange services run"
_CALLBACKS = pathlib.Path(__file__).resolve().parents[1] / "integration" / "callback_plugins"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run came to. ``changed``: hosts with changes. ``failures``: host -> sentence."""

    code: int
    hosts: tuple[str, ...]
    changed: tuple[str, ...]
    restarted: tuple[str, ...]
    failures: t.Mapping[str, str]
    log: pathlib.Path


def run(command: t.Sequence[str], environment: t.Mapping[str, str], log: pathlib.Path) -> Outcome:
    """Run ``command`` to its end; every task is a dot on the terminal, every line is in ``log``."""
    record = log.with_suffix(".jsonl")
    record.touch()
    recording = {
        "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "recorded",
        "RECORDED_RESULTS": str(record),
    }
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            env={**os.environ, **environment, **recording},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                file.write(line)
                if _TASK.match(line):
                    print(".", end="", flush=True)
        except BaseException:
            process.terminate()
            raise
        finally:
            print(flush=True)
    return read(record.read_text(encoding="utf-8").splitlines(), process.returncode, log)


def read(lines: t.Sequence[str], code: int, log: pathlib.Path) -> Outcome:
    """The outcome out of the results of all tasks, one line of JSON each."""
    results = [json.loads(line) for line in lines]
    failures: dict[str, str] = {}
    for one in results:
        if one["status"] in ("failed", "unreachable"):
            failures[one["host"]] = str(one["result"].get("msg", "no reason was given"))
    changed = [one for one in results if one["status"] == "ok" and one["result"].get("changed")]
    return Outcome(
        code=code,
        hosts=tuple(dict.fromkeys(one["host"] for one in results if one["host"] != "localhost")),
        changed=tuple(dict.fromkeys(one["host"] for one in changed)),
        restarted=tuple(one["host"] for one in changed if one["task"].endswith(_RESTART)),
        failures=failures,
        log=log,
    )


def die(sentence: str) -> t.NoReturn:
    """End the demonstration with one sentence."""
    print(f"demo: {sentence}", file=sys.stderr)
    raise SystemExit(1)
