# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What we say first: the ClientHello of SSL 3.0 to TLS 1.3, as a value, and its way to bytes and back.

The caller gives the randomness; the same value gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._codes import ContentType, Extension, HandshakeType, Version
from ._errors import CallerError
from ._groups import COMMON_GROUPS, COMMON_SIGNATURE_SCHEMES, LEGACY_GROUPS, MODERN_GROUPS, SIGNATURE_SCHEMES
from ._reader import Reader, vector
from ._suites import EMPTY_RENEGOTIATION_INFO_SCSV

__all__ = [
    "ClientHello",
    "Offer",
    "client_hello",
    "pull_client_hello",
    "push_client_hello",
    "record",
    "server_name_list",
    "shares_for",
]

ExtensionData = tuple[int, bytes]

# Shares that need no private key because nobody goes on to use them: the base points of X25519 (RFC 7748 4.1) and
# of P-256 (SEC 2). Only for servers that do not answer an empty key_share with a HelloRetryRequest.
_X25519_POINT = (9).to_bytes(32, "little")
_P256_POINT = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
_POINTS = ((0x001D, _X25519_POINT), (0x0017, _P256_POINT))

# Some load balancers drop hellos of 256 to 511 bytes; RFC 7685 exists because of them.
_FRAGILE_FROM, _FRAGILE_TO = 256, 512


@dataclasses.dataclass(frozen=True)
class Offer:
    """What a hello asks for.

    versions: highest first; more than one only together with TLS 1.3 (supported_versions). suites: in the order sent.
    server_name: None sends no SNI. key_shares: send shares instead of an empty list (TLS 1.3).
    groups: None sends those that suit the versions. alpn: protocol names, none sent when empty.
    signals: signalling suite numbers to add, for example the fallback SCSV.
    pad_to: bytes that the record shall have at least, where it has extensions.
    compact: only the groups and signature schemes that everybody knows, for servers that choke on long hellos.
    """

    versions: tuple[Version, ...]
    suites: tuple[int, ...]
    server_name: str | None = None
    key_shares: bool = False
    groups: tuple[int, ...] | None = None
    alpn: tuple[str, ...] = ()
    signals: tuple[int, ...] = ()
    pad_to: int = 0
    compact: bool = False

    @property
    def highest(self) -> Version:
        return self.versions[0]

    @property
    def size(self) -> int:
        """Bytes of the record that carries it."""
        return len(client_hello(self, bytes(64)))


@dataclasses.dataclass(frozen=True)
class ClientHello:
    """The message as on the wire (RFC 8446 4.1.2). extensions: None when the block is absent, as in SSL 3.0."""

    version: int
    random: bytes
    session_id: bytes
    suites: tuple[int, ...]
    compressions: bytes
    extensions: tuple[ExtensionData, ...] | None


