# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timer that takes a change back, emulated: host_revert when it is armed, disarmed, confirmed and started.

The task itself is a name in ``host.tasks``; whoever plays the scheduler calls :func:`fire`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import typing as t

from ..clock import TICKS_PER_SECOND
from ..filesystem import FileError
from ..registry import RegistryError, text_of
from . import journal, write_calls
from .operations import Operation, State

if t.TYPE_CHECKING:
    from ..host import LabHost

Data = dict[str, t.Any]
PREFIX = "msexchange_tls-"
SAME_BOOT = 10 * TICKS_PER_SECOND
_LEFT = -1
_TIMERS = ("armed", "confirmed", "reverted", "rolled_back")
_PATH = re.compile(r"(HKEY_LOCAL_MACHINE|HKEY_USERS)(\\[^\\\0]{1,255})+", re.IGNORECASE)


class TimerError(Exception):
    """What the script says before it ends with 1."""


class _TornError(Exception):
    """The journal is not one."""


def section(change: str, revert: t.Mapping[str, t.Any]) -> Data:
    """What host_write puts into the journal."""
    return {
        "task": PREFIX + change,
        "state": "armed",
        "deadline": None,
        **{name: revert[name] for name in ("after", "after_boot", "over_tls")},
        "boot": None,
        "at": None,
        "restart": False,
    }


def arm(host: LabHost, change: str, revert: t.Mapping[str, t.Any]) -> str:
    """Saves script and definition, makes the task; the deadline. Raises FileError and TimerError."""
    base = f"{journal.FOLDER}\\{change}"
    host.files.write(f"{base}.ps1", base64.b64decode(revert["script"]))
    host.files.write(f"{base}.xml", revert["task"].encode("ascii"))
    if host.faults.no_scheduler():
        _clean(host, change)
        raise TimerError(f"the task {PREFIX}{change} cannot be made: ERROR: The Task Scheduler service is not running.")
    host.tasks[PREFIX + change] = revert["task"]
    return str(host.steady() + revert["after"] * TICKS_PER_SECOND)


def disarm(host: LabHost, change: str) -> None:
    """Removes the task and its files."""
    host.tasks.pop(PREFIX + change, None)
    _clean(host, change)


def stop(host: LabHost, change: str, how: str) -> None:
    """Ends the timer of a change that stays (confirmed) or is gone by a later one (rolled_back). Raises TimerError."""
    path = journal.path_of(change)
    if not host.files.get(path):
        raise TimerError(f"Could not find file '{path}'.")
    try:
        content = _read(host, change)
    except _TornError as error:
        raise TimerError(str(error)) from error
    if content["revert"]["at"] is None:
        content["revert"]["state"] = how
        host.files.write(path, journal.dump(content))
    elif how == "confirmed":
        raise TimerError("it was taken back already, because nobody confirmed it in time")
    disarm(host, change)


def fire(host: LabHost, name: str) -> bool:
    """What the task does when it is started; whether it has Windows restart."""
    change = name.removeprefix(PREFIX)
    if journal.folder_problem(host):
        return False
    try:
        return _revert(host, change)
    except FileError:
        return False  # Tried again when the task starts next.
    except _TornError as error:
        disarm(host, change)
        text = f"The change {change} was NOT taken back and nothing was written: its journal cannot be understood"
        _note(host, change, f"{text} ({error}).")
    except TimerError as error:
        _note(host, change, f"The change {change} could not be taken back: {error}")
    return False


