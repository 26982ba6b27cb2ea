# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is made from: every value it looked at, and the facts about the host that decide which rules apply."""

from __future__ import annotations

import typing as t

from ..._catalogue import Place, Setting
from ..._host import Observation
from ..._plan import Plan
from ..._state import State
from .model import Fact, Prior

#: A plan is also judged by what would be left of versions, suites and curves, whether or not a rule is about them.
_ALWAYS = frozenset({"protocols", "ciphers", "hashes", "key_exchange", "cipher_suites", "curves"})


def settings_of(plan: Plan, state: State) -> tuple[Setting, ...]:
    """The settings that the plan looked at.

    Those of single users are left out: nothing is written because of them, and who is logged on differs by the hour.
    """
    considered = {entry.setting for entry in plan.entries}
    return tuple(
        setting
        for name, setting in sorted(state.catalogue.settings.items())
        if (name in considered or setting.group in _ALWAYS) and not setting.per_user
    )


def prior_of(plan: Plan, state: State) -> tuple[Prior, ...]:
    """Every value that the plan looked at, as it was found."""
    return tuple(look_at(state.observation, place.key, place.name) for place in _places(settings_of(plan, state)))


def look_at(observation: Observation, path: str, name: str) -> Prior:
    """One value as it is found now."""
    if not observation.was_read(path, name):
        return Prior(path, name, None)
    value = observation.value(path, name)
    return Prior(path, name, value is not None, value)


def facts_of_host(plan: Plan, state: State) -> tuple[Fact, ...]:
    """What decides which rules apply and what may be written, apart from registry values.

    Not among them: the boot and whether the server is in maintenance. Both change between review and change window,
    and nothing that was planned becomes wrong by it.
    """
    identity = state.identity
    exchange = ".".join(str(part) for part in identity.exchange_build) if identity.exchange_build else None
    found = {
        "windows": identity.os.id if identity.os else None,
        "windows build": identity.build,
        "exchange": identity.exchange,
        "exchange build": exchange,
        "exchange role": identity.role,
        "certificates": ", ".join(sorted(identity.certificate_types)) or None,
    }
    owners = {
        f"owner of {setting.id}": state.owners[setting.id]
        for setting in settings_of(plan, state)
        if setting.id in state.owners
    }
    return tuple(Fact(name, "unknown" if value is None else str(value)) for name, value in {**found, **owners}.items())


def _places(settings: t.Iterable[Setting]) -> t.Iterator[Place]:
    seen: set[tuple[str, str]] = set()
    for setting in settings:
        for place in setting.places:
            if (place.key, place.name) not in seen:
                seen.add((place.key, place.name))
                yield place
