# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""StartTLS of LDAP: one extended operation (RFC 4511 4.14), with as much BER as that takes."""

from __future__ import annotations

from ._dialogue import READY, Dialogue, Step, quoted
from ._errors import DecodeError
from ._flight import NEED_DATA
from ._reader import Reader, vector
from ._status import Failure, Status

__all__ = ["LdapDialogue"]

_START_TLS = b"1.3.6.1.4.1.1466.20037"
_SEQUENCE, _INTEGER, _ENUMERATED, _OCTETS = 0x30, 0x02, 0x0A, 0x04
_EXTENDED_REQUEST, _REQUEST_NAME, _EXTENDED_RESPONSE = 0x77, 0x80, 0x78

# RFC 4511 4.1.9: what a server says that knows no such operation, and one that cannot take more work now.
_PROTOCOL_ERROR, _UNWILLING, _BUSY = 2, 53, 51


def _element(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + vector(1, content)


def _request() -> bytes:
    operation = _element(_EXTENDED_REQUEST, _element(_REQUEST_NAME, _START_TLS))
    return _element(_SEQUENCE, _element(_INTEGER, b"\x01") + operation)


def _pull_element(reader: Reader, tag: int) -> bytes:
    """The content of an element with this tag; long lengths of up to 4 bytes, no indefinite ones (RFC 4511 5.1)."""
    found, size = reader.uint(1), reader.uint(1)
    if found != tag:
        raise DecodeError(f"BER tag {found:#04x} instead of {tag:#04x}", reader.at)
    if size >= 0x80:
        width = size & 0x7F
        if not 1 <= width <= 4:
            raise DecodeError(f"BER length in {width} bytes", reader.at)
        size = reader.uint(width)
    return reader.take(size)


class LdapDialogue(Dialogue):
    protocol = "LDAP"

    def start(self) -> Step:
        return _request()

    def _next(self) -> Step:
        data = bytes(self._data)
        if data[:1] != bytes([_SEQUENCE]):
            return Failure(Status.NO_TLS, f"The peer does not speak LDAP: {quoted(data[:40].decode('latin-1'))}.")
        size = _whole_size(data)
        if size is None or len(data) < size:
            return NEED_DATA
        del self._data[:size]
        try:
            message = Reader(_pull_element(Reader(data[:size]), _SEQUENCE))
            message_id = int.from_bytes(_pull_element(message, _INTEGER), "big")
            response = Reader(_pull_element(message, _EXTENDED_RESPONSE))
            code = int.from_bytes(_pull_element(response, _ENUMERATED), "big")
            _pull_element(response, _OCTETS)
            text = _pull_element(response, _OCTETS).decode("utf-8", "replace")
        except DecodeError as error:
            return Failure(Status.NO_TLS, f"The peer's answer to StartTLS is no LDAP message: {error}.")
        if not message_id:
            # RFC 4511 4.4.1, notice of disconnection: not an answer to us.
            reason = f"The server ended the session: result {code}, {quoted(text)}."
            return Failure(Status.THROTTLED, reason)
        return _judge(code, text)


def _whole_size(data: bytes) -> int | None:
    """Size of the whole message, None while its length is not there yet."""
    if len(data) < 2:
        return None
    if data[1] < 0x80:
        return 2 + data[1]
    width = data[1] & 0x7F
    if len(data) < 2 + width:
        return None
    return 2 + width + int.from_bytes(data[2 : 2 + width], "big")


def _judge(code: int, text: str) -> Step:
    if code == 0:
        return READY
    said = f"result {code}, {quoted(text)}"
    if code == _BUSY:
        return Failure(Status.THROTTLED, f"The server is too busy for StartTLS: {said}.")
    if code in (_PROTOCOL_ERROR, _UNWILLING):
        return Failure(Status.STARTTLS_NOT_OFFERED, f"The server offers no StartTLS: {said}.")
    # 52 unavailable: on a domain controller typically no certificate for server authentication.
    return Failure(Status.STARTTLS_UNAVAILABLE, f"The server declines StartTLS: {said}.")
