# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated Windows registry: names ignore case and keep it, values are a kind and raw bytes, keys carry last-write
times.

What moves a last-write time, as on Windows: a value that is set to something else or deleted, a subkey created or
deleted in the key.
Setting a value to what it is already moves nothing. ``CurrentControlSet`` is the same key as ``ControlSet001``;
Wow6432Node is a plain key.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .clock import Clock

FILE_NOT_FOUND, ACCESS_DENIED, INVALID_PARAMETER = 2, 5, 87
_TEXT = {
    FILE_NOT_FOUND: "The system cannot find the file specified.",
    ACCESS_DENIED: "Access is denied.",
    INVALID_PARAMETER: "The parameter is incorrect.",
}
_HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKU": "HKEY_USERS",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
}


def text_of(code: int) -> str:
    """What Windows says about one of its error numbers."""
    return _TEXT.get(code, f"Win32 error {code}")


class RegistryError(Exception):
    """A call that Windows would have refused, with its Win32 error code."""

    def __init__(self, code: int, path: str) -> None:
        super().__init__(f"{path}: {text_of(code)}")
        self.code = code
        self.path = path
        self.text = text_of(code)


@dataclasses.dataclass
class Value:
    """One value: its name as first written, REG_* number, bytes."""

    name: str
    kind: int
    content: bytes


class Key:
    """One key. ``subkeys`` maps the folded name to the name as written and the key itself, so that a link has a name
    of its own.
    """

    __slots__ = ("subkeys", "values", "written")

    def __init__(self, written: int) -> None:
        self.values: dict[str, Value] = {}
        self.subkeys: dict[str, tuple[str, Key]] = {}
        self.written = written

    def copy(self, seen: dict[int, Key] | None = None) -> Key:
        """A deep copy; links stay links."""
        seen = {} if seen is None else seen
        if id(self) in seen:
            return seen[id(self)]
        twin = Key(self.written)
        seen[id(self)] = twin
        twin.values = {name: dataclasses.replace(value) for name, value in self.values.items()}
        twin.subkeys = {name: (shown, key.copy(seen)) for name, (shown, key) in self.subkeys.items()}
        return twin


@dataclasses.dataclass(frozen=True)
class Denial:
    """A key that the caller may not open: ``reading`` and ``writing`` are Win32 codes, 0 = allowed; it counts for all
    keys below too.
    """

    reading: int = ACCESS_DENIED
    writing: int = ACCESS_DENIED


def fold(name: str) -> str:
    """Case folding as the registry does it: character by character, only where the mapping is one to one."""
    if name.isascii():
        return name.upper()
    return "".join(_fold_character(character) for character in name)


