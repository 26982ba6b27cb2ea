# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry paths and names as Windows compares them, and text from a host made fit to be shown to a person."""

from __future__ import annotations

import functools
import typing as t

#: Short names of the hives as tools print them.
ROOTS: t.Mapping[str, str] = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKU": "HKEY_USERS",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
    "HKEY_LOCAL_MACHINE": "HKEY_LOCAL_MACHINE",
    "HKEY_USERS": "HKEY_USERS",
    "HKEY_CURRENT_USER": "HKEY_CURRENT_USER",
    "HKEY_CLASSES_ROOT": "HKEY_CLASSES_ROOT",
    "HKEY_CURRENT_CONFIG": "HKEY_CURRENT_CONFIG",
}

CONTROL_SET = ("HKEY_LOCAL_MACHINE", "SYSTEM", "CURRENTCONTROLSET")


@functools.lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """A name for comparison.

    Upper case where that is one character, as the registry compares (it never changes a length).
    """
    upper = name.upper()
    if len(upper) == len(name):
        return upper
    return "".join(char.upper() if len(char.upper()) == 1 else char for char in name)


@functools.lru_cache(maxsize=65536)
def split_path(path: str) -> tuple[str, ...]:
    """The parts of a key path with the hive spelled out; doubled and trailing backslashes name the same key."""
    parts = tuple(part for part in path.split("\\") if part)
    if not parts:
        return ()
    return (ROOTS.get(fold(parts[0]), parts[0]), *parts[1:])


def join_path(*parts: str) -> str:
    """Parts put together with backslashes."""
    return "\\".join(parts)


def leaf(path: str) -> str:
    """The last part of a key path."""
    parts = split_path(path)
    return parts[-1] if parts else path


@functools.lru_cache(maxsize=65536)
def path_key(path: str, current_control_set: int | None = None) -> tuple[str, ...]:
    """A path for comparison.

    ``current_control_set``: number that ``SYSTEM\\Select\\Current`` names; that ControlSet00n and CurrentControlSet
    are one key (a link).
    """
    parts = tuple(fold(part) for part in split_path(path))
    if current_control_set is None or parts[:2] != CONTROL_SET[:2] or len(parts) < 3:
        return parts
    return (*CONTROL_SET, *parts[3:]) if parts[2] == f"CONTROLSET{current_control_set:03d}" else parts


def printable(text: str, limit: int = 200) -> str:
    """Text of a host or a file for a message: control and invisible characters as escapes, cut at ``limit``."""
    if len(text) <= limit and text.isprintable():
        return text
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode("ascii")
        for char in text[:limit]
    )
    return shown + "..." if len(text) > limit else shown
