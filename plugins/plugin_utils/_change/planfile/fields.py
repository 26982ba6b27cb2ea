# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed access to the members of a saved plan, which anybody may have written: every step checks."""

from __future__ import annotations

import enum
import typing as t

from ..._host import printable
from .errors import PlanFileError

#: Longer than any text of ours; the longest are the lists of suites and the details of entries.
LONGEST = 16_384
_Word = t.TypeVar("_Word", bound=enum.Enum)


class Record:
    """One object of the file. ``place``: where it stands (``hosts[3].entries[0]``)."""

    def __init__(self, value: object, place: str, members: t.Collection[str], optional: t.Collection[str] = ()) -> None:
        self.place = place
        if not isinstance(value, dict):
            raise self.error("", f"an object is expected, found {shown(value)}")
        self._value: dict[str, object] = value
        for name in value:
            if name not in members and name not in optional:
                raise self.error("", f"there is no member {shown(name)}")
        for name in members:
            if name not in value:
                raise self.error("", f"the member {name} is missing")

    def error(self, name: str, text: str) -> PlanFileError:
        """The error for one member, or for the whole record."""
        where = ".".join(part for part in (self.place, name) if part)
        return PlanFileError(f"{where or 'the whole'}: {text}")

    def has(self, name: str) -> bool:
        """Whether an optional member is there."""
        return name in self._value

    def get(self, name: str) -> object:
        """A member of any type."""
        return self._value[name]

    def text(self, name: str) -> str:
        """A string of bounded length."""
        value = self._value[name]
        if not isinstance(value, str) or len(value) > LONGEST:
            raise self.error(name, f"text of at most {LONGEST} characters is expected, found {shown(value)}")
        return value

    def flag(self, name: str) -> bool:
        """true or false."""
        value = self._value[name]
        if not isinstance(value, bool):
            raise self.error(name, f"true or false is expected, found {shown(value)}")
        return value

    def flag_or_none(self, name: str) -> bool | None:
        """true, false or null."""
        return None if self._value[name] is None else self.flag(name)

    def number(self, name: str) -> int:
        """A number that fits a DWORD."""
        value = self._value[name]
        if not is_number(value):
            raise self.error(name, f"a number from 0 to 0xffffffff is expected, found {shown(value)}")
        return t.cast("int", value)

    def one_of(self, name: str, choices: t.Collection[str]) -> str:
        """A word of a closed list."""
        value = self.text(name)
        if value not in choices:
            raise self.error(name, f"one of {', '.join(filter(None, choices))} is expected, found {shown(value)}")
        return value

    def word(self, name: str, words: type[_Word]) -> _Word:
        """The same as a member of an enum."""
        return words(self.one_of(name, [str(word.value) for word in words]))

    def records(
        self, name: str, members: t.Collection[str], optional: t.Collection[str] = (), *, most: int
    ) -> tuple[Record, ...]:
        """A list of at most ``most`` objects."""
        value = self._value[name]
        if not isinstance(value, list) or len(value) > most:
            raise self.error(name, f"a list of at most {most} is expected, found {shown(value)}")
        place = f"{self.place}.{name}" if self.place else name
        return tuple(Record(item, f"{place}[{index}]", members, optional) for index, item in enumerate(value))


def is_number(value: object) -> bool:
    """Whether this is a number that fits a DWORD; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 0xFFFFFFFF


def shown(value: object) -> str:
    """A value in an error sentence: short, without control characters."""
    if isinstance(value, (list, dict)):
        return f"{type(value).__name__} of {len(value)}".replace("dict", "an object").replace("list", "a list")
    return printable(repr(value), 60)
