# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One hello and what comes back: bytes in, an answer out, no socket.

    probe = Probe(client_hello(offer, random))
    send(probe.data_to_send())
    while probe.answer is NEED_DATA:
        data = receive()
        probe.receive_data(data) if data else probe.receive_end(reset=False)

``NEED_DATA``, ``Refused`` and ``Closed`` are three different things: a connection limit is no refusal.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ._codes import Alert, ContentType, HandshakeType, Version
from ._errors import DecodeError, UnexpectedMessageError
from ._messages import (
    AlertMessage,
    KeyExchange,
    ServerHello,
    pull_alert,
    pull_certificates,
    pull_key_exchange,
    pull_server_hello,
)
from ._reader import Reader
from ._records import HandshakeBuffer, NotTls, Record, RecordBuffer
from ._ssl2 import Ssl2Error, Ssl2ServerHello, pull_ssl2
from ._state import Event, State, next_state

__all__ = ["NEED_DATA", "Answer", "Chosen", "ChosenSsl2", "Closed", "Malformed", "NeedData", "Probe", "Refused"]

# A first flight is a chain and little else; more than this is not one.
MAX_FLIGHT = 1 << 18


class NeedData(enum.Enum):
    """The only value: nothing can be said yet."""

    NEED_DATA = "need data"


NEED_DATA = NeedData.NEED_DATA


@dataclasses.dataclass(frozen=True)
class Chosen:
    """The server chose. key_exchange and chain are there as far as the flight was sent before it ended."""

    hello: ServerHello
    chain: tuple[bytes, ...] = ()
    key_exchange: KeyExchange | None = None

    @property
    def version(self) -> Version:
        return self.hello.chosen_version

    @property
    def suite(self) -> int:
        return self.hello.suite


@dataclasses.dataclass(frozen=True)
class ChosenSsl2:
    """The server speaks SSL 2.0."""

    hello: Ssl2ServerHello


@dataclasses.dataclass(frozen=True)
class Refused:
    """A TLS answer that says no. alert: None for an SSL 2.0 error."""

    alert: Alert | None


@dataclasses.dataclass(frozen=True)
class Closed:
    """The stream ended before any answer. reset: by RST instead of FIN. after_bytes: received until then."""

    reset: bool
    after_bytes: int


@dataclasses.dataclass(frozen=True)
class Malformed:
    """An answer that begins like TLS and cannot be read."""

    reason: str


Answer = t.Union[Chosen, ChosenSsl2, Refused, Closed, NotTls, Malformed]


class Probe:
    """The conversation that follows one hello. hello: the bytes to send, record header included."""

    def __init__(self, hello: bytes) -> None:
        self._to_send = hello
        self._records = RecordBuffer()
        self._handshake = HandshakeBuffer()
        self._state = State.HELLO_SENT
        self._received = 0
        self._chosen: Chosen | None = None
        self._answer: Answer | NeedData = NEED_DATA

    @property
    def answer(self) -> Answer | NeedData:
        """The answer once there is one; it does not change any more."""
        return self._answer

    @property
    def chosen(self) -> Chosen | None:
        """What the server has chosen so far, also while the rest of its flight is on the way."""
        return self._chosen

    def data_to_send(self) -> bytes:
        data, self._to_send = self._to_send, b""
        return data

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer. Nothing it sends can raise: what cannot be read becomes ``Malformed``."""
        if self._answer is not NEED_DATA:
            return
        self._received += len(data)
        self._records.feed(data)
        try:
            self._read_records()
            if self._received > MAX_FLIGHT and not self._state.final:
                raise DecodeError(f"flight of more than {MAX_FLIGHT} bytes", self._received)
        except (DecodeError, UnexpectedMessageError) as error:
            # A broken rest does not undo the choice: the server had made it.
            self._answer = self._chosen or Malformed(str(error))

    def receive_end(self, reset: bool) -> None:
        """The peer ended the stream. reset: True for RST."""
        if self._answer is NEED_DATA:
            self._move(Event.END)
            self._answer = self._chosen or Closed(reset, self._received)

    def _read_records(self) -> None:
        while self._answer is NEED_DATA:
            record = self._records.next()
            if record is None:
                return
            if isinstance(record, NotTls):
                self._move(Event.NOT_TLS)
                self._answer = record
            elif record.content_type is None:
                self._on_ssl2(record)
            elif record.content_type is ContentType.ALERT:
                self._on_alert(pull_alert(record.body))
            elif record.content_type is ContentType.HANDSHAKE:
                self._handshake.feed(record.body)
                self._read_messages()
            else:
                raise UnexpectedMessageError(record.content_type.name, self._state.value)

    def _read_messages(self) -> None:
        while self._answer is NEED_DATA:
            message = self._handshake.next()
            if message is None:
                return
            self._on_message(*message)

    def _on_message(self, kind: int, body: bytes) -> None:
        if kind == HandshakeType.SERVER_HELLO:
            self._on_server_hello(pull_server_hello(body))
        elif kind == HandshakeType.CERTIFICATE:
            self._move(Event.CERTIFICATE)
            self._extend(chain=pull_certificates(body).chain)
        elif kind == HandshakeType.SERVER_KEY_EXCHANGE:
            self._move(Event.KEY_EXCHANGE)
            self._extend(key_exchange=pull_key_exchange(body, self._chosen.suite if self._chosen else 0))
        elif kind == HandshakeType.SERVER_HELLO_DONE:
            Reader(body).finish()
            self._move(Event.HELLO_DONE)
            self._finish()
        elif kind != HandshakeType.HELLO_REQUEST:
            self._move(Event.OTHER)

    def _on_server_hello(self, hello: ServerHello) -> None:
        final = hello.retry or hello.chosen_version >= Version.TLS_1_3
        self._move(Event.SERVER_HELLO_FINAL if final else Event.SERVER_HELLO)
        self._chosen = Chosen(hello)
        if final:
            self._finish()

    def _on_alert(self, alert: AlertMessage) -> None:
        # close_notify ends the conversation whatever its level (RFC 5246 7.2.1); before an answer it is a close.
        if alert.code is Alert.CLOSE_NOTIFY:
            self.receive_end(reset=False)
        elif alert.level == 1:
            self._move(Event.WARNING)
        else:
            self._move(Event.FATAL_ALERT)
            self._answer = self._chosen or Refused(alert.code)

    def _on_ssl2(self, record: Record) -> None:
        message = pull_ssl2(record.body)
        if isinstance(message, Ssl2Error):
            self._move(Event.SSL2_ERROR)
            self._answer = Refused(None)
        else:
            self._move(Event.SSL2_SERVER_HELLO)
            self._answer = ChosenSsl2(message)

    def _move(self, event: Event) -> None:
        self._state = next_state(self._state, event)

    def _extend(self, **changes: t.Any) -> None:
        if self._chosen is not None:
            self._chosen = dataclasses.replace(self._chosen, **changes)

    def _finish(self) -> None:
        if self._chosen is not None:
            self._answer = self._chosen
