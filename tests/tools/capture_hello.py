# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record what a real program says first: run it against a listener and keep its ClientHello with program and version.

    python tests/tools/capture_hello.py ID PROGRAM [--smtp] [--shown LINE] -- command with {port}

Writes ``tests/unit/endpoint/hellos/ID.yml``. The listener answers nothing, so the program fails; only its first
message counts. --smtp speaks the part of a mail server before STARTTLS. --shown: the command as it shall be written
down, where the real one holds paths of this machine.
"""

from __future__ import annotations

import argparse
import pathlib
import shlex
import socket
import subprocess
import typing as t

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "unit" / "endpoint" / "hellos"

_HEAD = """\
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
---
# Made by tests/tools/capture_hello.py.
"""
_PATIENCE = 20.0


def read_exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise RuntimeError(f"the program hung up after {len(data)} of {size} bytes")
        data += more
    return data


def read_hello(connection: socket.socket) -> bytes:
    """The record of the hello, with its header, in the framing of TLS or of SSL 2.0."""
    head = read_exactly(connection, 2)
    if head[0] & 0x80:
        return head + read_exactly(connection, int.from_bytes(head, "big") & 0x7FFF)
    head += read_exactly(connection, 3)
    return head + read_exactly(connection, int.from_bytes(head[3:], "big"))


def until_starttls(connection: socket.socket) -> None:
    """A mail server up to the moment at which TLS begins."""
    connection.sendall(b"220 wire.example ESMTP\r\n")
    lines = connection.makefile("rb", buffering=0)
    while True:
        words = lines.readline().split()
        if not words:
            raise RuntimeError("the program hung up before STARTTLS")
        if words[0].upper() == b"STARTTLS":
            connection.sendall(b"220 go ahead\r\n")
            return
        connection.sendall(b"250-wire.example\r\n250 STARTTLS\r\n")


def capture(command: t.Sequence[str], smtp: bool) -> bytes:
    """Run the command with its ``{port}`` filled in and give the first hello that arrives there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE)
        words = [word.replace("{port}", str(listener.getsockname()[1])) for word in command]
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            connection, _address = listener.accept()
            with connection:
                connection.settimeout(_PATIENCE)
                if smtp:
                    until_starttls(connection)
                return read_hello(connection)
        finally:
            process.kill()
            process.wait()


def document(program: str, shown: str, hello: bytes) -> str:
    rows = [hello.hex()[at : at + 112] for at in range(0, len(hello.hex()), 112)]
    body = "".join(f"  {row}\n" for row in rows)
    return f"{_HEAD}program: {program}\ncommand: >-\n  {shown}\nhello: |\n{body}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Record the ClientHello of a program.")
    parser.add_argument("id")
    parser.add_argument("program", help="name and version, as a person would say them")
    parser.add_argument("--smtp", action="store_true")
    parser.add_argument("--shown", default="")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    hello = capture(given.command, given.smtp)
    FOLDER.mkdir(parents=True, exist_ok=True)
    shown = given.shown or shlex.join(given.command)
    (FOLDER / f"{given.id}.yml").write_text(document(given.program, shown, hello), encoding="utf-8")


if __name__ == "__main__":
    main()
