# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replays asked for, and their answers as plain data. One connection each."""

from __future__ import annotations

import typing as t

from ._attempt import Silent
from ._codes import Version
from ._details import group_of
from ._flight import Chosen, ChosenSsl2, Closed, Refused
from ._groups import group
from ._replay import Replay, replay_hello
from ._session import Reply, Session
from ._suites import suite
from ._survey import explain

__all__ = ["ask_replays"]

Row = dict[str, t.Any]


async def ask_replays(session: Session, replays: t.Sequence[Replay], rows: list[Row]) -> None:
    """Send each hello once and add a row per answer. Raises GaveUpError; the rows until then stay.

    A row: ``id``; ``answer``: chosen, refused, closed, silent or unknown; what was chosen: ``version`` (id), ``suite``
    (name), ``group`` (name, None where none was used); ``alert``: number of a refusal; ``note``: why it is unknown.
    """
    for one in replays:

        def hello(random: bytes, one: Replay = one) -> bytes:
            return replay_hello(one, session.endpoint.server_name, random)

        rows.append({"id": one.id, **_row(one, await session.ask_hello(hello))})


def _row(one: Replay, reply: Reply) -> Row:
    row: Row = {"answer": "unknown", "version": None, "suite": None, "group": None, "alert": None, "note": ""}
    if isinstance(reply, Chosen):
        number = group_of(reply)
        name = None if number is None else group(number).name
        return {**row, "answer": "chosen", "version": reply.version.id, "suite": suite(reply.suite).name, "group": name}
    if isinstance(reply, ChosenSsl2):
        # In SSL 2.0 the server names what both have, and the client chooses.
        common = next((number for number in one.suites if number in reply.hello.kinds), None)
        name = None if common is None else suite(common).name
        return {**row, "answer": "chosen", "version": Version.SSL_2_0.id, "suite": name}
    if isinstance(reply, Refused):
        return {**row, "answer": "refused", "alert": None if reply.alert is None else int(reply.alert)}
    if isinstance(reply, Closed):
        return {**row, "answer": "closed"}
    if isinstance(reply, Silent):
        return {**row, "answer": "silent"}
    return {**row, "note": explain(reply)}
