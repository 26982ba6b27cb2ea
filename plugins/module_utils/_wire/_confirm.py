# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Second thoughts about closed connections: a stray close must neither shorten a list nor hide a version.

An endpoint that closes instead of sending alerts does so every time: two or more such closes and never an alert are
that endpoint's way to say no (Schannel does so at times). A single close, or one among alerts, is asked once more.
"""

from __future__ import annotations

from ._codes import Version
from ._discover import discover_rest, discover_ssl2
from ._flight import Chosen, Closed, Refused
from ._peel import peel, peel_by_key_exchange
from ._survey import Survey, VersionState, Witness, explain, fits

__all__ = ["confirm_closes"]


async def confirm_closes(survey: Survey, with_suites: bool) -> None:
    """Ask again what has to be. with_suites: go on peeling where a list turns out to be longer. Raises GaveUpError."""
    if not survey.answered:
        return
    survey.session.one_at_a_time()
    habit = not survey.alerts and len(survey.closes) > 1
    for witness in list(survey.closes):
        contradicted = _contradicted(survey, witness)
        if not habit or contradicted:
            await _ask_again(survey, witness, with_suites)
        if contradicted and _contradicted(survey, witness):
            await peel_by_key_exchange(survey, witness.version)


def _contradicted(survey: Survey, witness: Witness) -> bool:
    """A list that ended by a close lacks suites which a lower version accepts: it ended too early."""
    missing = set(witness.offer.suites) - set(survey.records[witness.version].suites)
    lower = (record for version, record in survey.records.items() if Version.SSL_2_0 < version < witness.version)
    return witness.end_of_list and any(missing & set(record.suites) for record in lower)


async def _ask_again(survey: Survey, witness: Witness, with_suites: bool) -> None:
    record = survey.records[witness.version]
    if witness.version is Version.SSL_2_0:
        await _ask_ssl2_again(survey)
        return
    reply = await survey.ask(witness.offer)
    if isinstance(reply, Closed):
        return
    if isinstance(reply, Refused):
        survey.refuse(witness.version, reply.alert)
    elif isinstance(reply, Chosen) and fits(reply, witness.offer):
        survey.accept(reply.version, [reply.suite])
        await _ask_inferred(survey)
        for version in survey.accepted() if with_suites else ():
            if not survey.records[version].complete or version is reply.version:
                await peel(survey, version)
    else:
        record.complete, record.note = False, explain(reply)
        if not witness.end_of_list:
            record.state = VersionState.UNKNOWN


async def _ask_inferred(survey: Survey) -> None:
    """What was concluded from closes that turned out to be none has to be asked after all."""
    survey.reopen([version for version, record in survey.records.items() if record.inferred])
    await discover_rest(survey)


async def _ask_ssl2_again(survey: Survey) -> None:
    survey.records[Version.SSL_2_0].state = VersionState.UNKNOWN
    await discover_ssl2(survey)
