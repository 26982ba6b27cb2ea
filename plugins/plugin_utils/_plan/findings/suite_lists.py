# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in a list of suites or curves, name by name: the material of the findings about lists."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    ENABLED,
    VERSIONS,
    Suite,
    bare_suite,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Origin, State

#: Group Policy first: it wins.
_PLACES = ("group_policy", "local")


@dataclasses.dataclass(frozen=True)
class Listed:
    """A list as it is written. ``setting``: its id; ``names``: untouched."""

    setting: str
    title: str
    names: tuple[str, ...]


def listed(state: State, group: str) -> t.Iterator[Listed]:
    """The lists of ``cipher_suites`` or ``curves`` that are written, well formed and not without effect."""
    for place in _PLACES:
        found = state.settings[f"{group}.{place}"]
        if found.origin is not Origin.INERT and isinstance(found.configured, tuple):
            yield Listed(found.setting, state.catalogue.settings[found.setting].title, found.configured)


def repeated(names: t.Iterable[str]) -> tuple[str, ...]:
    """Names that occur more than once, case ignored, in order of their repetition."""
    seen: set[str] = set()
    again: list[str] = []
    for name in names:
        folded = name.strip().casefold()
        if folded and folded in seen:
            again.append(name.strip())
        seen.add(folded)
    return tuple(dict.fromkeys(again))


def blank(names: t.Iterable[str]) -> tuple[str, ...]:
    """Empty names and names with blanks around or in them."""
    return tuple(name for name in names if name.split() != [name])


def offered(state: State, names: t.Iterable[str]) -> tuple[Suite, ...]:
    """Suites of the list that a connection can end with.

    Without NULL and pre-shared keys, which a program has to ask for.
    """
    suites = (state.catalogue.suites.get(bare_suite(name)[0]) for name in names)
    return tuple(suite for suite in suites if suite is not None and not suite.traits & {"null", "psk"})


def enabled_versions(state: State) -> tuple[str, ...]:
    """Versions that will be on for either side after the next boot, oldest first."""
    return tuple(
        version
        for version in VERSIONS
        if any(
            (found := state.settings.get(f"protocols.{version}.{side}")) is not None and found.future == ENABLED
            for side in ("client", "server")
        )
    )
