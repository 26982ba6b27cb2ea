# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The suite on which an endpoint and a client agree, in a version that is settled.

Where something was not asked, every possibility is followed: what is said of a client then holds in all of them.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite, Version, suite_by_name

from .model import Client, Result
from .seen import Seen, SeenVersion


class Fit(enum.Enum):
    """Whether the endpoint can choose a suite that both have."""

    YES = "yes"
    NO = "no"
    #: It depends on something that is not known of the endpoint.
    MAYBE = "maybe"


@dataclasses.dataclass(frozen=True)
class Choice:
    """``possible``: suites of which the endpoint chooses one; several when its order or its groups are not known.

    ``failure``: why there is none. ``open``: whether it may also choose none at all.
    """

    possible: tuple[Suite, ...]
    failure: Result | None = None
    open: bool = False


def choose(seen: Seen, client: Client, version: Version) -> Choice:
    """Follow the order that counts (RFC 5246 7.4.1.3 leaves it to the server) through the suites that both have."""
    record = seen.version(version)
    group = _common_group(seen, client, version)
    fits = {name: _fit(_suite(name), seen, client, version, group) for name in client.suites if name in record.accepts}
    if not fits:
        return Choice((), Result.NO_COMMON_SUITE)
    if all(fit is Fit.NO for fit in fits.values()):
        return Choice((), Result.NO_COMMON_GROUP)
    certain = any(fit is Fit.YES for fit in fits.values())
    return Choice(tuple(_suite(name) for name in _possible(record, client, fits)), open=not certain)


def _possible(record: SeenVersion, client: Client, fits: t.Mapping[str, Fit]) -> tuple[str, ...]:
    usable = [name for name, fit in fits.items() if fit is not Fit.NO]
    if record.order == "unknown" and len(usable) > 1:
        return tuple(usable)
    ranking = client.suites if record.order == "client" else record.suites
    found: list[str] = []
    for name in ranking:
        if name in usable:
            found.append(name)
            if fits[name] is Fit.YES:
                break
    return tuple(found)


def _suite(name: str) -> Suite:
    suite = suite_by_name(name)
    if suite is None:
        raise ValueError(f"{name} is no suite; only names that were looked up come here")
    return suite


def _fit(suite: Suite, seen: Seen, client: Client, version: Version, group: Fit) -> Fit:
    """A suite that was accepted once needs besides what both have to have anew for each client: a group."""
    if suite.key_exchange not in ("ECDHE", "ECDH", "any"):
        return Fit.YES
    if client.framing == "ssl2" or version is Version.SSL_3_0 or not client.groups:
        # A hello that names no groups: RFC 8422 4 lets the server take any, some refuse instead.
        return Fit.MAYBE
    fits = [group] if suite.key_exchange != "ECDH" else []
    if suite.authentication == "ECDSA":
        fits.append(_curve_of_certificate(seen, client))
    return next((fit for fit in (Fit.NO, Fit.MAYBE) if fit in fits), Fit.YES)


def _common_group(seen: Seen, client: Client, version: Version) -> Fit:
    # Servers have one list of groups for all versions up to TLS 1.2, and another for TLS 1.3.
    versions = [version] if version is Version.TLS_1_3 else [v for v in Version if v < Version.TLS_1_3]
    known = frozenset[str]().union(*(seen.groups.get(v, frozenset()) for v in versions))
    if any(name.lower() in known for name in client.groups):
        return Fit.YES
    return Fit.MAYBE if seen.groups_complete.isdisjoint(versions) else Fit.NO


def _curve_of_certificate(seen: Seen, client: Client) -> Fit:
    """Up to TLS 1.2 the curve of an ECDSA certificate must be among the client's groups too (RFC 8422 5.1)."""
    leaves = [chain.certificates[0] for chain in seen.chains if chain.authentication == "ECDSA" and chain.certificates]
    if not leaves or leaves[0].curve is None:
        return Fit.MAYBE
    return Fit.YES if leaves[0].curve in client.groups else Fit.NO
