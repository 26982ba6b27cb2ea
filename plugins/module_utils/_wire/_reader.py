# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bounded reader for every binary format of this package, and the few helpers that write.

Nested lengths shrink the window: nothing inside a block can read beyond it, and bytes left over at its end are an
error, so a lying length is noticed where it lies.
"""

from __future__ import annotations

import contextlib
import typing as t

from ._errors import DecodeError

__all__ = ["Reader", "vector"]


class Reader:
    """Reads big-endian fields from bytes; every failure is a ``DecodeError`` with the offset."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)

    @property
    def left(self) -> int:
        """Bytes that may still be read in the present block."""
        return self._end - self._at

    @property
    def at(self) -> int:
        """Offset of the next byte."""
        return self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise DecodeError(f"{size} bytes announced, {self.left} there", self._at)
        start = self._at
        self._at += size
        return self._data[start : self._at]

    def uint(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        """The content of a block that begins with its own length in ``width`` bytes (RFC 8446 3.4)."""
        return self.take(self.uint(width))

    def rest(self) -> bytes:
        return self.take(self.left)

    @contextlib.contextmanager
    def block(self, width: int) -> t.Iterator[Reader]:
        """Restrict reading to a block that begins with its own length; it must be read to its end."""
        size = self.uint(width)
        if size > self.left:
            raise DecodeError(f"block of {size} bytes in {self.left} bytes", self._at)
        outer, self._end = self._end, self._at + size
        yield self
        self.finish()
        self._end = outer

    def finish(self) -> None:
        """Bytes left over are an error: who announced them, or sent them, did not mean what we read."""
        if self.left:
            raise DecodeError(f"{self.left} bytes left over", self._at)


def vector(width: int, content: bytes) -> bytes:
    """``content`` with its length in front of it."""
    return len(content).to_bytes(width, "big") + content
