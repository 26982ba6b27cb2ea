# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are when we send mail: a known client as it is today, and as it will be after the planned stage."""

from __future__ import annotations

import dataclasses
import typing as t

from ..clients import Client
from ..reduced import Without, reduced_client

#: Cannot stand in an id of a client, so the two hellos of one sender never meet another.
_AFTER = " after the stage"


@dataclasses.dataclass(frozen=True)
class Sender:
    """One of our kinds of servers; ``after`` is None when nothing would be left that it could offer."""

    today: Client
    after: Client | None

    @property
    def hellos(self) -> tuple[Client, ...]:
        """What has to be sent to a partner to know both."""
        return (self.today,) if self.after is None else (self.today, self.after)


def after_stage(client: Client, without: Without) -> Sender:
    """``without``: what the stage takes away from the client side."""
    left = reduced_client(client, without)
    return Sender(client, None if left is None else dataclasses.replace(left, id=client.id + _AFTER))


def senders_of(names: t.Sequence[str], clients: t.Iterable[Client], without: Without) -> tuple[Sender, ...]:
    """The senders with these ids.

    :raises LookupError: one of them is no known client that sends mail; one sentence
    """
    known = {client.id: client for client in clients if "smtp" in client.services}
    missing = [name for name in names if name not in known]
    if missing:
        raise LookupError(
            f"senders: {missing[0]!r} is no client that sends mail; these do: {', '.join(sorted(known))}."
        )
    return tuple(after_stage(known[name], without) for name in names)
