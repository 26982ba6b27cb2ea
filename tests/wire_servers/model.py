# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TLS server reduced to its choices, for tests of what to ask: bytes in, bytes out, no socket.

It reads hellos with a few lines of its own, so that an error in ours is not hidden by the same error here.
"""

from __future__ import annotations

import dataclasses
import typing as t

TLS_1_3 = 0x0304
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@dataclasses.dataclass(frozen=True)
class Hello:
    version: int
    suites: tuple[int, ...]
    offered_versions: tuple[int, ...]
    has_shares: bool


def read_hello(record: bytes) -> Hello:
    """Fields of a ClientHello record of SSL 3.0 to TLS 1.3."""
    body = record[9:]
    at = 34 + 1 + body[34]
    size = int.from_bytes(body[at : at + 2], "big")
    suites = tuple(int.from_bytes(body[i : i + 2], "big") for i in range(at + 2, at + 2 + size, 2))
    at += 2 + size
    at += 1 + body[at] + 2
    versions: tuple[int, ...] = ()
    shares = False
    while at < len(body):
        kind, length = int.from_bytes(body[at : at + 2], "big"), int.from_bytes(body[at + 2 : at + 4], "big")
        content = body[at + 4 : at + 4 + length]
        if kind == 43:
            versions = tuple(int.from_bytes(content[i : i + 2], "big") for i in range(1, len(content), 2))
        if kind == 51:
            shares = len(content) > 2
        at += 4 + length
    return Hello(int.from_bytes(body[:2], "big"), suites, versions, shares)


@dataclasses.dataclass(frozen=True)
class Model:
    """lists: per version number its suites in the server's order; no entry, not accepted. kinds: of SSL 2.0, or None.

    server_order: False follows the client. version_alert, suite_alert: code, or None to close instead.
    broken: suites that the server chooses like others and then fails with, by ``failure`` (None: closes).
    longest_hello: longer ones are closed unanswered. needs_shares: TLS 1.3 without a key share is refused (alert 109).
    """

    lists: t.Mapping[int, tuple[int, ...]]
    kinds: tuple[int, ...] | None = None
    server_order: bool = True
    version_alert: int | None = 70
    suite_alert: int | None = 40
    longest_hello: int = 1 << 20
    needs_shares: bool = False
    broken: frozenset[int] = frozenset()
    failure: int | None = 80

    def answer(self, hello: bytes) -> bytes:
        """The bytes that answer a hello; none at all: the connection is closed."""
        if len(hello) > self.longest_hello:
            return b""
        if hello[0] & 0x80:
            return self._answer_ssl2()
        return self._answer_tls(read_hello(hello))

    def _answer_ssl2(self) -> bytes:
        if self.kinds is None:
            return _alert(self.suite_alert)
        kinds = b"".join(kind.to_bytes(3, "big") for kind in self.kinds)
        body = (
            b"\x04\x00\x01\x00\x02\x00\x03" + len(kinds).to_bytes(2, "big") + b"\x00\x10" + b"DER" + kinds + bytes(16)
        )
        return (0x8000 | len(body)).to_bytes(2, "big") + body

    def _answer_tls(self, hello: Hello) -> bytes:
        version = self._choose_version(hello)
        if version is None:
            return _alert(self.version_alert)
        mine = self.lists[version]
        first, second = (mine, hello.suites) if self.server_order else (hello.suites, mine)
        suite = next((number for number in first if number in second), None)
        if suite is None:
            return _alert(self.suite_alert)
        if suite in self.broken:
            return _alert(self.failure)
        if version == TLS_1_3 and self.needs_shares and not hello.has_shares:
            return _alert(109)
        return _flight(version, suite, hello.has_shares)

    def _choose_version(self, hello: Hello) -> int | None:
        if TLS_1_3 in self.lists and hello.offered_versions:
            return max((version for version in hello.offered_versions if version in self.lists), default=None)
        return max((version for version in self.lists if version <= hello.version and version != TLS_1_3), default=None)


def _alert(code: int | None) -> bytes:
    return b"" if code is None else b"\x15\x03\x01\x00\x02\x02" + bytes([code])


def _flight(version: int, suite: int, has_shares: bool) -> bytes:
    if version == TLS_1_3:
        random = bytes(32) if has_shares else _RETRY
        share = b"\x00\x33\x00\x24\x00\x1d\x00\x20" + bytes(32) if has_shares else b"\x00\x33\x00\x02\x00\x1d"
        extensions = b"\x00\x2b\x00\x02\x03\x04" + share
        body = b"\x03\x03" + random + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
        return _record(version, _message(2, body + len(extensions).to_bytes(2, "big") + extensions))
    hello = _message(2, version.to_bytes(2, "big") + bytes(32) + b"\x00" + suite.to_bytes(2, "big") + b"\x00")
    chain = _message(11, b"\x00\x00\x06" + b"\x00\x00\x03DER")
    return _record(version, hello + chain + _message(14, b""))


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _record(version: int, content: bytes) -> bytes:
    return b"\x16" + min(version, 0x0303).to_bytes(2, "big") + len(content).to_bytes(2, "big") + content


class Wire:
    """Carries conversations to a model in place of sockets. connections: how many. hellos: what was sent.

    closes: numbers of the connections (from 1) that are closed whatever the model says.
    """

    def __init__(self, model: Model, closes: t.Container[int] = ()) -> None:
        self.model = model
        self.closes = closes
        self.connections = 0
        self.hellos: list[bytes] = []

    async def converse(self, address: object, conversation: t.Any, timeout: float) -> None:
        self.connections += 1
        number = self.connections
        conversation.connected()
        hello = conversation.data_to_send()
        self.hellos.append(hello)
        answer = b"" if number in self.closes else self.model.answer(hello)
        if answer:
            conversation.receive_data(answer)
        conversation.receive_end(reset=False)
