# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An observation: what a host (or a .reg export) said, typed and unjudged."""

from __future__ import annotations

import dataclasses
import typing as t

#: REG_DWORD -> int, REG_QWORD -> int, REG_SZ/REG_EXPAND_SZ -> str, REG_MULTI_SZ -> tuple of str, all else and non-canonical -> bytes
Data = t.Union[int, str, tuple[str, ...], bytes]


@dataclasses.dataclass(frozen=True)
class RegistryValue:
    """One value. ``raw``: data are the bytes as found, because the kind has no text form or the bytes are not canonical for it."""

    name: str
    kind: int
    data: Data
    raw: bool = False


@dataclasses.dataclass(frozen=True)
class RegistryKey:
    """One key with its values and the subkeys that were asked for.

    ``exists``: None = could not be read (the reason is in Observation.errors). ``written``: last-write time, FILETIME (100 ns since 1601), None = unknown.
    """

    path: str
    exists: bool | None
    written: int | None = None
    values: tuple[RegistryValue, ...] = ()
    keys: tuple[RegistryKey, ...] = ()


@dataclasses.dataclass(frozen=True)
class ReadError:
    """A key or file that could not be read: Win32 error code (5 = access denied) and the host's words."""

    path: str
    code: int
    text: str


@dataclasses.dataclass(frozen=True)
class FileFact:
    """A file that was asked for; version as Windows prints it, content only where it was asked for."""

    path: str
    exists: bool | None
    version: str | None = None
    content: bytes | None = None


@dataclasses.dataclass(frozen=True)
class ChangeHeader:
    """What a journal on the host says about one earlier change of ours (contract R, journal)."""

    id: str
    state: str  #: open | closed | put_back | put_back_failed | torn
    started: int | None
    closed: int | None
    boot: int | None
    reboot_required: bool
    meta: t.Mapping[str, str]
    values: tuple[tuple[str, str], ...]  #: (key path, value name) that it touched
    error: str = ""


@dataclasses.dataclass(frozen=True)
class Machine:
    """Identity as the host states it; times are FILETIME, None = unknown."""

    computer: str | None
    domain: str | None
    now: int | None
    boot: int | None
    powershell: str | None
    elevated: bool | None


@dataclasses.dataclass(frozen=True)
class Observation:
    """Everything one round trip (or one .reg export) brought.

    ``origin``: "host" or "reg_export". Look-ups are case-insensitive as the registry is, treat HKLM as HKEY_LOCAL_MACHINE, and tell apart
    three things: read and absent, read and present, not read (asked for and denied, or never asked for).
    """

    origin: str
    machine: Machine
    keys: tuple[RegistryKey, ...]
    files: tuple[FileFact, ...]
    journal: tuple[ChangeHeader, ...]
    errors: tuple[ReadError, ...]

    # Implemented by the room's owner (lazily indexed; keep the names):
    #   key(path) -> RegistryKey | None           None: not read
    #   value(path, name) -> RegistryValue | None None: absent or not read; ask was_read(path) to tell
    #   was_read(path) -> bool                    True also for "read and does not exist", incl. below a parent read as absent or read with its subkeys
    #   written(path) -> int | None
    #   file(suffix) -> FileFact | None           by case-insensitive end of path
