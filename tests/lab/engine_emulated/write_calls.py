# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry calls behind host_write on the simulated host: each answers 0 or the Win32 code, as the script's own
functions do.
"""

from __future__ import annotations

import typing as t

from ..registry import FILE_NOT_FOUND, Registry, RegistryError, upper_invariant
from .operations import Operation, State

DIRECTORY_NOT_EMPTY = 145
NOT_FOUND = (FILE_NOT_FOUND, 3, 1018)


def carry_out(registry: Registry, operation: Operation, created: list[str]) -> int:
    """Does one operation; keys that it makes are added to ``created``."""
    if operation.is_key:
        return delete_key(registry, operation.path)
    if operation.target is not None:
        for path in missing_keys(registry, operation.path):
            code = _create(registry, path, created)
            if code:
                return code
    return _set_state(registry, operation, operation.target)


def _create(registry: Registry, path: str, created: list[str]) -> int:
    """Creates one key; ``created`` gets its path as the request spells it."""
    try:
        if registry.create(path):
            created.append(path)
    except RegistryError as error:
        return error.code
    return 0


def take_back(registry: Registry, operation: Operation, before: State, created: list[str]) -> int:
    """Puts back what one operation found; keys that it made go if they are empty again. What is as it was is not
    written, so a key that refused the operation does not fail a second time.
    """
    if operation.is_key:
        return _call(lambda: registry.create(operation.path))  # which leaves a key that is there alone
    code = 0 if _is_as_before(registry, operation, before) else _set_state(registry, operation, before)
    for path in reversed(created):
        removed = delete_key(registry, path)
        if removed not in (0, DIRECTORY_NOT_EMPTY, *NOT_FOUND):
            code = removed
    return code


def _is_as_before(registry: Registry, operation: Operation, before: State) -> bool:
    try:
        value = registry.value(operation.path, operation.name or "")
    except RegistryError:
        return False
    return ((value.kind, value.content) if value else None) == before


def _set_state(registry: Registry, operation: Operation, state: State) -> int:
    name = operation.name or ""
    if state is not None:
        kind, content = state
        return _call(lambda: registry.set_value(operation.path, name, kind, content))
    code = _call(lambda: registry.delete_value(operation.path, name))
    return 0 if code in NOT_FOUND else code


def delete_key(registry: Registry, path: str) -> int:
    """Deletes one key that has neither values nor subkeys."""
    try:
        if registry.find(path) is None:
            return FILE_NOT_FOUND
        if registry.values(path) or registry.subkey_names(path):
            return DIRECTORY_NOT_EMPTY
    except RegistryError as error:
        return error.code
    return _call(lambda: registry.delete_key(path))


def _call(work: t.Callable[[], object]) -> int:
    try:
        work()
    except RegistryError as error:
        return error.code
    return 0


def missing_keys(registry: Registry, path: str) -> list[str]:
    """Keys of a path that do not exist, outermost first."""
    names = path.split("\\")
    return [
        here for here in ("\\".join(names[:count]) for count in range(2, len(names) + 1)) if not registry.exists(here)
    ]


def is_empty_by_then(registry: Registry, path: str, earlier: t.Iterable[Operation]) -> bool:
    """Whether a key will hold nothing once the earlier operations of the change are done."""
    key = registry.find(path)
    values = {upper_invariant(value.name) for value in key.values.values()} if key else set()
    subkeys = {upper_invariant(shown) for shown, dummy in key.subkeys.values()} if key else set()
    here = upper_invariant(path)
    for operation in earlier:
        there = upper_invariant(operation.path)
        if operation.op == "delete_value" and there == here:
            values.discard(upper_invariant(operation.name or ""))
        elif operation.is_key:
            parent, dummy, name = there.rpartition("\\")
            if parent == here:
                subkeys.discard(name)
        elif there == here:
            values.add(upper_invariant(operation.name or ""))
        elif there.startswith(here + "\\"):
            subkeys.add(there[len(here) + 1 :].split("\\")[0])
    return not values and not subkeys
