# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of a task as what the core wants, and plans as what host_write wants. Pure; internal to this collection."""

from __future__ import annotations

import json
import re
import typing as t

from .._catalogue import Catalogue, SettingKind
from .._plan import Operation, Plan, to_data

_NUMBER = re.compile(r"[0-9]{1,10}|0[xX][0-9a-fA-F]{1,8}")


def wanted_settings(arguments: t.Mapping[str, t.Any], catalogue: Catalogue) -> dict[str, t.Any]:
    """Setting id -> wanted value, from the options ``settings`` or ``setting`` and ``value`` of the module schannel.

    Numbers may come as text: templates make text of them, and YAML has no hexadecimal number in quotes.
    """
    settings = arguments["settings"]
    given = {arguments["setting"]: arguments["value"]} if settings is None else settings
    return {name: _number(name, value, catalogue) for name, value in given.items()}


def _number(name: str, value: t.Any, catalogue: Catalogue) -> t.Any:
    setting = catalogue.settings.get(name)
    numeric = setting is not None and setting.kind in (SettingKind.NUMBER, SettingKind.MASK)
    if numeric and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        text = value.strip().lower()
        return int(text, 16) if text.startswith("0x") else int(text)
    return value


def wanted_lists(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Setting id -> wanted list or "absent", from the options of the module cipher_suites."""
    lists = {"cipher_suites.group_policy": arguments["suites"], "curves.group_policy": arguments["curves"]}
    if arguments["state"] == "absent":
        return dict.fromkeys(lists, "absent")
    return {name: names for name, names in lists.items() if names is not None}


def read_request(reading: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The arguments of host_read (contract R) that ask for a reading of the catalogue, in few bytes: they are a twelfth
    of what a host gets.

    Keys that are asked for in the same way go together, without what they begin with; what host_read takes for granted
    is left out.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for key in reading["keys"]:
        root, name = key["path"].split("\\", 1)
        groups.setdefault((root, json.dumps(_spoken({**key, "path": None}))), []).append(name)
    return {
        "keys": [_together(root, names, json.loads(how)) for (root, how), names in groups.items()],
        "user_keys": [_spoken(key) for key in reading["user_keys"]],
        "files": [_spoken(file) for file in reading["files"]],
        "journal": True,
    }


def deeper(reading: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The same reading with one more level of subkeys, so that an empty key is known to be one."""
    return {
        **reading,
        "keys": [
            key if "values" in key or "named_by" in key else {**key, "depth": key["depth"] + 1}
            for key in reading["keys"]
        ],
    }


def these_keys(paths: t.Iterable[str]) -> dict[str, t.Any]:
    """A reading of these keys with all values, and of the keys below them."""
    return {"keys": [{"path": path, "depth": 1} for path in paths], "user_keys": [], "files": []}


def _together(root: str, names: list[str], how: dict[str, t.Any]) -> dict[str, t.Any]:
    if len(names) == 1:
        return {"path": f"{root}\\{names[0]}", **how}
    return {"path": root, "below": names, **how}


def _spoken(request: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Without members that have their default. An empty choice of values is no default: it means none of them."""
    return {name: item for name, item in request.items() if item is not None and (item or item == [])}


def write_request(change: str, plan: Plan, meta: t.Mapping[str, str], undo: str) -> dict[str, t.Any]:
    """The arguments of host_write (contract W2) that carry out a plan."""
    return {
        "change": change,
        "meta": dict(meta),
        "reboot_required": plan.reboot_required,
        "operations": [_operation(operation) for operation in plan.operations],
        "undo": undo,
    }


def _operation(operation: Operation) -> dict[str, t.Any]:
    data = to_data(operation)
    if operation.op == "delete_key":
        return {"op": operation.op, "path": operation.path, "expect": {"exists": True}}
    before = data["before"]
    expect = {"exists": False} if before is None else {"exists": True, **before}
    return {
        "op": operation.op,
        "path": operation.path,
        "name": operation.name,
        **(data["after"] or {}),
        "expect": expect,
    }
