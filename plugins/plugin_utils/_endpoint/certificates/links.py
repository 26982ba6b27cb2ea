# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who issued whom in a chain. Nothing is trusted: whether clients know the root is not to be seen on the wire."""

from __future__ import annotations

import dataclasses
import typing as t

from .model import Order
from .read import Parsed, named_by, signed_by
from .sent import ANY

#: An authority that renewed its key has two or three certificates; each costs a check of a signature.
MOST_OF_A_NAME = 4


@dataclasses.dataclass(frozen=True, eq=False)
class Path:
    """A chain sorted out.

    ``certified``: the certificate of the endpoint and its issuers in turn. ``strangers``: those that issued none of
    these. ``repeated``: those that were sent more than once. ``leaf_only``: TLS 1.3 may have hidden the rest.
    """

    certified: tuple[Parsed, ...]
    strangers: tuple[Parsed, ...]
    repeated: tuple[Parsed, ...]
    order: Order
    complete: bool | None
    leaf_only: bool


def follow(sent: t.Sequence[Parsed], authentication: str) -> Path:
    """Sort out a chain as sent; ``sent`` is not empty. The first is the endpoint's own (RFC 5246 7.4.2)."""
    unique = tuple(dict.fromkeys(sent))
    certified = _certified(unique)
    unreadable = any(one.raw is None for one in unique)
    leaf_only = authentication == ANY and len(sent) == 1 and certified[0].certificate.self_signed is not True
    return Path(
        certified=certified,
        strangers=tuple(one for one in unique if one not in certified and one.raw is not None),
        repeated=tuple(one for one in unique if sum(other is one for other in sent) > 1),
        order=_order(unique, certified, unreadable or leaf_only),
        complete=_complete(certified, unreadable, leaf_only, len(unique)),
        leaf_only=leaf_only,
    )


def _certified(unique: tuple[Parsed, ...]) -> tuple[Parsed, ...]:
    found, rest = [unique[0]], list(unique[1:])
    while rest and found[-1].certificate.self_signed is not True:
        named = [one for one in rest if named_by(found[-1], one)]
        following = next((one for one in named[:MOST_OF_A_NAME] if signed_by(found[-1], one)), None)
        if following is None:
            break
        found.append(following)
        rest.remove(following)
    return tuple(found)


def _order(unique: tuple[Parsed, ...], certified: tuple[Parsed, ...], hidden: bool) -> Order:
    if unique[: len(certified)] != certified:
        return Order.WRONG
    return Order.UNKNOWN if hidden else Order.RIGHT


def _complete(certified: tuple[Parsed, ...], unreadable: bool, leaf_only: bool, sent: int) -> bool | None:
    leaf, last = certified[0].certificate, certified[-1].certificate
    if last.self_signed:
        return True
    if unreadable or leaf_only or len(certified) > 1:
        return None
    # No root of a public authority may sign the certificate of a server (BR 6.1.7), and whoever sends other
    # certificates meant to send issuers. A private root may well sign a server directly.
    return False if leaf.public or sent > 1 else None
