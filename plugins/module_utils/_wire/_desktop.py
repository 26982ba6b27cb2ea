# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The negotiation before TLS in Remote Desktop: X.224 in TPKT (MS-RDPBCGR 2.2.1.1 and 2.2.1.2)."""

from __future__ import annotations

from ._dialogue import READY, Dialogue, Step, quoted
from ._errors import DecodeError
from ._flight import NEED_DATA
from ._reader import Reader
from ._status import Failure, Status

__all__ = ["RdpDialogue"]

# TLS or CredSSP: asking for TLS alone makes a server with network level authentication answer HYBRID_REQUIRED.
_TLS, _HYBRID = 1, 2
_REQUEST, _RESPONSE, _FAILURE = 1, 2, 3
_CONNECTION_CONFIRM = 0xD0

_FAILURES = {
    1: (Status.NO_TLS, "it demands TLS and offers none (SSL_REQUIRED_BY_SERVER)"),
    2: (Status.NO_TLS, "its security layer is RDP's own, TLS is not allowed (SSL_NOT_ALLOWED_BY_SERVER)"),
    3: (Status.STARTTLS_UNAVAILABLE, "it has no certificate for TLS (SSL_CERT_NOT_ON_SERVER)"),
    4: (Status.NO_TLS, "our flags were inconsistent (INCONSISTENT_FLAGS)"),
    5: (Status.NO_TLS, "it demands CredSSP (HYBRID_REQUIRED_BY_SERVER)"),
    6: (Status.NO_TLS, "it demands TLS with a client certificate (SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER)"),
}


def _request() -> bytes:
    negotiation = bytes([_REQUEST, 0]) + (8).to_bytes(2, "little") + (_TLS | _HYBRID).to_bytes(4, "little")
    connection_request = b"\xe0\x00\x00\x00\x00\x00" + negotiation
    x224 = bytes([len(connection_request)]) + connection_request
    return b"\x03\x00" + (4 + len(x224)).to_bytes(2, "big") + x224


class RdpDialogue(Dialogue):
    protocol = "RDP"

    def start(self) -> Step:
        return _request()

    def _next(self) -> Step:
        data = bytes(self._data)
        if data[:1] != b"\x03":
            return Failure(Status.NO_TLS, f"The peer does not speak RDP: {quoted(data[:40].decode('latin-1'))}.")
        size = int.from_bytes(data[2:4], "big")
        if len(data) < 4 or len(data) < size:
            return NEED_DATA
        del self._data[:size]
        try:
            return _read_confirm(Reader(data[4:size]))
        except DecodeError as error:
            return Failure(Status.NO_TLS, f"The peer's answer is no RDP connection confirm: {error}.")


def _read_confirm(reader: Reader) -> Step:
    header = Reader(reader.vector(1))
    if header.uint(1) != _CONNECTION_CONFIRM:
        raise DecodeError("not a connection confirm", header.at)
    header.take(5)
    if not header.left:
        return Failure(Status.NO_TLS, "The server negotiates no security: it speaks RDP's own only.")
    kind = header.uint(1)
    header.take(3)
    return _judge(kind, int.from_bytes(header.take(4), "little"))


def _judge(kind: int, value: int) -> Step:
    if kind == _RESPONSE and value:
        return READY
    if kind == _RESPONSE:
        return Failure(Status.NO_TLS, "The server chose RDP's own security layer instead of TLS.")
    if kind != _FAILURE:
        raise DecodeError(f"negotiation message {kind}", 0)
    status, reason = _FAILURES.get(value, (Status.NO_TLS, f"failure code {value}"))
    return Failure(status, f"The server declines TLS: {reason}.")
