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

_RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<changed>\d+)\s+unreachable=\d+\s+failed=\d+")
_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?P<name>.*)\] \*")
_FATAL = re.compile(r"^fatal: \[(?P<host>[^\]]+?)(?: -> [^\]]*)?\]: .*?=> (?P<json>\{.*\})\s*$")


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
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        lines: list[str] = []
        try:
            for line in process.stdout or ():
                file.write(line)
                lines.append(line.rstrip("\n"))
                if _TASK.match(line):
                    print(".", end="", flush=True)
        except BaseException:
            process.terminate()
            raise
        finally:
            print(flush=True)
    return read(lines, process.returncode, log)


def read(lines: t.Sequence[str], code: int, log: pathlib.Path) -> Outcome:
    """The outcome out of the lines that the default callback prints."""
    task, restarted, failures, recap = "", [], {}, []
    for line in lines:
        if match := _TASK.match(line):
            task = match["name"]
        elif line.startswith("changed: [") and "Reboot the server" in task:
            restarted.append(line.split("[")[1].split("]")[0])
        elif match := _FATAL.match(line):
            failures.setdefault(match["host"], _message(match["json"]))
        elif match := _RECAP.match(line):
            recap.append(match)
    return Outcome(
        code=code,
        hosts=tuple(match["host"] for match in recap),
        changed=tuple(match["host"] for match in recap if match["changed"] != "0"),
        restarted=tuple(restarted),
        failures=failures,
        log=log,
    )


def _message(text: str) -> str:
    try:
        return str(json.loads(text).get("msg", text))
    except ValueError:
        return text


def die(sentence: str) -> t.NoReturn:
    """End the demonstration with one sentence."""
    print(f"demo: {sentence}", file=sys.stderr)
    raise SystemExit(1)
