# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The truth by brute force: every suite alone, every version, one connection each."""

from __future__ import annotations

import asyncio
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


def accepted(
    port: int, transport: str, versions: t.Iterable[Version] = VERSIONS, at_once: int = 2
) -> dict[str, set[int]]:
    """Per version id the suites that are accepted alone. TLS 1.2's suites are tried in every older version too."""
    return asyncio.run(_accepted(port, Transport(transport), tuple(versions), at_once))


async def _accepted(
    port: int, transport: Transport, versions: tuple[Version, ...], at_once: int
) -> dict[str, set[int]]:
    address = (await resolve("127.0.0.1", port))[0]
    gate = asyncio.Semaphore(at_once)

    async def one(version: Version, number: int) -> tuple[Version, int, bool]:
        hello = client_hello(Offer((version,), (number,)), os.urandom(64))
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
                raise RuntimeError(f"No truth about {version.label}, {number:#06x}: {failure or answer}")
        return version, number, isinstance(answer, Chosen) and (answer.version, answer.suite) == (version, number)

    questions = [one(version, number) for version in versions for number in suites_to_try(version)]
    truth: dict[str, set[int]] = {version.id: set() for version in versions}
    for version, number, yes in await asyncio.gather(*questions):
        if yes:
            truth[version.id].add(number)
    return truth


def suites_to_try(version: Version) -> tuple[int, ...]:
    return offered(version) if version is Version.TLS_1_3 else offered(Version.TLS_1_2)
