# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One question of the domain name system, for mail exchangers (RFC 1035 4.1, MX 3.3.9): bytes in, answer out.

Python's library cannot ask for MX. What comes back is from a network: every length and pointer is checked.
"""

from __future__ import annotations

import dataclasses
import struct

__all__ = ["DnsError", "Exchanger", "NoSuchDomainError", "TruncatedError", "mx_query", "read_mx"]

_HEADER = struct.Struct("!HHHHHH")
_FIXED = struct.Struct("!HHIH")
_MX, _IN = 15, 1
_RESPONSE, _TRUNCATED, _RECURSION_DESIRED = 0x8000, 0x0200, 0x0100
_NO_SUCH_NAME = 3
_LONGEST_NAME = 255
#: RFC 1035 4.1.4 allows pointers to pointers; more of them than a name can have labels is a loop.
_MOST_POINTERS = 127


class DnsError(Exception):
    """The answer is none; one sentence."""


class NoSuchDomainError(DnsError):
    """The name servers know for certain that there is no such domain."""


class TruncatedError(DnsError):
    """The answer did not fit into a datagram and has to be asked for over TCP."""


@dataclasses.dataclass(frozen=True, order=True)
class Exchanger:
    """One mail exchanger, the lowest ``preference`` first.

    ``host``: without its last dot; empty is a null MX, "no mail for this domain" (RFC 7505).
    """

    preference: int
    host: str


def mx_query(domain: str, number: int) -> bytes:
    """The question for the mail exchangers of ``domain``. ``number``: 16 bits of chance. Raises DnsError."""
    return _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0) + _name(domain) + struct.pack("!HH", _MX, _IN)


def _name(domain: str) -> bytes:
    try:
        labels = [label.encode("idna") for label in domain.rstrip(".").split(".")]
    except UnicodeError as error:
        raise DnsError(f"{domain!r} is no domain name.") from error
    if not all(0 < len(label) < 64 for label in labels):
        raise DnsError(f"{domain!r} is no domain name.")
    wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    if len(wire) > _LONGEST_NAME:
        raise DnsError(f"{domain!r} is longer than a domain name can be.")
    return wire


def read_mx(data: bytes, query: bytes) -> tuple[Exchanger, ...]:
    """The exchangers in the answer to ``query``, in order of preference; empty when the domain has none.

    :raises TruncatedError: ask again over TCP
    :raises DnsError: the domain does not exist, the server refuses, or this is no answer to that question
    """
    try:
        return _read(data, query)
    except (struct.error, IndexError) as error:
        raise DnsError("The answer of the name server is cut off.") from error


def _read(data: bytes, query: bytes) -> tuple[Exchanger, ...]:
    number, flags, questions, answers, _authorities, _additional = _HEADER.unpack_from(data)
    asked = query[_HEADER.size :]
    if number != _HEADER.unpack_from(query)[0] or not flags & _RESPONSE or questions != 1:
        raise DnsError("The answer of the name server is to another question.")
    # Servers may answer in other letters than were asked in, so names are compared without their case.
    if data[_HEADER.size : _HEADER.size + len(asked)].lower() != asked.lower():
        raise DnsError("The answer of the name server is to another question.")
    if flags & _TRUNCATED:
        raise TruncatedError("The answer of the name server is longer than a datagram.")
    code = flags & 0xF
    if code == _NO_SUCH_NAME:
        raise NoSuchDomainError("There is no such domain.")
    if code:
        raise DnsError(f"The name server answers with error {code}.")
    found, place = [], _HEADER.size + len(asked)
    for _answer in range(answers):
        _owner, place = _read_name(data, place)
        kind, family, _lifetime, length = _FIXED.unpack_from(data, place)
        place += _FIXED.size
        if place + length > len(data):
            raise DnsError("The answer of the name server is cut off.")
        if (kind, family) == (_MX, _IN):
            (preference,) = struct.unpack_from("!H", data, place)
            host, _end = _read_name(data, place + 2)
            found.append(Exchanger(preference, host))
        place += length
    return tuple(sorted(set(found)))


def _read_name(data: bytes, place: int) -> tuple[str, int]:
    """A name and where it ends. Pointers lead backwards only, so no answer makes this run long."""
    labels: list[str] = []
    end, pointers, size = None, 0, 0
    while True:
        length = data[place]
        if length & 0xC0 == 0xC0:
            target = struct.unpack_from("!H", data, place)[0] & 0x3FFF
            end = place + 2 if end is None else end
            pointers += 1
            if target >= place or pointers > _MOST_POINTERS:
                raise DnsError("A name in the answer of the name server leads nowhere.")
            place = target
            continue
        if length & 0xC0:
            raise DnsError("A name in the answer of the name server has an unknown form.")
        place += 1
        if not length:
            return ".".join(labels), place if end is None else end
        label = data[place : place + length]
        size += length + 1
        if len(label) < length or size > _LONGEST_NAME:
            raise DnsError("A name in the answer of the name server is cut off or too long.")
        labels.append(_label(label))
        place += length


def _label(label: bytes) -> str:
    text = label.decode("latin-1")
    if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in text):
        raise DnsError("A name in the answer of the name server is no host name.")
    return text.lower()