def _revert(host: LabHost, change: str) -> bool:
    path = journal.path_of(change)
    content = _read(host, change) if host.files.get(path) else None
    if content is None or content["revert"]["state"] != "armed" or content["state"] == "put_back":
        disarm(host, change)
        return False
    if _is_rolled_back(host, change):
        stop(host, change, "rolled_back")
        return False
    if not _is_due(host, content):
        return False
    left = []
    for item in reversed(content["operations"]):
        code = _restore(host, item)
        if code == _LEFT:
            left.append(f"{item['path']} {item['name'] or ''}")
        elif code:
            raise TimerError(f"{item['path']} {item['name'] or ''} cannot be put back now: {text_of(code)}")
    needs_boot = content["reboot_required"]
    is_cut = _is_later(host, content) and content["revert"]["over_tls"]
    restart = needs_boot and (_in_maintenance(host) or is_cut)
    now = str(host.clock.now())
    content["state"] = "reverted"
    content["closed"] = content["closed"] or now
    content["revert"].update(state="reverted", boot=str(host.boot), at=now, restart=restart)
    host.files.write(path, journal.dump(content))
    disarm(host, change)
    what = f"; left alone, because somebody changed them since: {', '.join(left)}" if left else ""
    rest = " Windows restarts in a minute." if restart else " A restart is owed." if needs_boot else ""
    _note(host, change, f"The change {change} was not confirmed in time and was taken back{what}.{rest}")
    return bool(restart)


def _is_rolled_back(host: LabHost, change: str) -> bool:
    """Whether the journal of a later change says that it took this one back."""
    for name, data in host.journal_files().items():
        if name.endswith(".json") and data.startswith(b'{"contract":1,"id":'):
            with contextlib.suppress(ValueError):
                found = json.loads(data)
                if found["state"] == "closed" and change in found["meta"].get("of", "").split(" "):
                    return True
    return False


def _is_due(host: LabHost, content: Data) -> bool:
    timer = content["revert"]
    due = timer["deadline"] is not None and host.steady() >= int(timer["deadline"])
    if _is_later(host, content):
        delays = [timer["after"], *([timer["after_boot"]] if timer["after_boot"] else [])]
        due = due or any(host.uptime() >= delay * TICKS_PER_SECOND for delay in delays)
    return due


def _is_later(host: LabHost, content: Data) -> bool:
    return abs(int(content["boot"]) - host.boot) > SAME_BOOT


def _in_maintenance(host: LabHost) -> bool:
    if host.persona.exchange is None or host.in_service():
        return False
    return not host.persona.dag or not host.in_service("HighAvailability")


def _restore(host: LabHost, item: Data) -> int:
    """0, the Win32 code, or _LEFT where somebody changed it since."""
    before, after = _state(item["before"]), _state(item["after"])
    operation = Operation(item["op"], item["path"], item["name"], after, before)
    if not operation.is_key:
        try:
            value = host.registry.value(operation.path, operation.name or "")
        except RegistryError as error:
            return error.code
        now = (value.kind, value.content) if value else None
        if now not in (before, after):
            return _LEFT
        if now != before and before is not None:
            for path in write_calls.missing_keys(host.registry, operation.path):
                host.registry.create(path)
    return write_calls.take_back(host.registry, operation, before, item["created_keys"])


def _state(found: Data) -> State:
    if not found["exists"] or "kind" not in found:
        return None
    return found["kind"], base64.b64decode(found["data"])


def _read(host: LabHost, change: str) -> Data:
    """The journal, if it is one in every part that counts. Raises FileError and _TornError."""
    text = host.files.read(journal.path_of(change)).decode("latin-1")
    try:
        content: Data = json.loads(text)
        timer = content["revert"]
        known = content["contract"] == 1 and content["id"] == change and timer["task"] == PREFIX + change
        states = ("open", "closed", "put_back", "put_back_failed", "reverted")
        if not known or content["state"] not in states or timer["state"] not in _TIMERS:
            raise _TornError("it does not begin as host_write writes it")
        for item in content["operations"]:
            if item["op"] not in ("set", "delete_value", "delete_key") or not _PATH.fullmatch(item["path"]):
                raise _TornError("an operation is none")
            _state(item["before"])
            _state(item["after"])
    except (ValueError, KeyError, TypeError) as error:
        raise _TornError("it does not begin as host_write writes it") from error
    return content


def _clean(host: LabHost, change: str) -> None:
    for end in (".ps1", ".xml"):
        host.files.delete(f"{journal.FOLDER}\\{change}{end}")


def _note(host: LabHost, change: str, text: str) -> None:
    path = f"{journal.FOLDER}\\{change}.log"
    found = host.files.get(path)
    host.files.add(path, (found.content if found else b"") + f"{text}\r\n".encode())
