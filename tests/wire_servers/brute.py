# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The truth by brute force: every suite alone, every version, one connection each; and each pair of neighbours."""

from __future__ import annotations

import asyncio
import itertools
import os
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire._attempt import Attempt
from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Version
from ansible_collections.msexchange.tls.plugins.module_utils._wire._connection import converse, resolve
from ansible_collections.msexchange.tls.plugins.module_utils._wire._endpoint import Transport, new_dialogue
from ansible_collections.msexchange.tls.plugins.module_utils._wire._flight import Chosen
from ansible_collections.msexchange.tls.plugins.module_utils._wire._hello import Offer, client_hello
from ansible_collections.msexchange.tls.plugins.module_utils._wire._status import Failure
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites import offered

#: Tries to get an answer in TLS.
_PATIENCE = 50
VERSIONS = tuple(version for version in Version if version is not Version.SSL_2_0)


Question = tuple[Version, tuple[int, ...]]


def accepted(
    port: int, transport: str, versions: t.Sequence[Version] = VERSIONS, at_once: int = 2
) -> dict[str, set[int]]:
    """Per version id the suites that are accepted alone. TLS 1.2's suites are tried in every older version too."""
    questions: list[Question] = [(version, (number,)) for version in versions for number in suites_to_try(version)]
    truth: dict[str, set[int]] = {version.id: set() for version, _suites in questions}
    for (version, suites), chosen in zip(questions, _ask(port, transport, questions, at_once)):
        truth[version.id] |= {chosen} & set(suites)
    return truth


def out_of_order(port: int, transport: str, observation: dict[str, t.Any], at_once: int = 2) -> list[Question]:
    """Neighbours of the lists that were found, offered the wrong way round, of which the server picks the other one
    than was said: its own first, or the client's where it has no order.
    """
    questions: list[Question] = []
    expected: list[int] = []
    for version in VERSIONS:
        row = observation["versions"][version.id]
        suites = [suite["id"] for suite in row["suites"]]
        for first, second in itertools.pairwise(suites):
            questions.append((version, (second, first)))
            expected.append(second if row["order"] == "client" else first)
    chosen = _ask(port, transport, questions, at_once)
    return [question for question, want, got in zip(questions, expected, chosen) if got != want]


def _ask(port: int, transport: str, questions: t.Sequence[Question], at_once: int) -> list[int | None]:
    return asyncio.run(_answers(port, Transport(transport), questions, at_once))


async def _answers(port: int, transport: Transport, questions: t.Sequence[Question], at_once: int) -> list[int | None]:
    """The suite that was chosen in just this version, for each question."""
    address = (await resolve("127.0.0.1", port))[0]
    gate = asyncio.Semaphore(at_once)

    async def one(version: Version, suites: tuple[int, ...]) -> int | None:
        hello = client_hello(Offer((version,), suites), os.urandom(64))
        async with gate:
            for _again in range(_PATIENCE):
                attempt = Attempt(new_dialogue(transport, "brute.example", known=True), hello)
                failure = await converse(address, attempt, 20)
                answer = attempt.outcome
                if failure is None and not isinstance(answer, Failure):
                    break
                # A server that is busy or turns connections away has said nothing about the suite.
                await asyncio.sleep(0.2)
            else:
                raise RuntimeError(f"No truth about {version.label}, {suites}: {failure or answer}")
        return answer.suite if isinstance(answer, Chosen) and answer.version == version else None

    return list(await asyncio.gather(*(one(*question) for question in questions)))


def suites_to_try(version: Version) -> tuple[int, ...]:
    return offered(version) if version is Version.TLS_1_3 else offered(Version.TLS_1_2)
