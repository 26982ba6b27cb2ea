# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP/1.1 for one WinRM listener: POST with a body, keep-alive, Basic authentication. Only what WS-Management
clients send.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import typing as t

MAX_BODY = 64 * 1024 * 1024


class CutError(Exception):
    """The connection is to be torn down without an answer (fault, power loss, shutdown)."""


@dataclasses.dataclass(frozen=True)
class Request:
    """One request: path, headers with lower-case names, body."""

    method: str
    path: str
    headers: t.Mapping[str, str]
    body: bytes


@dataclasses.dataclass(frozen=True)
class Response:
    """One answer; ``headers`` are added to the usual ones."""

    status: int
    body: bytes = b""
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


Handler = t.Callable[[Request], t.Awaitable[Response]]
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
}


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """User and password of the Authorization header, None if there are none that can be understood."""
    scheme, dummy, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, found, password = base64.b64decode(text, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return (user, password) if found else None


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    """Answers requests until the peer or a fault ends the connection."""
    try:
        while True:
            request = await _read(reader)
            if request is None:
                break
            response = await handler(request)
            writer.write(_render(response))
            await writer.drain()
            if request.headers.get("connection", "").lower() == "close":
                break
    except CutError:
        writer.transport.abort()
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        writer.transport.abort()
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ", 2)
    headers = {}
    for line in filter(None, lines):
        name, dummy, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= MAX_BODY:
        raise ValueError("content length out of range")
    return Request(method, path, headers, await reader.readexactly(length))


def _render(response: Response) -> bytes:
    headers = {
        "Content-Type": "application/soap+xml;charset=UTF-8",
        "Server": "Microsoft-HTTPAPI/2.0",
        **response.headers,
    }
    headers["Content-Length"] = str(len(response.body))
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + response.body
