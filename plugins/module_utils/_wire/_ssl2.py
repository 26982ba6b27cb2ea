# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSL 2.0: its hello, its answer, and the SSL 2.0 framing that old clients put around an SSL 3.0 or TLS hello.

Source: Hickman, "The SSL Protocol" (1995); RFC 5246 appendix E.2 for the framing.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._codes import Version
from ._errors import DecodeError
from ._reader import Reader, vector

__all__ = [
    "Ssl2Error",
    "Ssl2ServerHello",
    "pull_ssl2",
    "push_ssl2_error",
    "push_ssl2_server_hello",
    "ssl2_client_hello",
]

_ERROR, _CLIENT_HELLO, _SERVER_HELLO = 0, 1, 4


@dataclasses.dataclass(frozen=True)
class Ssl2ServerHello:
    """Everything the server accepts in SSL 2.0, in one answer. kinds: three-byte cipher kinds as numbers."""

    version: int
    certificate: bytes
    kinds: tuple[int, ...]
    connection_id: bytes


@dataclasses.dataclass(frozen=True)
class Ssl2Error:
    """code: 1 no common cipher, 2 no certificate, 4 bad certificate, 6 unsupported certificate type."""

    code: int


def ssl2_client_hello(version: Version, suites: t.Sequence[int], challenge: bytes) -> bytes:
    """A hello in SSL 2.0 framing; TLS suites become the three-byte kinds that begin with a zero byte.

    version: SSL 2.0 asks for SSL 2.0; a later one makes it the "unified hello" of RFC 5246 E.2.
    challenge: 16 to 32 random bytes.
    """
    kinds = b"".join(number.to_bytes(3, "big") for number in suites)
    lengths = b"".join(len(part).to_bytes(2, "big") for part in (kinds, b"", challenge))
    body = bytes([_CLIENT_HELLO]) + version.to_bytes(2, "big") + lengths + kinds + challenge
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def pull_ssl2(body: bytes) -> Ssl2ServerHello | Ssl2Error:
    """Read the body of an SSL 2.0 record; raises DecodeError for anything that no server says after a hello."""
    reader = Reader(body)
    kind = reader.uint(1)
    if kind == _ERROR:
        error = Ssl2Error(reader.uint(2))
        reader.finish()
        return error
    if kind != _SERVER_HELLO:
        raise DecodeError(f"SSL 2.0 message {kind}", 0)
    reader.take(2)  # session id hit, certificate type (1 = X.509, the only one ever defined)
    version, sizes = reader.uint(2), [reader.uint(2) for _unused in range(3)]
    certificate, kinds, connection_id = (reader.take(size) for size in sizes)
    reader.finish()
    if len(kinds) % 3:
        raise DecodeError("cipher kinds are not groups of three bytes", reader.at)
    numbers = tuple(int.from_bytes(kinds[at : at + 3], "big") for at in range(0, len(kinds), 3))
    return Ssl2ServerHello(version, certificate, numbers, connection_id)


def push_ssl2_server_hello(hello: Ssl2ServerHello) -> bytes:
    kinds = b"".join(number.to_bytes(3, "big") for number in hello.kinds)
    parts = (hello.certificate, kinds, hello.connection_id)
    lengths = b"".join(len(part).to_bytes(2, "big") for part in parts)
    return _framed(bytes([_SERVER_HELLO, 0, 1]) + hello.version.to_bytes(2, "big") + lengths + b"".join(parts))


def push_ssl2_error(error: Ssl2Error) -> bytes:
    return _framed(bytes([_ERROR]) + error.code.to_bytes(2, "big"))


def _framed(body: bytes) -> bytes:
    framed = vector(2, body)
    return bytes([framed[0] | 0x80]) + framed[1:]
