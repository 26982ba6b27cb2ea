# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An observation: what a host (or a .reg export) said, typed and unjudged."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .change import ChangeHeader
from .names import fold, join_path, path_key
from .registry_value import RegistryValue


@dataclasses.dataclass(frozen=True)
class RegistryKey:
    """One key with its values and the subkeys that were asked for.

    ``exists``: None = could not be read (the reason is in Observation.errors). ``written``: last-write time, FILETIME
    (100 ns since 1601), None = unknown.
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
class Machine:
    """Identity as the host states it; times are FILETIME, None = unknown."""

    computer: str | None
    domain: str | None
    now: int | None
    boot: int | None
    powershell: str | None
    elevated: bool | None


#: Folded names of the values that were asked for; None = all.
_Choice = frozenset[str] | None

#: Depth of a request that covers everything below its key.
WHOLE_TREE = -1


@dataclasses.dataclass(frozen=True)
class KeyRequest:
    """A key that the reader looked at.

    ``depth``: levels of subkeys, or WHOLE_TREE. ``values``: names of the values of the key itself that were asked for,
    None = all; keys below it always come with all of theirs.
    """

    path: str
    depth: int
    values: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Observation:
    """Everything one round trip (or one .reg export) brought.

    ``origin``: "host" or "reg_export". ``asked``: what the reader looked at, the only way to tell "is not there" from
    "was not looked at". Look-ups are case-insensitive as the registry is, take HKLM for HKEY_LOCAL_MACHINE and the
    control set that is current for CurrentControlSet, and tell apart three things: read and absent, read and present,
    not read.
    """

    origin: str
    machine: Machine
    keys: tuple[RegistryKey, ...]
    files: tuple[FileFact, ...]
    journal: tuple[ChangeHeader, ...]
    errors: tuple[ReadError, ...]
    asked: tuple[KeyRequest, ...] = ()

    @property
    def exported(self) -> bool:
        """It came from an export: what is not in there may be on the host all the same."""
        return self.origin == "reg_export"

    def key(self, path: str) -> RegistryKey | None:
        """The key with the values that were asked for, also one that was read and does not exist; None: not read."""
        found = self._index.get(self._path_key(path))
        if found is not None:
            return None if found.exists is None else found
        return RegistryKey(path, False) if self.was_read(path) else None

    def value(self, path: str, name: str) -> RegistryValue | None:
        """The value; None: absent or not read (ask ``was_read`` with its name)."""
        found = self._index.get(self._path_key(path))
        if found is None:
            return None
        wanted = fold(name)
        return next((value for value in found.values if fold(value.name) == wanted), None)

    def was_read(self, path: str, name: str | None = None) -> bool:
        """True when it is known what the key holds, or that it does not exist.

        ``name``: the same about one value, which may have been left out of what was asked for.
        """
        wanted = self._path_key(path)
        for length in range(len(wanted), 0, -1):
            if wanted[:length] in self._failed:
                return False
            found = self._index.get(wanted[:length])
            if found is None:
                continue
            if found.exists is None:
                return False
            if not found.exists:
                return True
            if length == len(wanted):
                return name is None or self._was_asked_for(wanted, name) or self.value(path, name) is not None
            # The nearest key that was returned exists. Its child on the way was looked at: then it is not there,
            # nor is anything below it.
            return bool(self._choices(wanted[: length + 1]))
        return False

    def written(self, path: str) -> int | None:
        """Last-write time of the key, FILETIME; None: unknown."""
        found = self._index.get(self._path_key(path))
        return None if found is None else found.written

    def with_more(self, other: Observation) -> Observation:
        """What two readings of one host tell together; of who the host is and its changes, the first."""
        return dataclasses.replace(
            self,
            keys=(*self.keys, *other.keys),
            errors=(*self.errors, *other.errors),
            asked=(*self.asked, *other.asked),
        )

    def file(self, suffix: str) -> FileFact | None:
        """The first file whose path ends so (case ignored, whole path parts); None: not asked for."""
        wanted = tuple(fold(part) for part in suffix.replace("/", "\\").split("\\") if part)
        for fact in self.files:
            parts = tuple(fold(part) for part in fact.path.replace("/", "\\").split("\\") if part)
            if wanted and parts[-len(wanted) :] == wanted:
                return fact
        return None

    def walk(self) -> t.Iterator[RegistryKey]:
        """Every key that was returned, parents before children; a key that two requests returned comes once."""
        yield from self._index.values()

    @functools.cached_property
    def current_control_set(self) -> int | None:
        """The number n of the ControlSet00n that CurrentControlSet stands for; None: ``SYSTEM\\Select`` is not read."""
        for key in _walk(self.keys):
            if path_key(key.path) == _SELECT:
                for value in key.values:
                    if fold(value.name) == "CURRENT" and isinstance(value.data, int):
                        return value.data
        return None

    @functools.cached_property
    def user_hives(self) -> tuple[str, ...]:
        """The loaded hives of people that were read: ``HKEY_USERS\\S-1-5-21-...`` without the ``_Classes`` twins."""
        # Places of keys are folded, hives and all.
        sids = (place[1] for place in self._index if len(place) > 1 and place[0] == "HKEY_USERS")
        people = (sid for sid in sids if sid.startswith("S-1-5-21-") and not sid.endswith("_CLASSES"))
        return tuple(join_path("HKEY_USERS", sid) for sid in dict.fromkeys(people))

    def _path_key(self, path: str) -> tuple[str, ...]:
        return path_key(path, self.current_control_set)

    @functools.cached_property
    def _index(self) -> dict[tuple[str, ...], RegistryKey]:
        index: dict[tuple[str, ...], RegistryKey] = {}
        for key in _walk(self.keys):
            place = self._path_key(key.path)
            known = index.get(place)
            index[place] = key if known is None else _together(key, known)
        return index

    @functools.cached_property
    def _failed(self) -> frozenset[tuple[str, ...]]:
        """Keys about which there is an error: also one that was returned may lack values or subkeys then."""
        return frozenset(self._path_key(error.path) for error in self.errors)

    @functools.cached_property
    def _asked(self) -> dict[tuple[str, ...], list[tuple[int, _Choice]]]:
        """By key: how deep, and which of its values."""
        found: dict[tuple[str, ...], list[tuple[int, _Choice]]] = {}
        for request in self.asked:
            names = None if request.values is None else frozenset(fold(name) for name in request.values)
            found.setdefault(self._path_key(request.path), []).append((request.depth, names))
        return found

    @functools.cached_property
    def _asked_lengths(self) -> frozenset[int]:
        """How many parts those keys have: a few of many that a path could have."""
        return frozenset(len(place) for place in self._asked)

    def _choices(self, place: tuple[str, ...]) -> tuple[_Choice, ...]:
        """What every request that covers the key wants of its values; empty when none does."""
        return tuple(
            values if length == len(place) else None
            for length in self._asked_lengths
            if length <= len(place)
            for depth, values in self._asked.get(place[:length], ())
            if depth == WHOLE_TREE or len(place) - length <= depth
        )

    def _was_asked_for(self, place: tuple[str, ...], name: str) -> bool:
        """Whether a value of a key that was returned would have come; a key that nobody asked for came whole."""
        choices = self._choices(place)
        return not choices or any(names is None or fold(name) in names for names in choices)


_SELECT = path_key("HKLM\\SYSTEM\\Select")


def _walk(keys: t.Sequence[RegistryKey]) -> t.Iterator[RegistryKey]:
    stack = [*reversed(keys)]
    while stack:
        key = stack.pop()
        yield key
        stack.extend(reversed(key.keys))


def _together(key: RegistryKey, known: RegistryKey) -> RegistryKey:
    """What two answers about one key tell: the better one, with values that only the other was asked for."""
    better, other = (key, known) if _knows_more(key, known) else (known, key)
    names = {fold(value.name) for value in better.values}
    more = [value for value in other.values if fold(value.name) not in names]
    if not (better.exists and more):
        return better
    values = sorted((*better.values, *more), key=lambda value: fold(value.name))
    return dataclasses.replace(better, values=tuple(values))


def _knows_more(key: RegistryKey, known: RegistryKey) -> bool:
    """Of two answers about one key, the one that was allowed to look, then the one with the deeper look."""
    if known.exists is None or key.exists is None:
        return known.exists is None and key.exists is not None
    return len(key.keys) > len(known.keys)
