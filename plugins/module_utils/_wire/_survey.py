# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has been learnt about one endpoint so far, and the rules by which an answer changes it."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ._attempt import Silent
from ._codes import Alert, Version
from ._flight import Chosen, ChosenSsl2, Closed, Malformed, Refused
from ._hello import Offer
from ._records import NotTls
from ._session import Reply, Session
from ._status import Failure
from ._suites import offered, suite

__all__ = [
    "ALL_VERSIONS",
    "CHUNK",
    "Order",
    "Survey",
    "VersionRecord",
    "VersionState",
    "Witness",
    "explain",
    "fits",
    "may_hide_more",
]

#: Highest first.
ALL_VERSIONS = tuple(sorted(Version, reverse=True))

# Old stacks drop hellos of more than 64 suites (IIS 6), others such of 256 bytes and more: this keeps below both.
CHUNK = 40


class VersionState(enum.Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFUSED_BY_CLOSE = "refused_by_close"
    UNKNOWN = "unknown"


class Order(enum.Enum):
    """Whose preference decides about the suite."""

    SERVER = "server"
    CLIENT = "client"
    UNKNOWN = "unknown"


@dataclasses.dataclass
class VersionRecord:
    """One version at one endpoint.

    suites: in the order in which the server gave them. inferred: not asked, concluded from higher versions.
    suspicious: the refusal may have been a failure with one suite. note: why it is unknown.
    """

    state: VersionState = VersionState.UNKNOWN
    alert: int | None = None
    suites: list[int] = dataclasses.field(default_factory=list)
    order: Order = Order.UNKNOWN
    complete: bool = False
    inferred: bool = False
    suspicious: bool = False
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Witness:
    """A hello that was answered by closing the connection: what it asked, for the day it has to be asked again."""

    version: Version
    offer: Offer
    end_of_list: bool


class Survey:
    """The endpoint's records.

    choices: every choice that was seen. answered: at least one TLS answer came, so refusals may be believed.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.records = {version: VersionRecord() for version in ALL_VERSIONS}
        self.chains: dict[str, tuple[bytes, ...]] = {}
        self.choices: list[Chosen] = []
        self.facts: dict[str, t.Any] = {}
        self.answered = False
        self.alerts = 0
        self.closes: list[Witness] = []
        #: Suites per hello that this endpoint can bear; None: all at once.
        self.chunk: int | None = None
        #: Suites that the server chooses and then fails with: not accepted, and not to be offered any more.
        self.failing: frozenset[int] = frozenset()
        #: Its longest list ended the same way with and without DHE suites: they hide nothing here.
        self.dhe_cleared = False
        #: Bytes of the longest hello that was answered in TLS.
        self.longest_answered = 0
        #: TLS 1.3 wants key shares, an empty list was not answered.
        self.key_shares = False
        #: Set when going on asking has no use: the peer is silent, or speaks no TLS.
        self.stopped: Failure | None = None

    def offer(self, versions: t.Sequence[Version], suites: t.Sequence[int]) -> Offer:
        name, compact = self.session.endpoint.server_name, self.chunk is not None
        return Offer(tuple(versions), tuple(suites), name, key_shares=self.key_shares, compact=compact)

    def suites(self, version: Version) -> tuple[int, ...]:
        """All suites worth offering in this version here, weakest first."""
        return tuple(number for number in offered(version) if number not in self.failing)

    async def ask(self, offer: Offer) -> Reply:
        reply = await self.session.ask(offer)
        self.learn(reply)
        if isinstance(reply, (Chosen, Refused)):
            self.longest_answered = max(self.longest_answered, offer.size)
        return reply

    async def blame(self, version: Version, suspects: frozenset[int]) -> bool:
        """Offer nothing but the suspects: only if that goes wrong as well was it they, and not a stray connection."""
        reply = await self.ask(self.offer([version], [number for number in offered(version) if number in suspects]))
        if may_hide_more(reply):
            self.failing |= suspects
        return may_hide_more(reply)

    async def ask_in_parts(self, version: Version, suites: t.Sequence[int]) -> tuple[Offer, Reply]:
        """Offer the suites in hellos of a size that this endpoint bears, until one is answered with a choice."""
        size = self.chunk or max(len(suites), 1)
        for at in range(0, len(suites), size):
            offer = self.offer([version], suites[at : at + size])
            reply = await self.ask(offer)
            if not isinstance(reply, (Refused, Closed)):
                break
        return offer, reply

    def learn(self, reply: Reply) -> None:
        """What every answer tells, whatever was asked."""
        if isinstance(reply, (Chosen, ChosenSsl2, Refused)):
            self.answered = True
        if isinstance(reply, Refused):
            self.alerts += 1
        if isinstance(reply, Chosen):
            self.choices.append(reply)
        if isinstance(reply, Chosen) and reply.chain:
            self.chains.setdefault(suite(reply.suite).authentication, reply.chain)
        if isinstance(reply, ChosenSsl2) and reply.hello.certificate:
            self.chains.setdefault("RSA", (reply.hello.certificate,))

    def untried_dhe(self, suites: t.Iterable[int]) -> list[int]:
        """The DHE suites among these while none was accepted here: the usual ones that a server fails with."""
        accepted = (number for record in self.records.values() for number in record.suites)
        if self.dhe_cleared or any(suite(number).key_exchange == "DHE" for number in accepted):
            return []
        return [number for number in suites if suite(number).key_exchange == "DHE"]

    def accepted(self) -> list[Version]:
        """Accepted versions whose list has to be peeled, highest first; SSL 2.0 tells its own in one answer."""
        modern = [version for version in ALL_VERSIONS if version is not Version.SSL_2_0]
        return [version for version in modern if self.records[version].state is VersionState.ACCEPTED]

    def forget(self) -> None:
        """Nothing ever answered in TLS: then a closed connection is no refusal either."""
        self.records = {version: VersionRecord() for version in ALL_VERSIONS}

    def accept(self, version: Version, suites: t.Iterable[int] = ()) -> None:
        record = self.records[version]
        record.state = VersionState.ACCEPTED
        record.alert = None
        record.suites.extend(number for number in suites if number not in record.suites)

    def reopen(self, versions: t.Collection[Version]) -> None:
        """What was concluded about these versions is in doubt; they will be asked again."""
        for version in versions:
            self.records[version] = VersionRecord()
        self.closes = [witness for witness in self.closes if witness.version not in versions]

    def refuse(self, version: Version, alert: int | None) -> None:
        record = self.records[version]
        if record.state is not VersionState.ACCEPTED:
            record.state, record.alert = VersionState.REFUSED, alert

    def refuse_by_close(self, version: Version, offer: Offer) -> None:
        record = self.records[version]
        if record.state is not VersionState.ACCEPTED:
            record.state = VersionState.REFUSED_BY_CLOSE
            self.closes.append(Witness(version, offer, end_of_list=False))

    def unknown(self, version: Version, reply: Reply) -> None:
        """An answer that says nothing about this version."""
        self.records[version].note = explain(reply)


# What a server says that has understood a hello and wants nothing of it. Any other end (a close, an internal error) can
# also come from a suite that it chose and then failed with: seen with Dovecot, which chooses DHE without parameters.
_PLAIN_REFUSALS = (Alert.HANDSHAKE_FAILURE, Alert.PROTOCOL_VERSION, Alert.INSUFFICIENT_SECURITY)


def may_hide_more(reply: Reply) -> bool:
    """A refusal that may be a failure with one suite and says little about the others."""
    return isinstance(reply, Closed) or (isinstance(reply, Refused) and reply.alert not in _PLAIN_REFUSALS)


def fits(reply: Chosen, offer: Offer) -> bool:
    """A choice that was on offer. Anything else says nothing about what was asked."""
    known = reply.version in ALL_VERSIONS and Version.SSL_3_0 <= reply.version <= offer.highest
    return known and reply.suite in offer.suites


def explain(reply: Reply) -> str:
    if isinstance(reply, Silent):
        return "no answer to the hello in time"
    if isinstance(reply, Malformed):
        return f"unreadable answer: {reply.reason}"
    if isinstance(reply, NotTls):
        return "an answer that is not TLS"
    if isinstance(reply, Chosen):
        return f"an answer nobody asked for: {reply.version.label}, {suite(reply.suite).name}"
    if isinstance(reply, Closed):
        return "connection closed after the hello"
    return ""
