# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of host_read and host_write, checked as strictly as the scripts check them; every refusal is one sentence."""

from __future__ import annotations

import re
import typing as t

from .. import winvalue

NAME_LENGTH = 255
DEPTH_LIMIT = 64
CHANGE_ID = re.compile(r"[a-z0-9][a-z0-9-]{7,63}")
META_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TYPES: dict[str, tuple[type, ...]] = {
    "list": (list,),
    "dict": (dict,),
    "string": (str,),
    "number": (int,),
    "boolean": (bool,),
}


class ArgumentError(Exception):
    """An argument that the contract does not allow."""


def members(
    item: t.Any, where: str, required: t.Mapping[str, str], optional: t.Mapping[str, str] | None = None
) -> dict[str, t.Any]:
    """The members of a mapping with their types checked; null counts as absent. Raises ArgumentError."""
    if not isinstance(item, dict):
        raise ArgumentError(f"{where} must be a dict")
    known = {**required, **(optional or {})}
    for name, value in item.items():
        if name not in known:
            raise ArgumentError(f"{where} does not know '{name}'; known: {', '.join(known)}")
        if value is not None:
            of_type(value, f"{where}.{name}", known[name])
    found = {name: value for name, value in item.items() if value is not None}
    for name in required:
        if name not in found:
            raise ArgumentError(f"{where} needs '{name}'")
    return found


def top_level(
    args: t.Mapping[str, t.Any], required: t.Mapping[str, str], optional: t.Mapping[str, str]
) -> dict[str, t.Any]:
    """Module arguments without ansible's own. Raises ArgumentError."""
    own = {name: value for name, value in args.items() if not name.startswith("_ansible_")}
    found = members(own, "arguments", required, optional)
    if found["contract"] != 1:
        raise ArgumentError("contract must be 1")
    return found


def of_type(value: t.Any, where: str, kind: str) -> None:
    """Raises ArgumentError unless the value has the JSON type; "any" allows all."""
    if kind == "any":
        return
    if not isinstance(value, _TYPES[kind]) or (kind == "number" and isinstance(value, bool)):
        raise ArgumentError(f"{where} must be a {kind}")


def registry_path(path: str, where: str, roots: t.Sequence[str] = ("HKEY_LOCAL_MACHINE", "HKEY_USERS")) -> None:
    """Raises ArgumentError unless the path is absolute with its hive spelled out."""
    root, *names = path.split("\\")
    if root.upper() not in roots or not names:
        raise ArgumentError(f"{where}: '{path}' must begin with {' or '.join(roots)} and name a key")
    _components(names, path, where)


def relative_path(path: str, where: str) -> None:
    """Raises ArgumentError unless the path consists of valid key names."""
    _components(path.split("\\"), path, where)


def _components(names: t.Sequence[str], path: str, where: str) -> None:
    for name in names:
        if not 1 <= len(name.encode("utf-16-le", "surrogatepass")) // 2 <= NAME_LENGTH or "\0" in name:
            raise ArgumentError(f"{where}: '{path}' has a name that is empty, too long or holds a NUL")


def depth(value: int, where: str) -> None:
    """Raises ArgumentError unless 0..64."""
    if not 0 <= value <= DEPTH_LIMIT:
        raise ArgumentError(f"{where} must be 0 to {DEPTH_LIMIT}")


def content(item: t.Mapping[str, t.Any], where: str) -> tuple[int, bytes]:
    """Kind and bytes of kind/data/raw. Raises ArgumentError."""
    for name in ("kind", "data"):
        if name not in item:
            raise ArgumentError(f"{where} needs '{name}'")
    kind = item["kind"]
    if not 0 <= kind <= 0xFFFFFFFF:
        raise ArgumentError(f"{where}.kind is out of range")
    try:
        return kind, winvalue.encode(kind, item["data"], item.get("raw", False))
    except ValueError as error:
        raise ArgumentError(f"{where}.data: {error}") from error
