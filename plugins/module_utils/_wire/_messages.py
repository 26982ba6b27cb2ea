# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server says in its first flight: values, and their way from bytes and back (RFC 5246 7.4, RFC 8446 4.1.3).

Unknown parts stay raw. Certificates are not parsed here: they are handed on as DER.
"""

from __future__ import annotations

import dataclasses

from ._codes import Alert, Extension, Version
from ._errors import DecodeError
from ._hello import ExtensionData, pull_extensions, push_extensions
from ._reader import Reader, vector
from ._suites import suite

__all__ = [
    "AlertMessage",
    "Certificates",
    "KeyExchange",
    "OtherMessage",
    "ServerHello",
    "ServerHelloDone",
    "pull_alert",
    "pull_certificates",
    "pull_key_exchange",
    "pull_server_hello",
    "push_alert",
    "push_certificates",
    "push_key_exchange",
    "push_server_hello",
]

# RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest" in the place of the random makes a ServerHello a HelloRetryRequest.
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")

# Chains seen in the field have up to 10 certificates; beyond this somebody wants our memory.
MAX_CERTIFICATES = 64


@dataclasses.dataclass(frozen=True)
class ServerHello:
    """The choice of the server. version: legacy field; ``chosen_version`` decides. extensions: None when absent."""

    version: int
    random: bytes
    session_id: bytes
    suite: int
    compression: int
    extensions: tuple[ExtensionData, ...] | None

    def extension(self, number: int) -> bytes | None:
        return dict(self.extensions or ()).get(number)

    @property
    def chosen_version(self) -> Version:
        """Only supported_versions decides about TLS 1.3 (RFC 8446 4.2.1)."""
        content = self.extension(Extension.SUPPORTED_VERSIONS)
        return Version(self.version if content is None else int.from_bytes(content, "big"))

    @property
    def retry(self) -> bool:
        """True for a HelloRetryRequest: suite and group are chosen, keys are not."""
        return self.random == RETRY_RANDOM

    @property
    def group(self) -> int | None:
        """The group of TLS 1.3's key_share."""
        content = self.extension(Extension.KEY_SHARE)
        return None if content is None else int.from_bytes(content[:2], "big")


def pull_server_hello(body: bytes) -> ServerHello:
    reader = Reader(body)
    version, random, session_id = reader.uint(2), reader.take(32), reader.vector(1)
    suite_number, compression = reader.uint(2), reader.uint(1)
    if len(session_id) > 32:
        raise DecodeError(f"session id of {len(session_id)} bytes", reader.at)
    hello = ServerHello(version, random, session_id, suite_number, compression, pull_extensions(reader))
    reader.finish()
    _check_fixed_sizes(hello, reader.at)
    return hello


def _check_fixed_sizes(hello: ServerHello, at: int) -> None:
    versions, share = hello.extension(Extension.SUPPORTED_VERSIONS), hello.extension(Extension.KEY_SHARE)
    if versions is not None and len(versions) != 2:
        raise DecodeError(f"supported_versions of {len(versions)} bytes", at)
    if share is not None and len(share) < 2:
        raise DecodeError(f"key_share of {len(share)} bytes", at)


def push_server_hello(hello: ServerHello) -> bytes:
    head = hello.version.to_bytes(2, "big") + hello.random + vector(1, hello.session_id)
    return head + hello.suite.to_bytes(2, "big") + bytes([hello.compression]) + push_extensions(hello.extensions)


@dataclasses.dataclass(frozen=True)
class Certificates:
    """The chain as sent, leaf first, DER."""

    chain: tuple[bytes, ...]


def pull_certificates(body: bytes) -> Certificates:
    reader = Reader(body)
    chain: list[bytes] = []
    with reader.block(3):
        while reader.left:
            if len(chain) == MAX_CERTIFICATES:
                raise DecodeError(f"more than {MAX_CERTIFICATES} certificates", reader.at)
            chain.append(reader.vector(3))
    reader.finish()
    if not all(chain):
        raise DecodeError("empty certificate", reader.at)
    return Certificates(tuple(chain))


def push_certificates(message: Certificates) -> bytes:
    return vector(3, b"".join(vector(3, der) for der in message.chain))


@dataclasses.dataclass(frozen=True)
class KeyExchange:
    """The public part of the server's key exchange.

    group: named curve, None for an explicit curve or finite field. bits: of the DH prime or the ephemeral RSA modulus.
    parameters: as sent. signature: what follows them, its form depends on the version.
    """

    kind: str
    group: int | None
    bits: int | None
    parameters: bytes
    signature: bytes


def pull_key_exchange(body: bytes, suite_number: int) -> KeyExchange:
    """Read ServerKeyExchange as the chosen suite means it (RFC 5246 7.4.3, RFC 8422 5.4, RFC 4346 D.1 for export)."""
    kind = suite(suite_number).key_exchange
    reader = Reader(body)
    group: int | None = None
    bits: int | None = None
    if kind == "ECDHE":
        curve_type = reader.uint(1)
        if curve_type != 3:
            # Explicit curves (1, 2) have no use outside tests; RFC 8422 forbids them.
            return KeyExchange(kind, None, None, body, b"")
        group = reader.uint(2)
        reader.vector(1)
    elif kind in ("DHE", "RSA"):
        first = reader.vector(2)
        bits = int.from_bytes(first, "big").bit_length()
        reader.vector(2)
        if kind == "DHE":
            reader.vector(2)
    else:
        return KeyExchange(kind, None, None, body, b"")
    return KeyExchange(kind, group, bits, body[: reader.at], reader.rest())


def push_key_exchange(message: KeyExchange) -> bytes:
    return message.parameters + message.signature


@dataclasses.dataclass(frozen=True)
class AlertMessage:
    """level: 1 warning, 2 fatal."""

    level: int
    code: Alert


def pull_alert(body: bytes) -> AlertMessage:
    reader = Reader(body)
    message = AlertMessage(reader.uint(1), Alert(reader.uint(1)))
    reader.finish()
    return message


def push_alert(message: AlertMessage) -> bytes:
    return bytes([message.level, message.code])


@dataclasses.dataclass(frozen=True)
class ServerHelloDone:
    """The end of the first flight up to TLS 1.2."""


@dataclasses.dataclass(frozen=True)
class OtherMessage:
    """A handshake message that tells us nothing we need: its type and body."""

    kind: int
    body: bytes
