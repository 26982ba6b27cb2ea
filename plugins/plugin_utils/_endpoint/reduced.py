# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left without some versions or suites: of the answer of a port, and of what a client offers."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite, suite_by_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import versions_of

from .clients import Client

Answer = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Without:
    """What goes; empty = nothing.

    ``ciphers``: beginnings of a cipher's name (``RC4``). ``key_exchange``, ``authentication``: as in the tables of the
    prober. ``dh_bits``: nothing goes, but keys of DHE have at least so many bits.
    """

    versions: frozenset[str] = frozenset()
    ciphers: tuple[str, ...] = ()
    key_exchange: frozenset[str] = frozenset()
    authentication: frozenset[str] = frozenset()
    export: bool = False
    macs: frozenset[str] = frozenset()
    dh_bits: int = 0


#: Takes nothing away.
NOTHING = Without()


def reduced(answer: Answer, without: Without) -> Answer:
    """A copy of ``answer``; a version whose last suite goes is refused, one whose suites are not all known stays."""
    versions = {name: _row(name, row, without) for name, row in versions_of(answer).items()}
    facts = answer.get("facts")
    if isinstance(facts, t.Mapping) and isinstance(facts.get("dh_bits"), int):
        facts = {**facts, "dh_bits": max(facts["dh_bits"], without.dh_bits)}
    return {**answer, "versions": versions, "facts": facts}


def reduced_client(client: Client, without: Without) -> Client | None:
    """A copy of ``client`` that offers no more than what is left; None when that is nothing."""
    left = [version for version in client.versions if version.id not in without.versions]
    suites = tuple(name for name in client.suites if not _goes({"name": name}, without))
    if not left or not suites:
        return None
    return dataclasses.replace(client, lowest=min(left), highest=max(left), suites=suites)


def _row(version: str, row: t.Mapping[str, t.Any], without: Without) -> t.Mapping[str, t.Any]:
    if row.get("state") != "accepted":
        return row
    suites = row.get("suites")
    left = [one for one in suites if not _goes(one, without)] if isinstance(suites, (list, tuple)) else []
    if version in without.versions or (not left and row.get("complete") is True):
        return {**row, "state": "refused", "suites": [], "complete": False}
    return {**row, "suites": left}


def _goes(row: t.Any, without: Without) -> bool:
    name = row.get("name") if isinstance(row, t.Mapping) else None
    suite = suite_by_name(name) if isinstance(name, str) else None
    return suite is not None and _matches(suite, without)


def _matches(suite: Suite, without: Without) -> bool:
    # DES begins DES40 and DES_CBC, but 3DES is another cipher and begins with its 3.
    return (
        suite.cipher.startswith(without.ciphers)
        or suite.key_exchange in without.key_exchange
        or suite.authentication in without.authentication
        or suite.mac in without.macs
        or (without.export and suite.export)
    )
