# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Windows host offers on either side, as far as its settings say; what neighbours need to know of each other."""

from __future__ import annotations

import dataclasses
import types
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    ENABLED,
    SIDES,
    VERSIONS,
    Catalogue,
    bare_suite,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .lockout import usable_suites

#: Curves of Windows (in any case) and their names in TLS (RFC 8422, RFC 7748).
_GROUPS: t.Mapping[str, str] = types.MappingProxyType(
    {"curve25519": "x25519", "nistp256": "secp256r1", "nistp384": "secp384r1", "nistp521": "secp521r1"}
)


@dataclasses.dataclass(frozen=True)
class Offer:
    """``server``, ``client``: ids of versions; ``suites``: IANA names in order, of both sides.

    ``groups``: IANA names. None = not known, and then nothing is predicted.
    """

    server: tuple[str, ...] | None
    client: tuple[str, ...] | None
    suites: tuple[str, ...] | None
    groups: tuple[str, ...] | None


def offer_of(state: State, *, after_boot: bool) -> Offer:
    """What the host offers now, or when everything that is configured counts."""
    sides = {side: _versions(state, side, after_boot) for side in SIDES}
    suites = usable_suites(state, after_boot=after_boot)
    groups = _groups_of(state, after_boot)
    return Offer(sides["server"], sides["client"], None if suites is None else tuple(suites), groups)


def _groups_of(state: State, after_boot: bool) -> tuple[str, ...] | None:
    """From the list of curves; before Windows 10 and Server 2016 there is none, and the suites name theirs (S3)."""
    system = state.identity.os
    if system is not None and system.suites_carry_curve:
        suites = state.future_suites if after_boot else state.suites
        return None if suites is None else _groups_in(suites)
    curves = state.future_curves if after_boot else state.curves
    return None if curves is None else _groups(curves)


def _versions(state: State, side: str, after_boot: bool) -> tuple[str, ...] | None:
    found = [state.settings.get(f"protocols.{version}.{side}") for version in VERSIONS]
    if None in found:
        return None
    meanings = [(one.future if after_boot else one.effective) for one in found if one is not None]
    if "unknown" in meanings:
        return None
    return tuple(version for version, meaning in zip(VERSIONS, meanings) if meaning == ENABLED)


def offer_as_installed(system: str, catalogue: Catalogue) -> Offer | None:
    """What a Windows (id of the catalogue) offers as long as nobody has set anything; None when that is not known."""
    suites = catalogue.suites_of(system)
    if suites is None:
        return None
    sides = {
        side: tuple(
            version
            for version in VERSIONS
            if f"protocols.{version}.{side}" in catalogue.settings
            and catalogue.settings[f"protocols.{version}.{side}"].defaults.get(system) == ENABLED
        )
        for side in SIDES
    }
    names = dict.fromkeys(bare_suite(name)[0] for name in suites.default if name not in suites.on_request)
    carries = catalogue.systems[system].suites_carry_curve
    groups = _groups_in(suites.default) if carries else _groups(suites.curves)
    return Offer(sides["server"], sides["client"], tuple(names), groups)


def _groups(curves: t.Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, (_GROUPS.get(name.lower()) for name in curves)))


def _groups_in(suites: t.Iterable[str]) -> tuple[str, ...]:
    """Of the curves that the names of suites end with."""
    curves = (bare_suite(name)[1] for name in suites)
    return tuple(dict.fromkeys(_groups(curve for curve in curves if curve is not None)))


def offer_data(offer: Offer) -> dict[str, t.Any]:
    """As plain data for a result."""
    return {
        field.name: None if getattr(offer, field.name) is None else list(getattr(offer, field.name))
        for field in dataclasses.fields(offer)
    }


def read_offer(data: t.Any) -> Offer | None:
    """What ``offer_data`` wrote; None for anything else."""
    if not isinstance(data, t.Mapping):
        return None
    lists = []
    for field in dataclasses.fields(Offer):
        found = data.get(field.name)
        if found is not None and not (isinstance(found, (list, tuple)) and all(isinstance(one, str) for one in found)):
            return None
        lists.append(None if found is None else tuple(found))
    return Offer(*lists)
