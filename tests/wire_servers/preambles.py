# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What servers say before TLS, written from the RFCs and MS-RDPBCGR, not from our own dialogues."""

from __future__ import annotations

import asyncio


async def _line(reader: asyncio.StreamReader, expected: bytes) -> None:
    line = await reader.readuntil(b"\r\n")
    if not line.upper().startswith(expected):
        raise OSError(f"{line!r} where {expected!r} was due")


async def _send(writer: asyncio.StreamWriter, *pieces: bytes) -> None:
    """Each piece in a packet of its own, as slow servers do it."""
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)


async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _send(writer, b"220 ex01.example Microsoft ESMTP ", b"MAIL Service ready\r\n")
    await _line(reader, b"EHLO ")
    await _send(writer, b"250-ex01.example Hello\r\n250-SI", b"ZE 36700160\r\n250-STARTTLS\r", b"\n250 CHUNKING\r\n")
    await _line(reader, b"STARTTLS")
    await _send(writer, b"220 2.0.0 SMTP server ready\r\n")


async def imap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _send(writer, b"* OK The Microsoft Exchange IMAP4 service is ready.\r\n")
    line = await reader.readuntil(b"\r\n")
    if b"CAPABILITY" in line.upper():
        tag = line.split()[0]
        await _send(writer, b"* CAPABILITY IMAP4 IMAP4rev1 LOGINDISABLED STARTTLS UIDPLUS\r\n", tag + b" OK done\r\n")
        line = await reader.readuntil(b"\r\n")
    tag, command = line.split()[:2]
    if command.upper() != b"STARTTLS":
        raise OSError("no STARTTLS")
    await _send(writer, tag + b" OK Begin TLS negotiation now.\r\n")


async def pop3(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _send(writer, b"+OK The Microsoft Exchange POP3 service is ready.\r\n")
    line = await reader.readuntil(b"\r\n")
    if line.upper().startswith(b"CAPA"):
        await _send(writer, b"+OK\r\nTOP\r\nUIDL\r\nST", b"LS\r\n.\r\n")
        line = await reader.readuntil(b"\r\n")
    if not line.upper().startswith(b"STLS"):
        raise OSError("no STLS")
    await _send(writer, b"+OK Begin TLS negotiation.\r\n")


async def ldap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request = await reader.readexactly(31)
    if b"1.3.6.1.4.1.1466.20037" not in request:
        raise OSError("no StartTLS")
    # Active Directory writes every length in four bytes.
    await _send(writer, bytes.fromhex("3084000000100201017884000000070a0100"), bytes.fromhex("04000400"))


async def rdp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readexactly(4)
    body = await reader.readexactly(int.from_bytes(head[2:], "big") - 4)
    if body[-4:] not in (b"\x01\x00\x00\x00", b"\x03\x00\x00\x00"):
        raise OSError("no TLS asked for")
    await _send(writer, b"\x03\x00\x00\x13", bytes.fromhex("0ed000001234000209080002000000"))


PREAMBLES = {"smtp": smtp, "imap": imap, "pop3": pop3, "ldap": ldap, "rdp": rdp}
