# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where mail for a domain goes, asked of the name servers that this machine uses (``/etc/resolv.conf``)."""

from __future__ import annotations

import ipaddress
import os
import pathlib
import socket
import struct
import typing as t

from ._dns import DnsError, Exchanger, NoSuchDomainError, TruncatedError, mx_query, read_mx
from ._endpoint import is_host_name

__all__ = ["askable", "find_exchangers", "name_servers"]

_RESOLVER = pathlib.Path("/etc/resolv.conf")
_PORT = 53
_LARGEST_DATAGRAM = 4096
#: More than any domain has. An answer may name thousands of hosts, and they need not be his who gives it.
_MOST = 100
_LENGTH = struct.Struct("!H")

#: Address and port of a name server.
NameServer = t.Tuple[str, int]  # noqa: UP006  # an alias is evaluated, and Python 3.9 is promised


def name_servers(text: str) -> tuple[NameServer, ...]:
    """The name servers of a resolver configuration (resolv.conf(5)), in its order; lines of other kinds are skipped."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                ipaddress.ip_address(words[1].partition("%")[0])
            except ValueError:
                continue
            found.append((words[1], _PORT))
    return tuple(found)


def find_exchangers(
    domain: str, timeout: float = 5.0, servers: t.Sequence[NameServer] | None = None
) -> tuple[Exchanger, ...]:
    """The mail exchangers of a domain, the preferred ones first; the domain itself where it names none (RFC 5321 5.1).

    ``servers``: those of this machine by default; each is asked twice at most. Raises DnsError with one sentence.
    """
    if servers is None:
        servers = _of_this_machine()
    trouble = DnsError("This machine names no name server.")
    for server in (*servers, *servers):
        try:
            found = _ask(domain, server, timeout)
        except NoSuchDomainError as error:
            trouble = error
            break
        except DnsError as error:
            trouble = error
        except OSError as error:
            trouble = DnsError(f"The name server {server[0]} does not answer: {error.strerror or error}.")
        else:
            return _usable(domain, found)
    raise DnsError(f"The mail exchangers of {domain} are not known. {trouble}")


def askable(found: t.Sequence[Exchanger]) -> tuple[list[str], str]:
    """The hosts to connect to, and a sentence about those that are left out; empty when there are none."""
    hosts = [exchanger.host for exchanger in found if is_host_name(exchanger.host)][:_MOST]
    left = len(found) - len(hosts)
    if not left:
        return hosts, ""
    why = f"only names of hosts are, and no more than {_MOST}"
    return hosts, f"{left} of the {len(found)} mail exchangers that the name server gave were not asked: {why}."


def _ask(domain: str, server: NameServer, timeout: float) -> tuple[Exchanger, ...]:
    query = mx_query(domain, int.from_bytes(os.urandom(2), "big"))
    try:
        return read_mx(_over_udp(query, server, timeout), query)
    except TruncatedError:
        return read_mx(_over_tcp(query, server, timeout), query)


def _of_this_machine() -> tuple[NameServer, ...]:
    try:
        return name_servers(_RESOLVER.read_text(encoding="ascii", errors="replace"))
    except OSError as error:
        why = f"{_RESOLVER} cannot be read ({error.strerror})"
        raise DnsError(f"{why}; name the hosts of the partner instead.") from error


def _usable(domain: str, found: tuple[Exchanger, ...]) -> tuple[Exchanger, ...]:
    if any(not exchanger.host for exchanger in found):
        raise DnsError(f"{domain} says that it takes no mail (RFC 7505).")
    return found or (Exchanger(0, domain.rstrip(".").lower()),)


def _over_udp(query: bytes, server: NameServer, timeout: float) -> bytes:
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(timeout)
        # A connected socket takes datagrams of that server only, from a port that nobody can guess.
        line.connect(server)
        line.send(query)
        return line.recv(_LARGEST_DATAGRAM)


def _over_tcp(query: bytes, server: NameServer, timeout: float) -> bytes:
    with socket.create_connection(server, timeout) as line:
        line.sendall(_LENGTH.pack(len(query)) + query)
        (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size))
        return _exactly(line, length)


def _exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = line.recv(count - len(data))
        if not part:
            raise OSError("the connection ended early")
        data += part
    return data
