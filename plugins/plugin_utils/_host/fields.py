# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed access to JSON that a host sent: every step checks the type and an error names the place."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import typing as t
from collections.abc import Mapping  # isinstance with that of typing takes ten times as long

from .errors import ObservationError
from .names import printable

#: FILETIME is a signed 64-bit number everywhere in Windows.
_LAST_FILETIME = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class Words:
    """What is read, for a sentence, and the error that says what is wrong with it."""

    subject: str
    error: type[ObservationError]

    def broken(self, place: str, text: str) -> ObservationError:
        """The error for one place."""
        return self.error(f"{self.subject} cannot be used: {place}: {text}.")


_ANSWER = Words("The host's answer", ObservationError)


def shown(value: object) -> str:
    """A value in an error sentence: short, without control characters."""
    try:
        return printable(repr(value), 60)
    except RecursionError:
        return "something that is nested too deep"


class Node:
    """One object of the answer and where it stands (``keys[3].values[0]``)."""

    def __init__(self, value: object, place: str, words: Words = _ANSWER) -> None:
        if not isinstance(value, Mapping):
            raise words.broken(place or "the whole", f"an object is expected, found {shown(value)}")
        self._value: t.Mapping[object, object] = value
        self._words = words
        self.place = place

    def error(self, name: str, text: str) -> ObservationError:
        """The error for one member."""
        return self._words.broken(self._at(name), text)

    def get(self, name: str) -> object:
        """A member of any type; it has to be there."""
        if name not in self._value:
            raise self._words.broken(self._at(name), "is missing")
        return self._value[name]

    def has(self, name: str) -> bool:
        """Whether the member is there."""
        return name in self._value

    def names(self) -> tuple[str, ...]:
        """Names of all members."""
        return tuple(str(name) for name in self._value)

    def text(self, name: str) -> str:
        """A string."""
        value = self.get(name)
        if not isinstance(value, str):
            raise self.error(name, f"text is expected, found {shown(value)}")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A string or null."""
        return None if self.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """true or false."""
        value = self.get(name)
        if not isinstance(value, bool):
            raise self.error(name, f"true or false is expected, found {shown(value)}")
        return value

    def flag_or_none(self, name: str) -> bool | None:
        """true, false or null."""
        return None if self.get(name) is None else self.flag(name)

    def number(self, name: str, last: int = 0xFFFFFFFF) -> int:
        """A number from 0 to ``last``."""
        value = self.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= last:
            raise self.error(name, f"a number from 0 to {last} is expected, found {shown(value)}")
        return value

    def digits(self, name: str, last: int) -> int:
        """A number written as decimal digits in a string."""
        value = self.get(name)
        if (
            not isinstance(value, str)
            or not value.isascii()
            or not value.isdigit()
            or len(value) > 20
            or int(value) > last
        ):
            raise self.error(name, f"decimal digits up to {last} are expected as text, found {shown(value)}")
        return int(value)

    def filetime(self, name: str) -> int:
        """A FILETIME as decimal text."""
        return self.digits(name, _LAST_FILETIME)

    def filetime_or_none(self, name: str) -> int | None:
        """A FILETIME as decimal text, or null."""
        return None if self.get(name) is None else self.filetime(name)

    def binary(self, name: str) -> bytes:
        """Bytes written as base64."""
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError):
            raise self.error(name, f"base64 is expected, found {shown(self.get(name))}") from None

    def binary_or_none(self, name: str) -> bytes | None:
        """Bytes written as base64, or null."""
        return None if self.get(name) is None else self.binary(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self.get(name)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise self.error(name, f"a list of texts is expected, found {shown(value)}")
        return tuple(value)

    def nodes(self, name: str) -> tuple[Node, ...]:
        """A list of objects."""
        value = self.get(name)
        if not isinstance(value, (list, tuple)):
            raise self.error(name, f"a list is expected, found {shown(value)}")
        return tuple(Node(item, f"{self._at(name)}[{index}]", self._words) for index, item in enumerate(value))

    def node(self, name: str) -> Node:
        """An object."""
        return Node(self.get(name), self._at(name), self._words)

    def text_mapping(self, name: str) -> dict[str, str]:
        """An object whose members are all text."""
        value = self.get(name)
        if not isinstance(value, Mapping) or not all(
            isinstance(k, str) and isinstance(v, str) for k, v in value.items()
        ):
            raise self.error(name, f"an object of texts is expected, found {shown(value)}")
        return dict(value)

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
