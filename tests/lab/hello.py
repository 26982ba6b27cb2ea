# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first flight by hand: reading a ClientHello off the wire, and the answers that OpenSSL 3 can no longer give
(SSL 3.0, RC4, 3DES).
"""

from __future__ import annotations

import dataclasses
import os
import struct
import typing as t

from .tls_tables import VERSIONS

_HANDSHAKE, _ALERT, _FATAL = 22, 21, 2
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _SERVER_HELLO_DONE = 1, 2, 11, 12, 14
_SUPPORTED_VERSIONS, _KEY_SHARE, _RENEGOTIATION_INFO = 43, 51, 0xFF01
_X25519 = 29
LIMIT = 65_536


class HelloError(Exception):
    """Bytes that are no ClientHello."""


@dataclasses.dataclass(frozen=True)
class ClientHello:
    """What a client offers, as code points. ``old_form``: an SSL 2.0 hello, which every Schannel still reads."""

    version: int
    versions: tuple[int, ...]
    suites: tuple[int, ...]
    session: bytes
    extensions: t.Mapping[int, bytes]
    old_form: bool = False


class HelloReader:
    """Collects records until the ClientHello is complete: feed bytes, ask for :attr:`hello`; ``seen`` is everything
    that was fed.
    """

    def __init__(self) -> None:
        self.seen = b""
        self.hello: ClientHello | None = None

    def feed(self, data: bytes) -> ClientHello | None:
        """The hello once it is complete. Raises HelloError."""
        self.seen += data
        if len(self.seen) > LIMIT:
            raise HelloError("the hello is too long")
        if self.seen[:1] and self.seen[0] & 0x80 and len(self.seen) >= 3 and self.seen[2] == _CLIENT_HELLO:
            self.hello = _old_form(self.seen)
            return self.hello
        message = b""
        rest = self.seen
        while len(rest) >= 5:
            kind, _version, length = struct.unpack(">BHH", rest[:5])
            if kind != _HANDSHAKE:
                raise HelloError(f"record type {kind} instead of a handshake")
            if len(rest) < 5 + length:
                break
            message += rest[5 : 5 + length]
            rest = rest[5 + length :]
        if rest and rest[0] != _HANDSHAKE:
            raise HelloError(f"record type {rest[0]} instead of a handshake")
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            self.hello = _parse(message)
        return self.hello


def _parse(message: bytes) -> ClientHello:
    if message[0] != _CLIENT_HELLO:
        raise HelloError(f"handshake message {message[0]} instead of a ClientHello")
    try:
        body = message[4 : 4 + int.from_bytes(message[1:4], "big")]
        version = int.from_bytes(body[:2], "big")
        session, rest = _vector(body[34:], 1)
        suites, rest = _vector(rest, 2)
        _compression, rest = _vector(rest, 1)
        extensions = _extensions(_vector(rest, 2)[0]) if rest else {}
    except (IndexError, struct.error) as error:
        raise HelloError("the ClientHello is cut short") from error
    offered = _words(extensions[_SUPPORTED_VERSIONS][1:]) if _SUPPORTED_VERSIONS in extensions else ()
    versions = offered or tuple(number for number in VERSIONS.values() if 0x0300 <= number <= min(version, 0x0303))
    return ClientHello(version, versions, _words(suites), session, extensions)


def _old_form(data: bytes) -> ClientHello | None:
    length = int.from_bytes(data[:2], "big") & 0x7FFF
    if len(data) < 2 + length:
        return None
    version, suites_length, _session_length, _challenge = struct.unpack(">HHHH", data[3:11])
    found = [int.from_bytes(data[11 + at : 14 + at], "big") for at in range(0, suites_length, 3)]
    versions = (
        tuple(number for number in VERSIONS.values() if number <= min(version, 0x0303))
        if version >= 0x0300
        else (0x0002,)
    )
    return ClientHello(version, versions, tuple(number for number in found if number <= 0xFFFF), b"", {}, old_form=True)


def _vector(data: bytes, size: int) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:size], "big")
    if len(data) < size + length:
        raise IndexError
    return data[size : size + length], data[size + length :]


def _extensions(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data:
        kind = int.from_bytes(data[:2], "big")
        content, data = _vector(data[2:], 2)
        found.setdefault(kind, content)
    return found


def _words(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2))


# -- answers
# ------------------------------------------------------------------------------------------------------------


def alert(number: int, hello: ClientHello | None = None) -> bytes:
    """A fatal alert in a record of the client's version."""
    version = min(max(hello.version, 0x0300), 0x0303) if hello else 0x0301
    return struct.pack(">BHHBB", _ALERT, version, 2, _FATAL, number)


def _record(version: int, message: bytes) -> bytes:
    return b"".join(
        struct.pack(">BHH", _HANDSHAKE, version, len(part)) + part
        for part in (message[at : at + 16384] for at in range(0, len(message), 16384))
    )


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def first_flight(hello: ClientHello, version: str, suite: int, certificate: bytes) -> bytes:
    """ServerHello, Certificate and ServerHelloDone of SSL 3.0 to TLS 1.2: enough for a prober; nobody here could
    finish the handshake.
    """
    number = VERSIONS[version]
    extensions = b""
    if not hello.old_form and (_RENEGOTIATION_INFO in hello.extensions or 0x00FF in hello.suites):
        extensions = struct.pack(">HHB", _RENEGOTIATION_INFO, 1, 0)
    body = struct.pack(">H", number) + os.urandom(32) + bytes([32]) + os.urandom(32) + struct.pack(">HB", suite, 0)
    if extensions:
        body += struct.pack(">H", len(extensions)) + extensions
    chain = len(certificate).to_bytes(3, "big") + certificate
    messages = (
        _message(_SERVER_HELLO, body)
        + _message(_CERTIFICATE, len(chain).to_bytes(3, "big") + chain)
        + _message(_SERVER_HELLO_DONE, b"")
    )
    return _record(number, messages)


def server_hello_1_3(hello: ClientHello, suite: int) -> bytes:
    """The ServerHello of TLS 1.3 alone, for a choice of suites that OpenSSL cannot be talked into."""
    extensions = struct.pack(">HHH", _SUPPORTED_VERSIONS, 2, VERSIONS["tls_1_3"])
    extensions += struct.pack(">HHHH", _KEY_SHARE, 36, _X25519, 32) + os.urandom(32)
    body = (
        struct.pack(">H", 0x0303)
        + os.urandom(32)
        + bytes([len(hello.session)])
        + hello.session
        + struct.pack(">HB", suite, 0)
    )
    return _record(0x0303, _message(_SERVER_HELLO, body + struct.pack(">H", len(extensions)) + extensions))
