# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of one hello. Only this file says how it goes on.

HELLO_SENT --ServerHello up to 1.2--> IN_FLIGHT --ServerHelloDone--> DONE
    |--ServerHello 1.3, HelloRetryRequest, SSL 2.0 ServerHello-----> DONE
    |--fatal alert, SSL 2.0 error----------------------------------> REFUSED
    |--anything that is not TLS------------------------------------> NOT_TLS
    `--end of stream-----------------------------------------------> CLOSED
IN_FLIGHT --alert, end of stream-----------------------------------> DONE (the server had chosen)
"""

from __future__ import annotations

import enum

from ._errors import UnexpectedMessageError

__all__ = ["Event", "State", "next_state"]


class State(enum.Enum):
    HELLO_SENT = "hello sent"
    IN_FLIGHT = "in flight"
    DONE = "done"
    REFUSED = "refused"
    NOT_TLS = "not TLS"
    CLOSED = "closed"

    @property
    def final(self) -> bool:
        return self not in (State.HELLO_SENT, State.IN_FLIGHT)


class Event(enum.Enum):
    SERVER_HELLO = "ServerHello"
    SERVER_HELLO_FINAL = "ServerHello of TLS 1.3"
    SSL2_SERVER_HELLO = "SSL 2.0 ServerHello"
    SSL2_ERROR = "SSL 2.0 error"
    CERTIFICATE = "Certificate"
    KEY_EXCHANGE = "ServerKeyExchange"
    OTHER = "another handshake message"
    HELLO_DONE = "ServerHelloDone"
    FATAL_ALERT = "fatal alert"
    WARNING = "warning alert"
    NOT_TLS = "something that is not TLS"
    END = "end of stream"


_NEXT = {
    (State.HELLO_SENT, Event.SERVER_HELLO): State.IN_FLIGHT,
    (State.HELLO_SENT, Event.SERVER_HELLO_FINAL): State.DONE,
    (State.HELLO_SENT, Event.SSL2_SERVER_HELLO): State.DONE,
    (State.HELLO_SENT, Event.SSL2_ERROR): State.REFUSED,
    (State.HELLO_SENT, Event.FATAL_ALERT): State.REFUSED,
    # A warning (unrecognized_name, RFC 6066 3) precedes the answer; it is none.
    (State.HELLO_SENT, Event.WARNING): State.HELLO_SENT,
    (State.HELLO_SENT, Event.NOT_TLS): State.NOT_TLS,
    (State.HELLO_SENT, Event.END): State.CLOSED,
    (State.IN_FLIGHT, Event.CERTIFICATE): State.IN_FLIGHT,
    (State.IN_FLIGHT, Event.KEY_EXCHANGE): State.IN_FLIGHT,
    (State.IN_FLIGHT, Event.OTHER): State.IN_FLIGHT,
    (State.IN_FLIGHT, Event.WARNING): State.IN_FLIGHT,
    (State.IN_FLIGHT, Event.HELLO_DONE): State.DONE,
    (State.IN_FLIGHT, Event.FATAL_ALERT): State.DONE,
    (State.IN_FLIGHT, Event.END): State.DONE,
}


def next_state(state: State, event: Event) -> State:
    """Raises UnexpectedMessageError for a message that has no place in this state."""
    try:
        return _NEXT[(state, event)]
    except KeyError:
        raise UnexpectedMessageError(event.value, state.value) from None
