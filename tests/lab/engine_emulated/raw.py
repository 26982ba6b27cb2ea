# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain commands: the ones that ansible.windows.win_reboot runs and the harden role's question whether the Exchange
services run.
"""

from __future__ import annotations

import json
import re
import typing as t

from ..result import Output

if t.TYPE_CHECKING:
    from ..host import LabHost

_SHUTDOWN = re.compile(r"shutdown(?:\.exe)?\s+/r\s+/t\s+(\d+)", re.IGNORECASE)
_IGNORED = re.compile(r"@\(([^()]*)\)\s+-notcontains\s+\$_\.Name\b", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_TOKEN = re.compile(r"'(success-[0-9a-f-]{36})'")
NO_SHUTDOWN_IN_PROGRESS = 1116


def is_about_power(script: str) -> bool:
    """Whether the command is about a restart or the services after it, which only the lab can answer."""
    return _handler(script) not in (None, _whoami, _hostname)


def _handler(script: str) -> t.Callable[[LabHost, str], Output] | None:
    for words, handler in _COMMANDS:
        if all(word.lower() in script.lower() for word in words):
            return handler
    return None


def run(host: LabHost, script: str) -> Output:
    """The output of a raw command."""
    handler = _handler(script)
    if handler is not None:
        return handler(host, script)
    first = next((line.strip() for line in script.splitlines() if line.strip()), "")
    known = "; ".join(" ... ".join(words) for words, _handler in _COMMANDS)
    text = f"The lab has no answer for the raw command {first[:120]!r}; it knows those with the words: {known}."
    host.unanswered.append(text)
    return Output(b"", text.encode("utf-8"), 1)


def _boot_time(host: LabHost, script: str) -> Output:
    return Output(f"{host.boot}\r\n".encode())


def _shutdown(host: LabHost, script: str) -> Output:
    match = _SHUTDOWN.search(script)
    code, text = host.shut_down(int(match.group(1)) if match else 0)
    return Output(json.dumps({"stdout": "", "stderr": text, "rc": code}).encode() + b"\r\n")


def _abort(host: LabHost, script: str) -> Output:
    return (
        Output(b"")
        if host.abort_shutdown()
        else Output(
            b"",
            b"Unable to abort the system shutdown because no shutdown was in progress.(1116)\r\n",
            NO_SHUTDOWN_IN_PROGRESS,
        )
    )


def _logged_on(host: LabHost, script: str) -> Output:
    """The logon screen's own key: there once the start is complete."""
    token = _TOKEN.search(script)
    if host.is_ready() and token:
        return Output(f"\r\n    Hive: HKEY_LOCAL_MACHINE\r\n\r\n{token.group(1)}\r\n".encode())
    return Output(b"", b"Get-Item : Cannot find the key AutoLogonChecked because it does not exist.\r\n", 1)


def _exchange_services(host: LabHost, script: str) -> Output:
    """Exit code 1 while an automatic service of Exchange does not run, unless the script names it among the ignored."""
    ignored = set(_QUOTED.findall(listed.group(1))) if (listed := _IGNORED.search(script)) else set()
    waiting = [
        service.name
        for service in host.services()
        if service.name.startswith("MSExchange") and service.start == "auto" and not service.running
    ]
    return Output(b"", b"", 1 if set(waiting) - ignored else 0)


def _whoami(host: LabHost, script: str) -> Output:
    return Output(f"{host.computer.lower()}\\ansible\r\n".encode())


def _hostname(host: LabHost, script: str) -> Output:
    return Output(f"{host.computer}\r\n".encode())


_COMMANDS: tuple[tuple[tuple[str, ...], t.Callable[[LabHost, str], Output]], ...] = (
    (("shutdown", "/r", "/t"), _shutdown),
    (("shutdown", "/a"), _abort),
    (("Win32_OperatingSystem", "LastBootUpTime"), _boot_time),
    (("AutoLogonChecked", "success-"), _logged_on),
    (("Get-Service", "MSExchange*"), _exchange_services),
    (("Win32_Service", "MSExchange%"), _exchange_services),
    (("whoami",), _whoami),
    (("hostname",), _hostname),
)