def _fold_character(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 and upper.lower() == character else character


def upper_invariant(name: str) -> str:
    """A name as .NET takes it where case does not count, which is not quite the registry's way: U+01C5 is U+01C4 here,
    and a name of its own there.
    """
    return name.upper() if name.isascii() else "".join(_upper_character(character) for character in name)


def _upper_character(character: str) -> str:
    """Upper case where that is one character; nothing becomes ASCII that is none."""
    upper = character.upper()
    return upper if len(upper) == 1 and upper.isascii() == character.isascii() else character


def sort_key(name: str) -> bytes:
    """Order of names in answers: by UTF-16 unit, case ignored unless nothing else tells two names apart."""
    return f"{upper_invariant(name)}\0{name}".encode("utf-16-be", "surrogatepass")


def split_path(path: str) -> tuple[str, list[str]]:
    """Root name spelled out and the names below it. Raises RegistryError 87 for an unknown root or an empty name."""
    root, *names = path.split("\\")
    root = _HIVES.get(root.upper(), root.upper())
    if root not in _HIVES.values() or "" in names:
        raise RegistryError(INVALID_PARAMETER, path)
    return root, names


class Registry:
    """All hives of one host."""

    def __init__(self, clock: Clock, current_user: str = "S-1-5-21-1111111111-2222222222-3333333333-500") -> None:
        self.clock = clock
        self.current_user = current_user
        self._roots = {name: Key(clock.now()) for name in _HIVES.values()}
        self._denied: dict[str, Denial] = {}
        control_set = self._make("HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001")
        self._make("HKEY_LOCAL_MACHINE\\SYSTEM").subkeys[fold("CurrentControlSet")] = ("CurrentControlSet", control_set)
        self._roots["HKEY_CURRENT_USER"] = self._make(f"HKEY_USERS\\{current_user}")

    # -- access ---------------------------------------------------------------------------------------------------

    def deny(self, path: str, reading: int = ACCESS_DENIED, writing: int = ACCESS_DENIED) -> None:
        """From now on opening ``path`` or a key below it fails with these codes (0 = allowed)."""
        self._denied[self._identity(path)] = Denial(reading, writing)

    def allow(self, path: str) -> None:
        """Takes a denial back."""
        self._denied.pop(self._identity(path), None)

    def allow_all(self) -> None:
        """Takes every denial back."""
        self._denied.clear()

    def _identity(self, path: str) -> str:
        root, names = split_path(path)
        if root == "HKEY_CURRENT_USER":
            root, names = "HKEY_USERS", [self.current_user, *names]
        folded = [fold(name) for name in names]
        if folded[:2] == ["SYSTEM", "CURRENTCONTROLSET"]:
            folded[1] = "CONTROLSET001"
        return "\\".join([root, *folded])

    def _check(self, path: str, writing: bool) -> None:
        if not self._denied:
            return
        identity = self._identity(path)
        for denied, denial in self._denied.items():
            code = denial.writing if writing else denial.reading
            if code and (identity == denied or identity.startswith(denied + "\\")):
                raise RegistryError(code, path)

    # -- keys -----------------------------------------------------------------------------------------------------

    def find(self, path: str, writing: bool = False) -> Key | None:
        """The key, None if it does not exist. Raises RegistryError when it may not be opened."""
        key = self._find(path)
        if key is not None:
            self._check(path, writing)
        return key

    def _find(self, path: str) -> Key | None:
        root, names = split_path(path)
        key = self._roots[root]
        for name in names:
            entry = key.subkeys.get(fold(name))
            if entry is None:
                return None
            key = entry[1]
        return key

    def exists(self, path: str) -> bool:
        """Whether the key is there (denied ones are)."""
        with contextlib.suppress(RegistryError):
            return self.find(path) is not None
        return True

    def create(self, path: str) -> list[str]:
        """Creates the key and its missing parents; answers the full paths of those it made, outermost first."""
        root, names = split_path(path)
        made: list[str] = []
        for depth in range(1, len(names) + 1):
            here = "\\".join([root, *names[:depth]])
            parent = self._walk(root, names[: depth - 1])
            if fold(names[depth - 1]) in parent.subkeys:
                continue
            self._check("\\".join([root, *names[: depth - 1]]), writing=True)
            self._check(here, writing=True)
            now = self.clock.now()
            parent.subkeys[fold(names[depth - 1])] = (names[depth - 1], Key(now))
            parent.written = now
            made.append(here)
        return made

    def _walk(self, root: str, names: t.Sequence[str]) -> Key:
        key = self._roots[root]
        for name in names:
            key = key.subkeys[fold(name)][1]
        return key

    def _make(self, path: str) -> Key:
        self.create(path)
        return self._walk(*split_path(path))

    def delete_key(self, path: str) -> None:
        """Deletes one key without subkeys, as RegDeleteKeyEx does. Raises RegistryError (2 absent, 5 has subkeys)."""
        key = self.find(path, writing=True)
        root, names = split_path(path)
        if key is None:
            raise RegistryError(FILE_NOT_FOUND, path)
        if key.subkeys or not names:
            raise RegistryError(ACCESS_DENIED, path)
        parent = self._walk(root, names[:-1])
        del parent.subkeys[fold(names[-1])]
        parent.written = self.clock.now()

    def delete_tree(self, path: str) -> None:
        """Deletes a key and all below it; nothing if it is absent."""
        if self.find(path, writing=True) is None:
            return
        for name in self.subkey_names(path):
            self.delete_tree(f"{path}\\{name}")
        self.delete_key(path)

    def subkey_names(self, path: str) -> list[str]:
        """Names of the subkeys as written, sorted. Raises RegistryError."""
        return sorted((shown for shown, _key in self._open(path).subkeys.values()), key=sort_key)

    def written(self, path: str) -> int:
        """Last-write time as FILETIME. Raises RegistryError."""
        return self._open(path).written

    # -- values ---------------------------------------------------------------------------------------------------

    def _open(self, path: str, writing: bool = False) -> Key:
        key = self.find(path, writing)
        if key is None:
            raise RegistryError(FILE_NOT_FOUND, path)
        return key

    def values(self, path: str) -> list[Value]:
        """Copies of the values, sorted by name. Raises RegistryError."""
        return [
            dataclasses.replace(value)
            for value in sorted(self._open(path).values.values(), key=lambda v: sort_key(v.name))
        ]

    def value(self, path: str, name: str, as_system: bool = False) -> Value | None:
        """One value, None if it or its key is absent. Raises RegistryError when the key is denied (never to the
        system).
        """
        key = self._find(path) if as_system else self.find(path)
        found = key.values.get(fold(name)) if key else None
        return dataclasses.replace(found) if found else None

    def set_value(self, path: str, name: str, kind: int, content: bytes) -> None:
        """Writes one value of an existing key. Raises RegistryError."""
        key = self._open(path, writing=True)
        found = key.values.get(fold(name))
        if found and (found.kind, found.content) == (kind, content):
            return
        key.values[fold(name)] = Value(found.name if found else name, kind, bytes(content))
        key.written = self.clock.now()

    def delete_value(self, path: str, name: str) -> None:
        """Deletes one value. Raises RegistryError (2 absent)."""
        key = self._open(path, writing=True)
        if fold(name) not in key.values:
            raise RegistryError(FILE_NOT_FOUND, path)
        del key.values[fold(name)]
        key.written = self.clock.now()

    # -- whole --------------------------------------------------------------------------------------------------------

    def save(self) -> dict[str, Key]:
        """A copy of everything, for restore()."""
        seen: dict[int, Key] = {}
        return {name: key.copy(seen) for name, key in self._roots.items()}

    def restore(self, saved: t.Mapping[str, Key]) -> None:
        """Puts everything back, last-write times included."""
        seen: dict[int, Key] = {}
        self._roots = {name: key.copy(seen) for name, key in saved.items()}
