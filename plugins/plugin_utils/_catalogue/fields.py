# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed access to one record of a data file: nothing missing, nothing unknown, and the place of what is wrong."""

from __future__ import annotations

import typing as t

from .errors import CatalogueError
from .names import nearest
from .table import Record

_REQUIRED: t.Any = object()


class Fields:
    """Takes fields out of a record one by one; ``done`` refuses what nobody asked for."""

    def __init__(self, record: t.Any, file: str, line: int = 1) -> None:
        if not isinstance(record, Record):
            raise CatalogueError(file, line, f"a record is expected here, found {record!r}")
        self._record = record
        self._file = file
        self._taken: list[str] = []

    def error(self, text: str) -> CatalogueError:
        """The error to raise about this record."""
        return CatalogueError(self._file, self._record.line, text)

    def _take(self, name: str, default: t.Any) -> t.Any:
        self._taken.append(name)
        if name in self._record:
            return self._record[name]
        if default is _REQUIRED:
            raise self.error(f"the field '{name}' is missing")
        return default

    def has(self, name: str) -> bool:
        """Whether the record has the field, which it may have."""
        self._taken.append(name)
        return name in self._record

    def text(self, name: str, default: str = _REQUIRED) -> str:
        """A non-empty string (the default may be empty)."""
        value = self._take(name, default)
        if not isinstance(value, str) or (not value and name in self._record):
            raise self.error(f"'{name}' must be text, found {value!r}")
        return value

    def flag(self, name: str, default: bool = _REQUIRED) -> bool:
        """true or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self.error(f"'{name}' must be true or false, found {value!r}")
        return value

    def number(self, name: str, default: int = _REQUIRED) -> int:
        """A number that is not negative."""
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"'{name}' must be a number, found {value!r}")
        return value

    def numbers(self, name: str, default: tuple[int, ...] = _REQUIRED) -> tuple[int, ...]:
        """A list of numbers."""
        value = self._take(name, default)
        if not isinstance(value, (list, tuple)) or any(
            isinstance(item, bool) or not isinstance(item, int) for item in value
        ):
            raise self.error(f"'{name}' must be a list of numbers, found {value!r}")
        return tuple(value)

    def names(self, name: str, default: tuple[str, ...] = _REQUIRED) -> tuple[str, ...]:
        """A list of strings, each standing once."""
        value = self._take(name, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
            raise self.error(f"'{name}' must be a list of names, found {value!r}")
        doubled = sorted({item for item in value if list(value).count(item) > 1})
        if doubled:
            raise self.error(f"'{name}' names {', '.join(doubled)} more than once")
        return tuple(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings of any kind."""
        value = self._take(name, _REQUIRED)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"'{name}' must be a list of texts, found {value!r}")
        return tuple(value)

    def choice(self, name: str, choices: t.Iterable[str], default: str = _REQUIRED) -> str:
        """One of a closed list of words."""
        value = self.text(name, default)
        self.known(name, (value,), choices)
        return value

    def known(self, what: str, found: t.Iterable[str], names: t.Iterable[str]) -> None:
        """Refuse names that are not in the list, with the nearest one that is."""
        valid = tuple(names)
        for name in found:
            if name not in valid:
                raise self.error(f"'{what}' names {name!r}, which is unknown{_hint(name, valid)}")

    def mapping(self, name: str, default: t.Mapping[str, t.Any] = _REQUIRED) -> t.Mapping[str, t.Any]:
        """A nested record."""
        value = self._take(name, default)
        if not isinstance(value, dict):
            raise self.error(f"'{name}' must be a record, found {value!r}")
        return value

    def record(self, name: str) -> Fields:
        """A nested record, to be taken apart in turn."""
        return Fields(self._take(name, _REQUIRED), self._file, self._record.line)

    def records(self, name: str) -> tuple[Fields, ...]:
        """A list of nested records."""
        value = self._take(name, _REQUIRED)
        if not isinstance(value, list):
            raise self.error(f"'{name}' must be a list of records, found {value!r}")
        return tuple(Fields(item, self._file, self._record.line) for item in value)

    def rest(self) -> dict[str, t.Any]:
        """Every field, whatever its name: for records that are keyed by names of their own."""
        self._taken.extend(self._record)
        return dict(self._record)

    def done(self) -> None:
        """Refuse fields that were not taken."""
        for name in self._record:
            if name not in self._taken:
                raise self.error(f"the field '{name}' is unknown{_hint(name, self._taken)}")


def _hint(name: str, names: t.Iterable[str]) -> str:
    near = nearest(name, names)
    return f"; did you mean '{near}'?" if near else ""