def pull_client_hello(body: bytes) -> ClientHello:
    reader = Reader(body)
    version, random, session_id = reader.uint(2), reader.take(32), reader.vector(1)
    with reader.block(2):
        suites = tuple(reader.uint(2) for _unused in range(reader.left // 2))
    compressions = reader.vector(1)
    extensions = pull_extensions(reader)
    reader.finish()
    return ClientHello(version, random, session_id, suites, compressions, extensions)


def push_client_hello(hello: ClientHello) -> bytes:
    suites = b"".join(number.to_bytes(2, "big") for number in hello.suites)
    head = hello.version.to_bytes(2, "big") + hello.random + vector(1, hello.session_id)
    return head + vector(2, suites) + vector(1, hello.compressions) + push_extensions(hello.extensions)


def pull_extensions(reader: Reader) -> tuple[ExtensionData, ...] | None:
    """None when the message ends here: before RFC 4366 there was no block, and old servers still leave it out."""
    if not reader.left:
        return None
    extensions = []
    with reader.block(2):
        while reader.left:
            extensions.append((reader.uint(2), reader.vector(2)))
    return tuple(extensions)


def push_extensions(extensions: t.Sequence[ExtensionData] | None) -> bytes:
    if extensions is None:
        return b""
    return vector(2, b"".join(number.to_bytes(2, "big") + vector(2, content) for number, content in extensions))


def record(content_type: ContentType, version: int, content: bytes) -> bytes:
    """One TLS record (RFC 8446 5.1)."""
    return bytes([content_type]) + version.to_bytes(2, "big") + vector(2, content)


def client_hello(offer: Offer, random: bytes) -> bytes:
    """The record to send for this offer. random: 64 bytes, 32 for the hello and 32 for a TLS 1.3 session id."""
    if not offer.versions or not offer.suites:
        raise CallerError("A hello needs at least one version and one cipher suite.")
    hello = _compose(offer, random)
    body = push_client_hello(hello)
    wanted = max(_FRAGILE_TO if _FRAGILE_FROM <= len(body) + 4 < _FRAGILE_TO else 0, offer.pad_to - 5)
    missing = wanted - 4 - len(body)
    if hello.extensions is not None and missing > 0:
        padding = (Extension.PADDING, bytes(max(missing - 4, 0)))
        body = push_client_hello(dataclasses.replace(hello, extensions=(*hello.extensions, padding)))
    # RFC 8446 5.1: the first record says 3.1 for the sake of old servers; SSL 3.0 says its own.
    record_version = min(offer.highest, Version.TLS_1_0)
    return record(ContentType.HANDSHAKE, record_version, bytes([HandshakeType.CLIENT_HELLO]) + vector(3, body))


def _compose(offer: Offer, random: bytes) -> ClientHello:
    modern = offer.highest is Version.TLS_1_3
    with_extensions = offer.highest is not Version.SSL_3_0
    # Strict servers (Exchange 2019 by default) refuse a hello without a sign of RFC 5746; SSL 3.0 has only the SCSV.
    signals = offer.signals if with_extensions else (*offer.signals, EMPTY_RENEGOTIATION_INFO_SCSV)
    return ClientHello(
        version=min(offer.highest, Version.TLS_1_2),
        random=random[:32],
        session_id=random[32:64] if modern else b"",
        suites=(*offer.suites, *signals),
        compressions=b"\x00",
        extensions=tuple(_extensions(offer)) if with_extensions else None,
    )


def _extensions(offer: Offer) -> t.Iterator[ExtensionData]:
    modern = offer.highest is Version.TLS_1_3
    only_modern = modern and len(offer.versions) == 1
    if offer.server_name:
        yield Extension.SERVER_NAME, server_name_list(offer.server_name)
    yield Extension.RENEGOTIATION_INFO, b"\x00"
    yield Extension.SUPPORTED_GROUPS, vector(2, _numbers(_groups(offer, only_modern)))
    yield Extension.EC_POINT_FORMATS, b"\x01\x00"
    yield Extension.SESSION_TICKET, b""
    if offer.alpn:
        yield Extension.ALPN, vector(2, b"".join(vector(1, name.encode("ascii")) for name in offer.alpn))
    yield Extension.EXTENDED_MASTER_SECRET, b""
    if offer.highest >= Version.TLS_1_2:
        schemes = COMMON_SIGNATURE_SCHEMES if offer.compact else SIGNATURE_SCHEMES
        yield Extension.SIGNATURE_ALGORITHMS, vector(2, _numbers(schemes))
    if modern:
        yield Extension.SUPPORTED_VERSIONS, vector(1, _numbers(offer.versions))
        if not offer.compact:
            yield Extension.PSK_KEY_EXCHANGE_MODES, b"\x01\x01"
        yield Extension.KEY_SHARE, vector(2, _shares(offer.compact) if offer.key_shares else b"")


def _groups(offer: Offer, only_modern: bool) -> tuple[int, ...]:
    if offer.groups is not None:
        return offer.groups
    if offer.compact:
        return COMMON_GROUPS
    return MODERN_GROUPS if only_modern else LEGACY_GROUPS


def server_name_list(name: str) -> bytes:
    """RFC 6066 3: a list of one host_name, type 0."""
    return vector(2, b"\x00" + vector(2, name.encode("ascii")))


def shares_for(groups: t.Container[int]) -> bytes:
    """A key share for each of these groups that we have a point of; empty when there is none."""
    shares = [(number, point) for number, point in _POINTS if number in groups]
    return b"".join(number.to_bytes(2, "big") + vector(2, point) for number, point in shares)


def _shares(compact: bool) -> bytes:
    return shares_for([number for number, _point in _POINTS[: 1 if compact else 2]])


def _numbers(values: t.Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)
