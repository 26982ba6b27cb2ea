# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate of an endpoint that speaks only TLS 1.3, which encrypts it: one real handshake through ``ssl``.

Everywhere else the chain comes in clear with the answers that are asked for anyway.
"""

from __future__ import annotations

import ssl

from ._attempt import Silent
from ._dialogue import READY, Dialogue, Step
from ._endpoint import new_dialogue
from ._flight import NEED_DATA, Closed, Malformed, NeedData
from ._session import Session
from ._status import Failure

__all__ = ["fetch_chain"]

_CHUNK = 1 << 16


class _Handshake:
    """A conversation (see ``_connection``) whose outcome is a chain of DER certificates, empty when there was none."""

    def __init__(self, dialogue: Dialogue, server_name: str | None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # The certificate is fetched to be judged, so nothing may be demanded of it here.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._dialogue = dialogue
        self._to_send = b""
        self._ready = False
        self.outcome: tuple[bytes, ...] | Failure | Closed | Malformed | Silent | NeedData = NEED_DATA

    def connected(self) -> None:
        self._take(self._dialogue.start())

    def data_to_send(self) -> bytes:
        data, self._to_send = self._to_send, b""
        return data

    def receive_data(self, data: bytes) -> None:
        if self.outcome is not NEED_DATA:
            return
        if self._ready:
            self._incoming.write(data)
            self._advance()
        else:
            self._take(self._dialogue.receive_data(data))

    def receive_end(self, reset: bool) -> None:
        if self.outcome is NEED_DATA:
            self.outcome = Closed(reset, 0) if self._ready else self._dialogue.receive_end(reset)

    def time_over(self) -> None:
        if self.outcome is NEED_DATA:
            self.outcome = Silent(0)

    def _take(self, step: Step) -> None:
        if isinstance(step, bytes):
            self._to_send += step
        elif isinstance(step, Failure):
            self.outcome = step
        elif step is READY:
            self._ready = True
            self._incoming.write(self._dialogue.rest())
            self._advance()

    def _advance(self) -> None:
        try:
            self._tls.do_handshake()
            self.outcome = self._chain()
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLError, ValueError) as error:
            self.outcome = Malformed(f"the handshake failed: {error}")
        self._to_send += self._outgoing.read(_CHUNK)

    def _chain(self) -> tuple[bytes, ...]:
        leaf = self._tls.getpeercert(binary_form=True)
        # Python before 3.13 has no public way to the chain as sent.
        whole = getattr(self._tls, "get_unverified_chain", None)
        chain = [bytes(der) for der in whole()] if whole else []
        return tuple(chain or ([leaf] if leaf else []))


async def fetch_chain(session: Session) -> tuple[bytes, ...]:
    """The chain that the endpoint sends, leaf first; before Python 3.13 the leaf alone. Raises GaveUpError."""
    endpoint = session.endpoint

    def handshake() -> _Handshake:
        dialogue = new_dialogue(endpoint.transport, session.limits.ehlo_name, known=True)
        return _Handshake(dialogue, endpoint.server_name)

    outcome = await session.carry(handshake)
    return outcome if isinstance(outcome, tuple) else ()
