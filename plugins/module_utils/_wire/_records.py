# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a byte stream to messages: TLS records, handshake messages spread over them, SSL 2.0 records.

Every step answers one of three things: a message, ``None`` for "not enough yet", or a ``DecodeError``.
"""

from __future__ import annotations

import dataclasses

from ._codes import ContentType
from ._errors import DecodeError

__all__ = ["HandshakeBuffer", "NotTls", "Record", "RecordBuffer"]

# RFC 5246 6.2.1 allows 2^14 bytes of plain text, and 2048 more for what compression and encryption may add.
MAX_RECORD = (1 << 14) + 2048

# The longest message of a first flight is a chain; OpenSSL allows 100 KiB, real ones stay under 20 KiB.
MAX_HANDSHAKE = 1 << 17

_CONTENT_TYPES = frozenset(int(content_type) for content_type in ContentType)
_SSL2_FIRST_MESSAGES = (0, 4)  # error, server hello


@dataclasses.dataclass(frozen=True)
class Record:
    """content_type: None for an SSL 2.0 record, whose body is one whole message."""

    content_type: ContentType | None
    body: bytes


@dataclasses.dataclass(frozen=True)
class NotTls:
    """The peer speaks something else. sample: the first bytes of it."""

    sample: bytes


class RecordBuffer:
    """Cuts a byte stream into records."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._seen_tls = False

    def feed(self, data: bytes) -> None:
        self._data += data

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their record."""
        return len(self._data)

    def next(self) -> Record | NotTls | None:
        """The next record; ``NotTls`` when not even the first bytes look like one."""
        head = self._data
        if not head:
            return None
        if head[0] in _CONTENT_TYPES:
            return self._next_tls()
        if self._seen_tls:
            raise DecodeError(f"record type {head[0]}", 0)
        return self._next_ssl2()

    def _next_tls(self) -> Record | NotTls | None:
        head = self._data
        if len(head) >= 2 and head[1] != 3 and not self._seen_tls:
            return NotTls(bytes(head[:64]))
        if len(head) < 5:
            return None
        size = int.from_bytes(head[3:5], "big")
        if size > MAX_RECORD:
            raise DecodeError(f"record of {size} bytes", 3)
        if len(head) < 5 + size:
            return None
        self._seen_tls = True
        record = Record(ContentType(head[0]), bytes(head[5 : 5 + size]))
        del head[: 5 + size]
        return record

    def _next_ssl2(self) -> Record | NotTls | None:
        """Both header forms of SSL 2.0: two bytes without padding, three with."""
        head = self._data
        padded = not head[0] & 0x80
        header = 3 if padded else 2
        if len(head) <= header:
            # Text (an SMTP greeting, "HTTP/1.1 400") has no high bit: say so at once instead of waiting for more.
            return NotTls(bytes(head)) if chr(head[0]).isalnum() or head[0] in b"*+-<" else None
        size = int.from_bytes(head[:2], "big") & (0x3FFF if padded else 0x7FFF)
        padding = head[2] if padded else 0
        if head[header] not in _SSL2_FIRST_MESSAGES or size > MAX_RECORD or padding > size:
            return NotTls(bytes(head[:64]))
        if len(head) < header + size:
            return None
        record = Record(None, bytes(head[header : header + size - padding]))
        del head[: header + size]
        return record


class HandshakeBuffer:
    """Puts handshake messages together that are spread over records, and takes apart those that share one."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        if not data:
            raise DecodeError("empty handshake record", 0)  # RFC 8446 5.1 forbids them; endless ones would hold us
        self._data += data

    def next(self) -> tuple[int, bytes] | None:
        """Type and body of the next whole message."""
        data = self._data
        if len(data) < 4:
            return None
        size = int.from_bytes(data[1:4], "big")
        if size > MAX_HANDSHAKE:
            raise DecodeError(f"handshake message of {size} bytes", 1)
        if len(data) < 4 + size:
            return None
        message = (data[0], bytes(data[4 : 4 + size]))
        del data[: 4 + size]
        return message
