# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry on which changes are carried out with their journals, all in memory and without the code under test: the
oracle of the way back.
"""

from __future__ import annotations

import base64
import dataclasses
import itertools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    WHOLE_TREE,
    ChangeHeader,
    KeyRequest,
    Machine,
    Observation,
    RegistryKey,
    from_bytes,
    nest,
    path_key,
    read_journal,
    to_bytes,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Operation

from .journals import encoded

ROOT = r"HKEY_LOCAL_MACHINE\SOFTWARE\T"
HOUR = 36_000_000_000
#: Key path -> value name -> kind and bytes. A key without values is there and empty.
Tree = dict[str, dict[str, tuple[int, bytes]]]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One write of a change: a value of this kind with these bytes, or None to delete it."""

    path: str
    name: str
    content: tuple[int, bytes] | None


class WrittenHost:
    """Keys below ROOT, which itself is always there."""

    def __init__(self, tree: Tree) -> None:
        self.tree: Tree = {ROOT: {}}
        for path, values in tree.items():
            self._make(path)
            self.tree[path].update(values)
        self._count = 0
        self.journal: list[ChangeHeader] = []

    def snapshot(self) -> Tree:
        """A copy of everything."""
        return {path: dict(values) for path, values in self.tree.items()}

    def change(self, wanted: t.Iterable[Wanted], *, stop_after: int | None = None, **members: t.Any) -> str:
        """Carry out what differs, journal it as host_write does, and return the id. ``stop_after``: the power goes
        after so many writes.
        """
        todo = [one for one in wanted if self.tree.get(one.path, {}).get(one.name) != one.content]
        planned: set[str] = set()
        operations = []
        for number, one in enumerate(todo):
            missing = [key for key in self._missing(one.path) if key not in planned] if one.content is not None else []
            planned.update(missing)
            before = self.tree.get(one.path, {}).get(one.name)
            operations.append(
                {
                    "op": "set" if one.content is not None else "delete_value",
                    "path": one.path,
                    "name": one.name,
                    "before": _state(before),
                    "after": _state(one.content),
                    "created_keys": missing,
                }
            )
            if stop_after is None or number < stop_after:
                self.put(one)
        return self._note(operations, "closed" if stop_after is None else "open", **members)

    def put(self, one: Wanted) -> None:
        """One write by anybody."""
        if one.content is not None:
            self._make(one.path)
            self.tree[one.path][one.name] = one.content
        elif one.path in self.tree:
            self.tree[one.path].pop(one.name, None)

    def write(self, operations: t.Sequence[Operation], **members: t.Any) -> str:
        """Carry out a plan as host_write does, and fail the test where it does not fit."""
        journalled = []
        for one in operations:
            is_key = one.op == "delete_key"
            if is_key:
                assert one.path in self.tree, f"{one.path} is not there"
                below = [path for path in self.tree if path.startswith(f"{one.path}\\")]
                assert not self.tree[one.path], f"{one.path} holds values"
                assert not below, f"{one.path} holds keys"
                del self.tree[one.path]
                state = {"before": {"exists": True}, "after": {"exists": False}, "created_keys": []}
            else:
                before, after = (
                    None if value is None else (value.kind, to_bytes(value)) for value in (one.before, one.after)
                )
                assert self.tree.get(one.path, {}).get(one.name) == before, f"{one.path}\\{one.name} moved"
                missing = self._missing(one.path) if after is not None else []
                self.put(Wanted(one.path, one.name, after))
                state = {"before": _state(before), "after": _state(after), "created_keys": missing}
            journalled.append({"op": one.op, "path": one.path, "name": None if is_key else one.name, **state})
        return self._note(journalled, "closed", **members)

    def observe(self) -> Observation:
        """A reading of everything."""
        keys = {
            path_key(path): RegistryKey(
                path, True, 1, tuple(from_bytes(name, *content) for name, content in values.items())
            )
            for path, values in self.tree.items()
        }
        machine = Machine("SRV1", None, HOUR * 100, HOUR * 50, "5.1", True)
        asked = (KeyRequest(ROOT, WHOLE_TREE),)
        return Observation("host", machine, nest(keys), (), tuple(self.journal), (), asked)

    def _note(self, operations: list[dict[str, t.Any]], state: str, **members: t.Any) -> str:
        self._count += 1
        change = f"change-{self._count:04d}"
        content = {
            "contract": 1,
            "id": change,
            "state": state,
            "started": str(HOUR * 60 + self._count),
            "closed": None if state == "open" else str(HOUR * 60 + self._count),
            "boot": str(HOUR * 50),
            "computer": "SRV1",
            "meta": {},
            "reboot_required": True,
            "operations": operations,
            **members,
        }
        self.journal.append(read_journal(encoded(content), change))
        return change

    def _missing(self, path: str) -> list[str]:
        above = itertools.accumulate(path.split("\\"), "{}\\{}".format)
        return [key for key in above if len(key) >= len(ROOT) and key not in self.tree]

    def _make(self, path: str) -> None:
        for key in self._missing(path):
            self.tree[key] = {}


def _state(content: tuple[int, bytes] | None) -> dict[str, t.Any]:
    if content is None:
        return {"exists": False}
    return {"exists": True, "kind": content[0], "data": base64.b64encode(content[1]).decode("ascii")}
