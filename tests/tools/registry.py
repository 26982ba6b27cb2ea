# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry excerpts for tests: a few lines in the form of a ``.reg`` file become an observation and a state."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import REG_DWORD, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeOperation,
    FileFact,
    KeyRequest,
    Machine,
    Observation,
    ReadError,
    RegistryKey,
    RegistryValue,
    Revert,
    from_reg_export,
    join_path,
    nest,
    path_key,
    split_path,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state

#: A boot, and moments before and after it (FILETIME, 2025-12-01 11:00 UTC and an hour each).
HOUR = 36_000_000_000
BOOT = 134_090_604_000_000_000
BEFORE, AFTER, NOW = BOOT - HOUR, BOOT + HOUR, BOOT + 2 * HOUR

_SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
#: Short names for the excerpts.
_SHORT: t.Mapping[str, str] = {
    "[SCHANNEL": f"[{_SCHANNEL}",
    "[-SCHANNEL": f"[-{_SCHANNEL}",
    "[POLICY_SSL]": r"[HKLM\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002]",
    "[LOCAL_SSL]": r"[HKLM\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002]",
    "[WINHTTP]": r"[HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp]",
    "[WINHTTP32]": r"[HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp]",
    "[DOTNET]": r"[HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319]",
    "[DOTNET32]": r"[HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319]",
}


def multi(*names: str) -> str:
    """``hex(7):`` data of a REG_MULTI_SZ."""
    data = ("".join(name + "\0" for name in names) + "\0").encode("utf-16-le")
    return "hex(7):" + ",".join(f"{byte:02x}" for byte in data)


def excerpt(text: str) -> bytes:
    """The bytes of a ``.reg`` file for a short excerpt."""
    for short, long in _SHORT.items():
        text = text.replace(short, long)
    text = text.replace("[HKLM\\", "[HKEY_LOCAL_MACHINE\\").replace("[-HKLM\\", "[-HKEY_LOCAL_MACHINE\\")
    return ("Windows Registry Editor Version 5.00\n\n" + text).encode("utf-16")


def exported(text: str, os: str = "ws2016", exchange: str | None = "none", role: str | None = None) -> Observation:
    """The observation of an export that holds the excerpt."""
    return from_reg_export(excerpt(text), os=os, exchange=exchange, role=role, catalogue=load()).observation


def on_host(
    text: str,
    os: str = "ws2016",
    exchange: str | None = "none",
    role: str | None = None,
    *,
    boot: int | None = BOOT,
    written: t.Mapping[str, int | None] | None = None,
    journal: t.Sequence[ChangeHeader] = (),
    errors: t.Sequence[ReadError] = (),
    files: t.Sequence[FileFact] = (),
) -> Observation:
    """What a host answers that was asked for everything and has only the excerpt.

    ``written``: times of keys (short names allowed, without brackets); all others were written before the boot.
    """
    times = {path_key(long_path(path)): time for path, time in (written or {}).items()}

    observation = exported(text, os, exchange, role)
    asked = tuple(_request(entry) for entry in load().reading["keys"])
    keys = _as_a_host_answers(observation, asked)
    return dataclasses.replace(
        observation,
        origin="host",
        machine=Machine("EX01", "example.org", NOW, boot, "5.1.14393.1", True),
        keys=nest({place: _timed(key, times.get(place, BEFORE)) for place, key in keys.items()}),
        journal=tuple(journal),
        errors=tuple(errors),
        files=tuple(files),
        asked=asked,
    )


def _request(entry: t.Mapping[str, t.Any]) -> KeyRequest:
    values = tuple(entry["values"]) if "values" in entry else None
    return KeyRequest(entry["path"], 0 if "named_by" in entry else entry["depth"], values)


def _as_a_host_answers(observation: Observation, asked: t.Sequence[KeyRequest]) -> dict[tuple[str, ...], RegistryKey]:
    """The keys of an excerpt with what a host adds.

    The keys above them, and every key that was asked for and is not there; without the values that were not asked for.
    """
    keys = {path_key(key.path): key for key in observation.walk()}
    roots = [path_key(request.path) for request in asked]
    for key in [key for key in keys.values() if key.exists]:
        parts = split_path(key.path)
        for length in range(1, len(parts)):
            above = join_path(*parts[:length])
            if any(path_key(above)[: len(root)] == root for root in roots):
                keys.setdefault(path_key(above), RegistryKey(above, True))
    for request in asked:
        key = keys.setdefault(path_key(request.path), RegistryKey(request.path, False))
        if request.values is not None:
            names = {name.upper() for name in request.values}
            chosen = tuple(value for value in key.values if value.name.upper() in names)
            keys[path_key(request.path)] = dataclasses.replace(key, values=chosen)
    return keys


def _timed(key: RegistryKey, written: int | None) -> RegistryKey:
    return dataclasses.replace(key, written=written if key.exists else None)


def state_of(text: str, os: str = "ws2016", exchange: str | None = "none", **more: t.Any) -> State:
    """The state of a host with the excerpt (see :func:`on_host`)."""
    return read_state(on_host(text, os, exchange, **more), load())


def change(
    name: str = "change-0001",
    *,
    state: str = "closed",
    started: int | None = AFTER,
    closed: int | None = AFTER,
    boot: int | None = BOOT,
    reboot_required: bool = True,
    values: t.Sequence[tuple[str, str]] = (),
    error: str = "",
    operations: t.Sequence[ChangeOperation] = (),
    meta: t.Mapping[str, str] | None = None,
    revert: Revert | None = None,
) -> ChangeHeader:
    """A change as its journal tells it; key paths may use the short names without brackets. ``values``: for one whose
    operations do not matter.
    """
    touched = tuple((long_path(path), name) for path, name in values)
    touched += tuple((one.path, one.name) for one in operations)
    return ChangeHeader(
        name,
        state,
        started,
        closed,
        boot,
        reboot_required,
        meta or {},
        touched,
        error,
        operations=tuple(operations),
        revert=revert,
    )


def written(
    path: str, name: str, before: int | None, after: int | None, created_keys: t.Sequence[str] = ()
) -> ChangeOperation:
    """A REG_DWORD that a change wrote or deleted; None = absent."""
    old, new = (None if number is None else RegistryValue(name, REG_DWORD, number) for number in (before, after))
    created = tuple(long_path(key) for key in created_keys)
    return ChangeOperation("delete_value" if after is None else "set", long_path(path), name, old, new, created)


def long_path(path: str) -> str:
    """The path that a short name stands for."""
    for short, long in _SHORT.items():
        name = short.strip("[]-")
        if path == name or path.startswith(name + "\\"):
            path = long.strip("[]-") + path[len(name) :]
            break
    return path.replace("HKLM\\", "HKEY_LOCAL_MACHINE\\", 1)
