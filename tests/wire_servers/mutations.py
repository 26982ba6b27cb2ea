# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded flights, damaged in small ways that a seed determines, fed to everything that reads them."""

from __future__ import annotations

import collections
import pathlib
import random
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire._dialogue import Dialogue
from ansible_collections.msexchange.tls.plugins.module_utils._wire._endpoint import Transport, new_dialogue
from ansible_collections.msexchange.tls.plugins.module_utils._wire._errors import PeerError
from ansible_collections.msexchange.tls.plugins.module_utils._wire._flight import Probe
from ansible_collections.msexchange.tls.plugins.module_utils._wire._hello import pull_client_hello
from ansible_collections.msexchange.tls.plugins.module_utils._wire._messages import (
    pull_alert,
    pull_certificates,
    pull_key_exchange,
    pull_server_hello,
)
from ansible_collections.msexchange.tls.plugins.module_utils._wire._ssl2 import pull_ssl2

_FLIGHTS = [
    path.read_bytes() for path in sorted((pathlib.Path(__file__).parents[1] / "unit/wire/flights").glob("*.bin"))
]
_DIALOGUES = [
    b"220-ex01 ESMTP\r\n220 ready\r\n250-ex01\r\n250 STARTTLS\r\n220 go\r\n",
    b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n* CAPABILITY STARTTLS\r\nA OK\r\nB OK go\r\n",
    b"+OK ready\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n",
    bytes.fromhex("300c02010178070a010004000400"),
    bytes.fromhex("3084000000100201017884000000070a010004000400"),
    bytes.fromhex("030000130ed000001234000209080002000000"),
]

# Values that lengths, types and codes like to be wrong with.
_EDGES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to four damages: a byte changed, a run removed, doubled or made up, or the end cut off."""
    damaged = bytearray(data)
    for _again in range(chance.randint(1, 4)):
        at = chance.randrange(len(damaged) + 1)
        size = chance.choice((1, 1, 2, 4, 40))
        kind = chance.randrange(5)
        if kind == 0 and at < len(damaged):
            damaged[at] = chance.choice(_EDGES) if chance.random() < 0.5 else chance.randrange(256)
        elif kind == 1:
            del damaged[at : at + size]
        elif kind == 2:
            damaged[at:at] = damaged[at : at + size]
        elif kind == 3:
            damaged[at:at] = chance.randbytes(size)
        else:
            del damaged[max(at, 1) :]
    return bytes(damaged)


def feed_flight(data: bytes, chance: random.Random) -> str:
    probe = Probe(b"")
    for piece in pieces(data, chance):
        probe.receive_data(piece)
    if chance.random() < 0.5:
        probe.receive_end(reset=chance.random() < 0.5)
    return getattr(probe.answer, "name", type(probe.answer).__name__)


def feed_readers(data: bytes, chance: random.Random) -> str:
    """The readers by themselves, at a random place: here PeerError may come out, and nothing else."""
    body = data[chance.randrange(12) :]
    suite = chance.choice((0xC013, 0x0033, 0x0003, 0x002F, 0xFAFA))
    readers: tuple[t.Callable[[bytes], object], ...] = (
        pull_server_hello,
        pull_certificates,
        pull_alert,
        pull_ssl2,
        pull_client_hello,
        lambda rest: pull_key_exchange(rest, suite),
    )
    try:
        return type(chance.choice(readers)(body)).__name__
    except PeerError as error:
        return type(error).__name__


def feed_dialogue(data: bytes, chance: random.Random) -> str:
    transport = chance.choice([transport for transport in Transport if transport is not Transport.TLS])
    dialogue: Dialogue = new_dialogue(transport, "probe.example", known=chance.random() < 0.5)
    said = mutate(chance.choice(_DIALOGUES), chance) + data[:10]
    step: object = dialogue.start()
    for piece in pieces(said, chance):
        step = dialogue.receive_data(piece)
    return getattr(step, "name", type(step).__name__)


def pieces(data: bytes, chance: random.Random) -> t.Iterator[bytes]:
    size = chance.choice((1, 7, 1000, 1 << 20))
    return (data[at : at + size] for at in range(0, len(data), size))


FEEDERS = (feed_flight, feed_readers, feed_dialogue)


def run(count: int, seed: int) -> collections.Counter[str]:
    """Feed ``count`` damaged flights to every feeder; outcomes by name. Raises what must never come out."""
    chance = random.Random(seed)
    counts: collections.Counter[str] = collections.Counter()
    for _number in range(count):
        data = mutate(chance.choice(_FLIGHTS), chance)
        for feed in FEEDERS:
            try:
                counts[feed(data, chance)] += 1
            except Exception as error:
                raise RuntimeError(f"{feed.__name__} let {error!r} out for {data.hex()}") from error
    return counts
