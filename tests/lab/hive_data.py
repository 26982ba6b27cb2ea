# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry content written as YAML (personas and system tables) brought into a simulated registry."""

from __future__ import annotations

import typing as t

from . import winvalue
from .registry import Registry, RegistryError

_KINDS = {
    "none": winvalue.REG_NONE,
    "sz": winvalue.REG_SZ,
    "expand_sz": winvalue.REG_EXPAND_SZ,
    "binary": winvalue.REG_BINARY,
    "dword": winvalue.REG_DWORD,
    "multi_sz": winvalue.REG_MULTI_SZ,
    "qword": winvalue.REG_QWORD,
}


def load(registry: Registry, content: t.Mapping[str, t.Any]) -> None:
    """Merges ``content`` (key path -> values, None removes the key) into the registry.

    Raises ValueError naming the key and value that cannot be understood.
    """
    for path, values in content.items():
        if values is None:
            registry.delete_tree(path)
            continue
        if not isinstance(values, dict):
            raise ValueError(f"{path}: values must be a mapping, found {type(values).__name__}")
        registry.create(path)
        for name, data in values.items():
            _put(registry, path, str(name), data)


def _put(registry: Registry, path: str, name: str, data: t.Any) -> None:
    if data is None:
        try:
            registry.delete_value(path, name)
        except RegistryError:
            return
        return
    try:
        kind, content = to_bytes(data)
    except ValueError as error:
        raise ValueError(f"{path}, value {name!r}: {error}") from error
    registry.set_value(path, name, kind, content)


def to_bytes(data: t.Any) -> tuple[int, bytes]:
    """Kind and bytes of one value as YAML writes it. Raises ValueError."""
    if isinstance(data, bool):
        raise ValueError("write 1 or 0, not true or false")
    if isinstance(data, int):
        return winvalue.REG_DWORD, winvalue.encode(winvalue.REG_DWORD, data)
    if isinstance(data, str):
        return winvalue.REG_SZ, winvalue.encode(winvalue.REG_SZ, data)
    if isinstance(data, list):
        return winvalue.REG_MULTI_SZ, winvalue.encode(winvalue.REG_MULTI_SZ, data)
    if isinstance(data, dict) and set(data) in ({"kind", "data"}, {"kind", "hex"}):
        kind = _KINDS.get(data["kind"], data["kind"])
        if isinstance(kind, bool) or not isinstance(kind, int):
            raise ValueError(f"unknown kind {data['kind']!r}; known: {', '.join(_KINDS)} or a number")
        if "hex" in data:
            return kind, bytes.fromhex(data["hex"])
        return kind, winvalue.encode(kind, str(data["data"]) if kind == winvalue.REG_QWORD else data["data"])
    raise ValueError(f"cannot make a registry value of {data!r}")


def dump(registry: Registry, path: str) -> dict[str, dict[str, tuple[int, bytes]]]:
    """Everything from ``path`` down: key path -> value name -> (kind, bytes); without last-write times, for
    comparison.
    """
    if not registry.exists(path):
        return {}
    found = {path: {value.name: (value.kind, value.content) for value in registry.values(path)}}
    for name in registry.subkey_names(path):
        found.update(dump(registry, f"{path}\\{name}"))
    return found
