# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random arguments of host_write, most of them sensible, and the mistakes that spoil arguments of either script."""

from __future__ import annotations

import base64
import random
import typing as t

from . import winvalue
from .case_words import BAD_METAS, CHANGES, CHECK_MODES, EXPECTATIONS, JUNK, KINDS, LONG, METAS, NAMES, UNITS, WRONG
from .registry import Registry, RegistryError

Json = dict[str, t.Any]
UNDO = "Windows Registry Editor Version 5.00\r\n"


def content(pick: random.Random, kind: int) -> bytes:
    """Bytes of a value of this kind, well formed three times out of four."""
    likely = pick.random() < 0.75
    if pick.random() < 0.03:
        return _long(pick, kind)
    if kind == winvalue.REG_DWORD and likely:
        return pick.choice([bytes(4), b"\1\0\0\0", b"\xff\xff\xff\xff"])
    if kind == winvalue.REG_QWORD and likely:
        return pick.randbytes(8)
    if kind in (winvalue.REG_SZ, winvalue.REG_EXPAND_SZ, winvalue.REG_MULTI_SZ) and likely:
        return b"".join(pick.choices(UNITS, k=pick.randrange(7))) + pick.choice([b"", b"\0\0", b"\0\0\0\0"])
    return pick.randbytes(pick.choice([0, 1, 2, 3, 4, 8, 17]))


def _long(pick: random.Random, kind: int) -> bytes:
    size = pick.choice(LONG)
    if kind in (winvalue.REG_SZ, winvalue.REG_MULTI_SZ):
        return b"s\0" * (size // 2 - 2) + bytes(4 if kind == winvalue.REG_MULTI_SZ else 2)
    return pick.randbytes(8) * (size // 8) + bytes(size % 8)


def typed(kind: int, data: bytes) -> Json:
    """Kind and bytes in the form of the contract."""
    form = winvalue.decode(kind, data)
    return {"kind": kind, "data": form.data, **({"raw": True} if form.raw else {})}


def change(pick: random.Random, registry: Registry, path: t.Callable[[], str]) -> Json:
    """Arguments for a change of what is in the registry now. ``path`` makes a path."""
    count = pick.choice([0, 1, 1, 2, 3, 5])
    operations = [_operation(pick, registry, path()) for _number in range(count)]
    args: Json = {"contract": 1, "change": f"change-{pick.randrange(4)}", "operations": operations}
    if pick.random() < 0.5:
        args.update(
            meta=pick.choice(METAS), reboot_required=pick.random() < 0.5, undo=pick.choice([UNDO, "", "\u00e4"])
        )
    if pick.random() < 0.25:
        args["_ansible_check_mode"] = pick.choice(CHECK_MODES)
    return args


def _operation(pick: random.Random, registry: Registry, path: str) -> Json:
    kind = pick.choice(["set"] * 6 + ["delete_value"] * 3 + ["delete_key"] * 2)
    if kind == "delete_key":
        return {"op": kind, "path": path, "expect": {"exists": True}}
    there = _names(registry, path)
    name = pick.choice(there) if there and pick.random() < 0.6 else pick.choice(NAMES)
    name = pick.choice((str, str, str, str.upper))(name)
    operation = {"op": kind, "path": path, "name": name, "expect": _expectation(pick, registry, path, name)}
    if kind == "set":
        number = pick.choice(KINDS)
        found = registry.value(path, name, as_system=True)
        same = found is not None and pick.random() < 0.15
        operation.update(typed(found.kind, found.content) if found and same else typed(number, content(pick, number)))
    return operation


def _names(registry: Registry, path: str) -> list[str]:
    try:
        return [value.name for value in registry.values(path)]
    except RegistryError:  # absent, or denied
        return []


def _expectation(pick: random.Random, registry: Registry, path: str, name: str) -> Json:
    """Mostly what is there, in plain or raw form."""
    there, chance = registry.value(path, name, as_system=True), pick.random()
    if chance < 0.06:
        return {"exists": False} if there else {"exists": True, "kind": 4, "data": 1}
    if there is None:
        return {"exists": False}
    if chance < 0.4:
        data = base64.b64encode(there.content).decode("ascii")
        return {"exists": True, "kind": there.kind, "data": data, "raw": True}
    return {"exists": True, **typed(there.kind, there.content)}


def spoilt_change(pick: random.Random, args: Json) -> Json:
    """Arguments of host_write with one mistake of those that a person makes."""
    what = pick.choice([*WRONG, "contract", "change", "meta", "unknown"])
    if what in WRONG and args["operations"]:
        operation = pick.choice(args["operations"])
        operation[what] = pick.choice(WRONG[what] + EXPECTATIONS if what == "expect" else WRONG[what])
    elif what == "contract":
        args["contract"] = pick.choice([2, "1", None, True, 1.0])
    elif what == "change":
        args["change"] = pick.choice(CHANGES)
    elif what == "meta":
        args["meta"] = pick.choice(BAD_METAS)
    else:
        args["nobody_knows"] = 1
    return args


def spoilt_anywhere(pick: random.Random, args: Json) -> Json:
    """Arguments with something that has no place there, at any place."""
    place: t.Any = args
    while True:
        members: list[t.Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not members:
            return args
        member = pick.choice(members)
        below = place[member]
        if isinstance(below, dict | list) and below and pick.random() < 0.85:
            place = below
            continue
        action = pick.random()
        if action < 0.7:
            place[member] = pick.choice(JUNK)
        elif action < 0.85 or isinstance(place, list):
            del place[member]
        else:
            place[pick.choice(["nobody_knows", "Path", "op", ""])] = pick.choice(JUNK)
        return args
