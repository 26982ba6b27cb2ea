# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From words to an exit status: read, ask, judge, show."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import os
import pathlib
import sys
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import CallerError, observe
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import CatalogueError, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import ClientsError
from ansible_collections.msexchange.tls.plugins.plugin_utils._inquiry import InquiryError, inquire

from .arguments import Command, read_command
from .ending import Exit, exit_status
from .progress import Progress
from .table import table
from .usage import UsageError

_MISTAKES = (UsageError, CallerError, InquiryError, ClientsError, CatalogueError)
_STANDARD_OUTPUT = "-"


class OutputError(Exception):
    """The answer cannot be shown; one sentence."""


def main(words: t.Sequence[str]) -> int:
    """``words``: what follows the name of the command. Gives the exit status; see ``Exit``."""
    progress = Progress(sys.stderr)
    try:
        return _scan(read_command(words), progress)
    except _MISTAKES as error:
        _say(str(error))
        return Exit.USAGE
    except KeyboardInterrupt:
        progress.clear()
        _say("Stopped before all had answered; nothing was judged.")
        return Exit.STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        _give_up_output()
        return Exit.STOPPED
    except OutputError as error:
        _give_up_output()
        _say(str(error))
        return Exit.USAGE


def _scan(command: Command, progress: Progress) -> int:
    file = _output(command.json)
    inquiry = inquire(command.options, _own_clients(command.options["clients"]), load())
    observed = observe(inquiry.question, progress)
    progress.clear()
    result = inquiry.conclude(observed, datetime.datetime.now(datetime.timezone.utc).date())
    # Nothing but ASCII: whatever a peer sent, no terminal is steered by it.
    text = json.dumps(result, indent=2) + "\n"
    try:
        if file is not None:
            _write(file, text)
    finally:
        # Neither takes the other along: what was found out took minutes.
        _show(text if command.json == _STANDARD_OUTPUT else table(result))
    return exit_status(result)


def _output(name: str | None) -> pathlib.Path | None:
    """The file to write; that it cannot be there is said before the first connection."""
    if name is None or name == _STANDARD_OUTPUT:
        return None
    file = pathlib.Path(name)
    try:
        possible = file.parent.is_dir() and not file.is_dir()
    except OSError as error:
        raise UsageError(f"--json: {name} cannot be written: {error.strerror}.") from error
    if not possible:
        raise UsageError(f"--json: {name} cannot be written, there is no folder {file.parent} or it is one itself.")
    return file


def _write(file: pathlib.Path, text: str) -> None:
    try:
        file.write_text(text, encoding="ascii")
    except OSError as error:
        raise UsageError(f"--json: {file} cannot be written: {error.strerror}.") from error


def _own_clients(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return pathlib.Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"--clients: {name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--clients: {name} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error


def _show(text: str) -> None:
    if sys.stdout is None:
        raise OutputError("What was found cannot be shown: standard output is closed. Write it to a file with --json.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"What was found cannot be shown: {error.strerror}. Let it go elsewhere.") from error


def _give_up_output() -> None:
    """Python would complain when it flushes the rest at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str) -> None:
    # The exit status says it too, and there is nowhere else to say it.
    with contextlib.suppress(AttributeError, OSError):
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()
