# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hello of somebody else's program, made again from a description, and what the endpoint answers to it.

Unlike ``_hello``, which asks for as much as it can, this says exactly what the described program says, no more.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._codes import ContentType, Extension, HandshakeType, Version
from ._errors import CallerError
from ._groups import group
from ._hello import ClientHello, ExtensionData, push_client_hello, record, server_name_list, shares_for
from ._reader import vector
from ._ssl2 import ssl2_client_hello
from ._suites import EMPTY_RENEGOTIATION_INFO_SCSV

__all__ = ["Replay", "replay", "replay_hello"]

#: Extensions that a description may name; those that belong to versions, groups and schemes come by themselves.
_BARE = {
    "session_ticket": Extension.SESSION_TICKET,
    "extended_master_secret": Extension.EXTENDED_MASTER_SECRET,
    "encrypt_then_mac": Extension.ENCRYPT_THEN_MAC,
}
_EXTENSIONS = frozenset({"server_name", *_BARE})
_RENEGOTIATION = ("extension", "scsv", "none")
_FRAMING = ("tls", "ssl2")

# A hello with more than this is no program's.
_LONGEST_LIST = 1024


@dataclasses.dataclass(frozen=True)
class Replay:
    """What a program says first.

    id: given back with the answer. framing: ``tls``, or ``ssl2`` for the hello of RFC 5246 E.2, without extensions.
    versions: highest first. suites, groups, schemes: numbers in the order sent; kinds of SSL 2.0 among the suites go
    only into its framing. extensions: of server_name, session_ticket, extended_master_secret, encrypt_then_mac.
    renegotiation: how it shows RFC 5746, ``extension``, ``scsv`` or ``none``.
    """

    id: str
    framing: str
    versions: tuple[Version, ...]
    suites: tuple[int, ...]
    groups: tuple[int, ...] = ()
    schemes: tuple[int, ...] = ()
    extensions: frozenset[str] = frozenset()
    renegotiation: str = "scsv"


def replay(data: t.Mapping[str, t.Any]) -> Replay:
    """Read a description as plain data (keys: the fields of ``Replay``, versions by id). Raises CallerError."""
    name = data.get("id")
    if not isinstance(name, str) or not name:
        raise CallerError("A hello to replay needs an id.")
    unknown = set(data) - {field.name for field in dataclasses.fields(Replay)}
    if unknown:
        raise CallerError(f"Hello {name}: there is no field {min(map(str, unknown))}.")
    versions = _versions(name, data.get("versions"))
    return Replay(
        id=name,
        framing=_word(name, data, "framing", _FRAMING, "tls"),
        versions=versions,
        suites=_numbers(name, data, "suites", 0xFFFFFF, least=1),
        groups=_numbers(name, data, "groups", 0xFFFF),
        schemes=_numbers(name, data, "schemes", 0xFFFF),
        extensions=_extension_words(name, data.get("extensions", ())),
        renegotiation=_word(name, data, "renegotiation", _RENEGOTIATION, "scsv"),
    )


def _versions(name: str, given: t.Any) -> tuple[Version, ...]:
    known = {version.id: version for version in Version}
    words = given if isinstance(given, (list, tuple)) else ()
    if not words or any(not isinstance(word, str) or word not in known for word in words):
        raise CallerError(f"Hello {name}: versions must be a list of {', '.join(known)}.")
    return tuple(sorted({known[word] for word in words}, reverse=True))


def _word(name: str, data: t.Mapping[str, t.Any], field: str, words: tuple[str, ...], default: str) -> str:
    given = data.get(field, default)
    if given not in words:
        raise CallerError(f"Hello {name}: {field} must be one of {', '.join(words)}.")
    return str(given)


def _extension_words(name: str, given: t.Any) -> frozenset[str]:
    words = given if isinstance(given, (list, tuple)) else (None,)
    if any(not isinstance(word, str) or word not in _EXTENSIONS for word in words):
        raise CallerError(f"Hello {name}: extensions must be a list of {', '.join(sorted(_EXTENSIONS))}.")
    return frozenset(words)


def _numbers(name: str, data: t.Mapping[str, t.Any], field: str, most: int, least: int = 0) -> tuple[int, ...]:
    given = data.get(field, ())
    numbers = given if isinstance(given, (list, tuple)) else (None,)
    right = all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= most for n in numbers)
    if not right or not least <= len(numbers) <= _LONGEST_LIST:
        raise CallerError(f"Hello {name}: {field} must be a list of numbers up to {most:#x}.")
    return tuple(numbers)


def replay_hello(one: Replay, server_name: str | None, random: bytes) -> bytes:
    """The bytes to send. random: 64 bytes, 32 for the hello and 32 for a TLS 1.3 session id."""
    signals = (EMPTY_RENEGOTIATION_INFO_SCSV,) if one.renegotiation == "scsv" else ()
    highest = one.versions[0]
    if one.framing == "ssl2" or highest is Version.SSL_2_0:
        return ssl2_client_hello(min(highest, Version.TLS_1_2), (*one.suites, *signals), random[:16])
    modern = highest is Version.TLS_1_3
    extensions = tuple(_extensions(one, server_name)) if highest > Version.SSL_3_0 else ()
    hello = ClientHello(
        version=min(highest, Version.TLS_1_2),
        random=random[:32],
        session_id=random[32:64] if modern else b"",
        suites=(*(number for number in one.suites if number <= 0xFFFF), *signals),
        compressions=b"\x00",
        extensions=extensions or None,
    )
    body = push_client_hello(hello)
    message = bytes([HandshakeType.CLIENT_HELLO]) + vector(3, body)
    return record(ContentType.HANDSHAKE, min(highest, Version.TLS_1_0), message)


def _extensions(one: Replay, server_name: str | None) -> t.Iterator[ExtensionData]:
    if server_name and "server_name" in one.extensions:
        yield Extension.SERVER_NAME, server_name_list(server_name)
    if one.renegotiation == "extension":
        yield Extension.RENEGOTIATION_INFO, b"\x00"
    if one.groups:
        yield Extension.SUPPORTED_GROUPS, vector(2, _pairs(one.groups))
    if any(group(number).kind == "ec" for number in one.groups):
        yield Extension.EC_POINT_FORMATS, b"\x01\x00"
    for word, extension in _BARE.items():
        if word in one.extensions:
            yield extension, b""
    if one.schemes and one.versions[0] >= Version.TLS_1_2:
        yield Extension.SIGNATURE_ALGORITHMS, vector(2, _pairs(one.schemes))
    if one.versions[0] is Version.TLS_1_3:
        yield Extension.SUPPORTED_VERSIONS, vector(1, _pairs(one.versions))
        yield Extension.PSK_KEY_EXCHANGE_MODES, b"\x01\x01"
        yield Extension.KEY_SHARE, vector(2, shares_for(one.groups))


def _pairs(values: t.Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)
