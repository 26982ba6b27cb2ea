# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer of ``endpoint_info`` says about choosing a suite. It comes from a wire: nothing in it is trusted."""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version, group_by_name, suite_by_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import suite_names, versions_of

from ..certificates.model import Certificate
from ..certificates.read import read_certificate
from ..certificates.sent import sent_certificates, sent_chains


class State(enum.Enum):
    """Whether a version is accepted."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class SeenVersion:
    """``suites``: IANA names, in the order of the server if ``order`` says so. ``complete``: there are no others."""

    state: State
    suites: tuple[str, ...] = ()
    order: str = "unknown"
    complete: bool = False

    @functools.cached_property
    def accepts(self) -> frozenset[str]:
        """The suites without their order."""
        return frozenset(self.suites)


@dataclasses.dataclass(frozen=True)
class SeenChain:
    """``authentication``: RSA, ECDSA ..., any where only TLS 1.3 was spoken. The certificate of the endpoint first."""

    authentication: str
    certificates: tuple[Certificate, ...]


@dataclasses.dataclass(frozen=True)
class Seen:
    """One endpoint. None in the facts: no answer could tell.

    ``groups``: lower-case IANA names that it has chosen, per version; ``groups_complete``: versions in which there are
    no others. ``failing``: suites that it chooses and then fails with.
    """

    answered: bool
    status: str
    versions: t.Mapping[Version, SeenVersion]
    groups: t.Mapping[Version, frozenset[str]]
    groups_complete: frozenset[Version]
    unified_hello: bool | None
    secure_renegotiation: bool | None
    dh_bits: int | None
    failing: frozenset[str]
    chains: tuple[SeenChain, ...]

    def version(self, version: Version) -> SeenVersion:
        return self.versions.get(version, _NOT_ASKED)

    @property
    def accepted(self) -> tuple[Version, ...]:
        """Lowest first."""
        return tuple(sorted(v for v, seen in self.versions.items() if seen.state is State.ACCEPTED))


_NOT_ASKED = SeenVersion(State.UNKNOWN)
_VERSIONS: t.Mapping[str, Version] = types.MappingProxyType({version.id: version for version in Version})
_STATES = {"accepted": State.ACCEPTED, "refused": State.REFUSED, "refused_by_close": State.REFUSED}


def see(answer: t.Mapping[str, t.Any]) -> Seen:
    """Read one answer. Never raises."""
    facts = answer.get("facts")
    facts = facts if isinstance(facts, t.Mapping) else {}
    status = answer.get("status")
    bits, whole = facts.get("dh_bits"), _texts(facts.get("groups_complete"))
    return Seen(
        answered=status == "answered",
        status=status if isinstance(status, str) else "unknown",
        versions={_VERSIONS[name]: _version(row) for name, row in versions_of(answer).items() if name in _VERSIONS},
        groups=_groups(facts.get("groups")),
        groups_complete=frozenset(_VERSIONS[name] for name in whole if name in _VERSIONS),
        unified_hello=_truth(facts.get("unified_hello")),
        secure_renegotiation=_truth(facts.get("secure_renegotiation")),
        dh_bits=bits if isinstance(bits, int) and not isinstance(bits, bool) and bits > 0 else None,
        failing=frozenset(suite_names({"suites": facts.get("failing_suites")})),
        chains=_chains(answer),
    )


def _version(row: t.Mapping[str, t.Any]) -> SeenVersion:
    state, order = row.get("state"), row.get("order")
    return SeenVersion(
        state=_STATES.get(state, State.UNKNOWN) if isinstance(state, str) else State.UNKNOWN,
        suites=tuple(dict.fromkeys(name for name in suite_names(row) if suite_by_name(name) is not None)),
        order=order if order in ("server", "client") else "unknown",
        complete=row.get("complete") is True,
    )


def _groups(found: t.Any) -> dict[Version, frozenset[str]]:
    if not isinstance(found, t.Mapping):
        return {}
    rows = {_VERSIONS[name]: _texts(names) for name, names in found.items() if name in _VERSIONS}
    return {v: frozenset(name.lower() for name in names if group_by_name(name)) for v, names in rows.items()}


def _texts(found: t.Any) -> tuple[str, ...]:
    return tuple(text for text in found if isinstance(text, str)) if isinstance(found, (list, tuple)) else ()


def _truth(found: t.Any) -> bool | None:
    return found if isinstance(found, bool) else None


def _chains(answer: t.Mapping[str, t.Any]) -> tuple[SeenChain, ...]:
    read = [read_certificate(sent, at).certificate for at, sent in enumerate(sent_certificates(answer))]
    return tuple(
        SeenChain(chain.authentication, tuple(read[position] for position in chain.positions))
        for chain in sent_chains(answer, len(read))
    )
