# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens on an endpoint before and after TLS: SMTP, IMAP and POP with STARTTLS, RDP's negotiation, a word of
HTTP.
"""

from __future__ import annotations

import asyncio
import typing as t

from .tls_server import Session

_UNAUTHORIZED = (
    b"HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-IIS/10.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class Dialogue:
    """Implicit TLS: nothing is said before."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def before_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether TLS begins now."""
        return True

    async def out_of_service(self, writer: asyncio.StreamWriter) -> bool:
        """Whether a program that is not in service says so, before the connection ends."""
        return False

    async def after_tls(self, session: Session, service: str) -> None:
        """One exchange inside TLS: HTTP gets an answer, mail protocols their greeting."""
        greetings = {
            "imaps": b"* OK The Microsoft Exchange IMAP4 service is ready.\r\n",
            "pop3s": b"+OK The Microsoft Exchange POP3 service is ready.\r\n",
        }
        if service in greetings:
            await session.write(greetings[service])
        data = await session.read()
        if data.split(b" ", 1)[0] in (b"GET", b"HEAD"):
            await session.write(_UNAUTHORIZED)


class _Lines(Dialogue):
    """A protocol of lines: greeting, commands, STARTTLS in its own spelling."""

    greeting = ""
    refusal = ""

    async def before_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(self.greeting.format(name=self.name).encode() + b"\r\n")
        while True:
            await writer.drain()
            line = await reader.readline()
            if not line:
                return False
            answer, begins, ends = self.answer(line.decode("latin-1").strip())
            writer.write("".join(f"{text}\r\n" for text in answer).encode())
            if begins or ends:
                await writer.drain()
                return begins

    async def out_of_service(self, writer: asyncio.StreamWriter) -> bool:
        if self.refusal:
            writer.write(self.refusal.encode() + b"\r\n")
            await writer.drain()
        return bool(self.refusal)

    def answer(self, line: str) -> tuple[list[str], bool, bool]:
        """Lines of the answer, whether TLS begins, whether the connection ends."""
        raise NotImplementedError

    async def after_tls(self, session: Session, service: str) -> None:
        await session.read()


class _Smtp(_Lines):
    greeting = "220 {name} Microsoft ESMTP MAIL Service ready"
    refusal = "421 4.3.2 Service not active"  # FrontendTransport inactive

    def answer(self, line: str) -> tuple[list[str], bool, bool]:
        word = line.split(" ", maxsplit=1)[0].upper()
        if word == "EHLO":
            return (
                [
                    f"250-{self.name} Hello [127.0.0.1]",
                    "250-SIZE 37748736",
                    "250-PIPELINING",
                    "250-DSN",
                    "250-STARTTLS",
                    "250-8BITMIME",
                    "250 CHUNKING",
                ],
                False,
                False,
            )
        if word == "STARTTLS":
            return ["220 2.0.0 SMTP server ready"], True, False
        if word == "QUIT":
            return ["221 2.0.0 Service closing transmission channel"], False, True
        return (
            (["250 OK"], False, False)
            if word in ("HELO", "NOOP", "RSET")
            else (["500 5.3.3 Unrecognized command"], False, False)
        )

    async def after_tls(self, session: Session, service: str) -> None:
        if (await session.read()).upper().startswith(b"EHLO"):
            await session.write(f"250-{self.name} Hello [127.0.0.1]\r\n250 AUTH NTLM LOGIN\r\n".encode())


class _Imap(_Lines):
    greeting = "* OK The Microsoft Exchange IMAP4 service is ready."

    def answer(self, line: str) -> tuple[list[str], bool, bool]:
        tag, dummy, command = line.partition(" ")
        word = command.split(" ")[0].upper()
        if word == "CAPABILITY":
            return (
                [
                    "* CAPABILITY IMAP4 IMAP4rev1 LOGINDISABLED STARTTLS UIDPLUS ID CHILDREN IDLE NAMESPACE LITERAL+",
                    f"{tag} OK CAPABILITY completed.",
                ],
                False,
                False,
            )
        if word == "STARTTLS":
            return [f"{tag} OK Begin TLS negotiation now."], True, False
        if word == "LOGOUT":
            return (
                ["* BYE Microsoft Exchange Server IMAP4 server signing off.", f"{tag} OK LOGOUT completed."],
                False,
                True,
            )
        return [f"{tag} BAD Command Error. 10"], False, False


class _Pop3(_Lines):
    greeting = "+OK The Microsoft Exchange POP3 service is ready."

    def answer(self, line: str) -> tuple[list[str], bool, bool]:
        word = line.split(" ", maxsplit=1)[0].upper()
        if word == "CAPA":
            return ["+OK", "TOP", "UIDL", "STLS", "."], False, False
        if word == "STLS":
            return ["+OK Begin TLS negotiation."], True, False
        if word == "QUIT":
            return ["+OK Microsoft Exchange Server POP3 server signing off."], False, True
        return ["-ERR Protocol error. 14"], False, False


class _Rdp(Dialogue):
    """[MS-RDPBCGR]: X.224 connection request with an RDP negotiation, answered with "TLS"."""

    async def before_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readexactly(4)
        length = int.from_bytes(head[2:4], "big")
        if head[0] != 3 or length < 7:
            return False
        await reader.readexactly(length - 4)
        writer.write(bytes.fromhex("030000130ed000001234000200080001000000"))
        await writer.drain()
        return True


DIALOGUES: t.Mapping[str, type[Dialogue]] = {
    "tls": Dialogue,
    "smtp": _Smtp,
    "imap": _Imap,
    "pop3": _Pop3,
    "rdp": _Rdp,
}
