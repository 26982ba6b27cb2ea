# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a rule apply to a host? Yes, no, or not to be told because a fact is unknown."""

from __future__ import annotations

import dataclasses
import operator
import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import OperatingSystem

from .model import When

_COMPARISON = re.compile(r"(>=|<=|==|>|<)\s*(\d+)\.(\d+)\.(\d+)\.(\d+)")
_COMPARE: t.Mapping[str, t.Callable[[t.Any, t.Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


class Identity(t.Protocol):
    """What this room needs of a HostIdentity; the room that makes one lies outside its imports."""

    @property
    def os(self) -> OperatingSystem | None:
        """The operating system, None = unknown."""

    @property
    def exchange(self) -> str | None:
        """Id of the Exchange version, ``none`` without Exchange, None = unknown."""

    @property
    def exchange_build(self) -> tuple[int, int, int, int] | None:
        """Build of Exchange, None = unknown."""

    @property
    def abilities(self) -> frozenset[str]:
        """What operating system and patch level can do."""

    @property
    def role(self) -> str:
        """Role of the Exchange server."""


@dataclasses.dataclass(frozen=True)
class Facts:
    """What ``when`` looks at; None is unknown. ``abilities`` are those of the Exchange build, empty without one."""

    os: str | None
    exchange: str | None
    build: tuple[int, int, int, int] | None
    role: str | None
    abilities: frozenset[str] | None
    groups: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Match:
    """``applies``: None when it cannot be told; ``because``: what excludes the rule, or the fact that is unknown."""

    applies: bool | None
    because: str = ""


def facts_of(identity: Identity, groups: t.Iterable[str]) -> Facts:
    """The facts of a host, with its inventory groups."""
    # An Exchange older than every release of the catalogue has none of the abilities; without a build nothing is known.
    known = identity.exchange == "none" or identity.exchange_build is not None
    return Facts(
        os=None if identity.os is None else identity.os.id,
        exchange=identity.exchange,
        build=identity.exchange_build,
        role=None if identity.role == "unknown" else identity.role,
        abilities=identity.abilities if known else None,
        groups=frozenset(groups),
    )


def parse_build(text: str) -> tuple[tuple[str, tuple[int, int, int, int]], ...] | None:
    """The comparisons of ``exchange_build``; None when it is not understood."""
    parts = []
    for part in text.split(","):
        found = _COMPARISON.fullmatch(part.strip())
        if found is None:
            return None
        sign, one, two, three, four = found.groups()
        parts.append((sign, (int(one), int(two), int(three), int(four))))
    return tuple(parts)


def matches(when: When, facts: Facts) -> Match:
    """Compare every given field. One field that certainly does not match decides, whatever is unknown beside it."""
    results = [
        _one_of("operating system", when.os, facts.os),
        _one_of("Exchange version", when.exchange, facts.exchange),
        _one_of("role", when.role, facts.role),
        _build(when.exchange_build, facts),
        _able(when, facts),
        _group(when.group, facts),
    ]
    for wanted in (False, None):
        for result in results:
            if result.applies is wanted:
                return result
    return Match(True)


def _one_of(what: str, wanted: tuple[str, ...], found: str | None) -> Match:
    if not wanted:
        return Match(True)
    if found is None:
        return Match(None, f"the {what} is unknown")
    return Match(True) if found in wanted else Match(False, f"only for {what} {', '.join(wanted)}; this is {found}")


def _build(text: str, facts: Facts) -> Match:
    comparisons = parse_build(text) if text else ()
    if not comparisons:
        return Match(True)
    if facts.exchange == "none":
        return Match(False, f"only for Exchange {text}; Exchange is not installed")
    if facts.build is None:
        return Match(None, "the Exchange build is unknown")
    if all(_COMPARE[sign](facts.build, build) for sign, build in comparisons):
        return Match(True)
    return Match(False, f"only for Exchange {text}; this is {'.'.join(str(part) for part in facts.build)}")


def _able(when: When, facts: Facts) -> Match:
    if not when.able and not when.unable:
        return Match(True)
    if facts.abilities is None:
        return Match(None, "what the Exchange build can do is unknown")
    lacking = [name for name in when.able if name not in facts.abilities]
    if lacking:
        return Match(False, f"only where Exchange has the ability {', '.join(lacking)}")
    having = [name for name in when.unable if name in facts.abilities]
    return Match(False, f"only where Exchange lacks the ability {', '.join(having)}") if having else Match(True)


def _group(wanted: tuple[str, ...], facts: Facts) -> Match:
    if not wanted or facts.groups.intersection(wanted):
        return Match(True)
    return Match(False, f"only for hosts of the inventory group {' or '.join(wanted)}")
