# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of ours as its journal on the host tells it."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .registry_value import RegistryValue

DELETE_KEY = "delete_key"


class ChangeState(str, enum.Enum):
    """How a change ended; the words of the journal, and ``torn`` for a journal that tells nothing."""

    OPEN = "open"  #: begun and not ended: the host lost power, or is writing just now
    CLOSED = "closed"
    PUT_BACK = "put_back"
    PUT_BACK_FAILED = "put_back_failed"
    REVERTED = "reverted"  #: taken back by its own timer, because nobody confirmed it
    TORN = "torn"


@dataclasses.dataclass(frozen=True)
class ChangeOperation:
    """One registry operation of a change, as it was found and as it was left.

    ``name``: empty for the default value and for a key. ``before``, ``after``: None = absent; both None where a key was
    deleted. ``created_keys``: keys that were made for it, the outermost first; in an open journal those that were
    missing right before.
    """

    op: str  #: set | delete_value | delete_key
    path: str
    name: str
    before: RegistryValue | None
    after: RegistryValue | None
    created_keys: tuple[str, ...] = ()

    @property
    def is_key(self) -> bool:
        """Whether it is about a key and not about a value."""
        return self.op == DELETE_KEY


@dataclasses.dataclass(frozen=True)
class Revert:
    """The timer that takes a change back unless it is confirmed.

    ``deadline``: FILETIME, as if nobody set the clock after the boot of the change. ``boot``: the boot in which it
    fired, ``at`` the time of that, ``restart``: whether it restarted Windows then.
    """

    state: str  #: armed | confirmed | reverted | rolled_back (by a later change)
    task: str
    deadline: int | None
    boot: int | None = None
    at: int | None = None
    restart: bool = False


@dataclasses.dataclass(frozen=True)
class ChangeHeader:
    """What a journal on the host says about one earlier change of ours (contract W2, the journal file)."""

    id: str
    state: str  #: a ChangeState
    started: int | None
    closed: int | None
    boot: int | None
    reboot_required: bool
    meta: t.Mapping[str, str]
    values: tuple[tuple[str, str], ...]  #: (key path, value name) that it touched; the name is empty for a key
    error: str = ""
    computer: str | None = None
    operations: tuple[ChangeOperation, ...] = ()
    revert: Revert | None = None


def taken_back(journal: t.Iterable[ChangeHeader]) -> dict[str, str]:
    """Changes that a later one took back as a whole -> that one, the last if there are several."""
    closed = [one for one in journal if one.state == ChangeState.CLOSED]
    closed.sort(key=lambda one: (one.started or 0, one.id))
    return {change: one.id for one in closed for change in one.meta.get("of", "").split()}


def torn(change_id: str, why: str) -> ChangeHeader:
    """The header of a change whose journal cannot be read."""
    return ChangeHeader(change_id, ChangeState.TORN.value, None, None, None, False, {}, (), why)
