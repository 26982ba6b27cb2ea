# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about values.

Wrong kind, wrong key, misspelt name, data that Windows does not document, copies that nobody reads.
"""

from __future__ import annotations

import difflib
import functools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    Catalogue,
    Place,
    Setting,
    SettingKind,
    nearest,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    RegistryValue,
    fold,
    path_key,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin

from . import words
from .check import Check, Hit, View
from .schannel_tree import SCHANNEL

#: Settings whose wrong kinds have findings of their own.
_LIST_GROUPS = ("cipher_suites", "curves")
#: Data of an algorithm that is documented: 0 and 0xffffffff (S6).
_DOCUMENTED = (0, 0xFFFFFFFF)
#: Likeness of a misspelt name (DisableByDefault 0.97, Enable 0.92); names of other programs stay below it.
_ALMOST_EQUAL = 0.85
_PathKey = tuple[str, ...]
_SCHANNEL = path_key(SCHANNEL)


def _places(view: View) -> t.Iterator[tuple[Setting, Place, RegistryValue]]:
    """(setting, place, value) of every machine-wide value that is there."""
    for setting in view.state.catalogue.settings.values():
        for place, value in zip(setting.places, view.state.settings[setting.id].values):
            if value is not None and not setting.per_user:
                yield setting, place, value


def _wrong_kind(view: View) -> t.Iterator[Hit]:
    for setting, place, value in _places(view):
        malformed = view.state.settings[setting.id].form is Form.MALFORMED and (value.raw or value.kind != place.kind)
        if malformed and setting.group not in _LIST_GROUPS:
            found = f"{words.value(value)}, {words.kind(place.kind)} is expected"
            if value.kind == place.kind:
                found = f"{words.value(value)}, which is not well formed for its kind"
            yield Hit(setting.id, f"{words.path(place.key)}: the value {place.name} is {found}.")


def _algorithm_data(view: View) -> t.Iterator[Hit]:
    for setting, place, value in _places(view):
        well_formed = setting.kind is SettingKind.ALGORITHM and value.kind == place.kind and not value.raw
        if well_formed and value.data not in _DOCUMENTED:
            yield Hit(setting.id, f"{words.path(place.key)}: {place.name} is {words.value(value)}.")


def _ignored_by_os(view: View) -> t.Iterator[Hit]:
    os = view.state.identity.os
    for setting in view.state.catalogue.settings.values():
        state = view.state.settings[setting.id]
        # The loser of two lists is inert as well, but that is how Windows is made.
        if os is not None and state.origin is Origin.INERT and setting.os and os.id not in setting.os:
            values = ", ".join(words.value(value) for value in state.values if value is not None)
            yield Hit(setting.id, f"{setting.title}: the value ({values}) has no effect, {os.name} does not read it.")


@functools.lru_cache(maxsize=1)
def _known_names(catalogue: Catalogue) -> t.Mapping[_PathKey, t.Mapping[str, str]]:
    """Key -> names of values that a setting has there."""
    names: dict[_PathKey, dict[str, str]] = {}
    for setting in catalogue.settings.values():
        if not setting.per_user:
            for place in setting.places:
                names.setdefault(path_key(place.key), {})[fold(place.name)] = place.name
    return names


def _wrong_key(view: View) -> t.Iterator[Hit]:
    known = _known_names(view.state.catalogue)
    below_schannel = _names_below_schannel(view.state.catalogue)
    on_the_way = _keys_on_the_way(view.state.catalogue)
    for key in view.state.observation.walk():
        place = view.place(key)
        if place not in known and place not in on_the_way:
            continue
        here = known.get(place, {})
        others = below_schannel if _is_schannel(place) else _names_near(known, place)
        for value in key.values:
            name = fold(value.name)
            if name in others and name not in here:
                yield Hit(
                    words.path(key.path),
                    f"The value {others[name]} ({words.value(value)}) stands in {words.path(key.path)}, where "
                    "Windows does not read it.",
                )


@functools.lru_cache(maxsize=1)
def _keys_on_the_way(catalogue: Catalogue) -> frozenset[_PathKey]:
    """Keys of SCHANNEL with a right name that hold no settings themselves but keys that do."""
    places = [place for place in _known_names(catalogue) if _is_schannel(place)]
    return frozenset(place[:length] for place in places for length in range(len(_SCHANNEL), len(place)))


@functools.lru_cache(maxsize=1)
def _names_below_schannel(catalogue: Catalogue) -> t.Mapping[str, str]:
    """Names of all settings below SCHANNEL, which is one area: what is right in one key is wrong in its neighbour."""
    return {
        name: right
        for place, names in _known_names(catalogue).items()
        if _is_schannel(place)
        for name, right in names.items()
    }


def _is_schannel(place: _PathKey) -> bool:
    """SCHANNEL itself, or a key below it."""
    return place[: len(_SCHANNEL)] == _SCHANNEL


def _names_near(known: t.Mapping[_PathKey, t.Mapping[str, str]], place: _PathKey) -> dict[str, str]:
    """Names of the settings of the keys right above and below."""
    # Internet Settings and Internet Settings\WinHttp, Lsa and Lsa\FipsAlgorithmPolicy.
    near = (names for other, names in known.items() if other[:-1] == place or other == place[:-1])
    return {name: right for names in near for name, right in names.items()}


def _misspelt_name(view: View) -> t.Iterator[Hit]:
    known = _known_names(view.state.catalogue)
    area = {name for names in known.values() for name in names}
    for key in view.state.observation.walk():
        here = known.get(view.place(key), {})
        for value in key.values:
            near = _near(value.name, here) if fold(value.name) not in area else None
            if near is not None:
                yield Hit(
                    words.path(key.path),
                    f"Windows reads no value '{words.path(value.name)}' in {words.path(key.path)}."
                    f"{words.nearest_hint(near)}",
                )


def _near(name: str, here: t.Mapping[str, str]) -> str | None:
    """A shared key holds strangers: only what is nearly the right name counts as misspelt."""
    near = nearest(name, here.values())
    if near is None:
        return None
    likeness = difflib.SequenceMatcher(None, fold(name.strip()), fold(near)).ratio()
    return near if likeness >= _ALMOST_EQUAL else None


def _legacy_fips(view: View) -> t.Iterator[Hit]:
    legacy, current = view.find("fips.legacy"), view.find("fips.enabled")
    if legacy is not None and current is not None and legacy.form is Form.SET and legacy.configured != current.future:
        yield Hit(
            "fips.legacy",
            f"The old value FIPSAlgorithmPolicy says {words.meaning(legacy.configured)}, "
            f"Lsa\\FipsAlgorithmPolicy says {words.meaning(current.future)}, and only the latter counts.",
        )


CHECKS: tuple[Check, ...] = (
    Check(
        id="values.wrong_kind",
        severity=Severity.ERROR,
        title="A value of the wrong kind",
        what="A value has another registry kind than Windows expects there, or data that do not fit the kind.",
        why="What Windows makes of it is described nowhere; the setting counts as unknown, never as met.",
        remedy="Delete the value and write it again with the right kind.",
        sources=("S2", "S6"),
        run=_wrong_kind,
    ),
    Check(
        id="values.algorithm_data",
        severity=Severity.WARNING,
        title="A cipher, hash or key exchange with other data than 0 and 0xffffffff",
        what="Enabled of a cipher, hash or key exchange holds a number that is not documented, such as 1.",
        why="0xffffffff is the only documented way to enable; a detailed report says that 1 broke Remote Desktop.",
        remedy="Delete the value if the algorithm shall be on by default, else write 0xffffffff or 0.",
        sources=("S6",),
        run=_algorithm_data,
    ),
    Check(
        id="values.ignored_by_os",
        severity=Severity.WARNING,
        title="A value that this Windows does not read",
        what="A setting is written that came with a later Windows.",
        why="It has no effect here; whoever relies on it is mistaken.",
        remedy="Remove it, or reach the aim in another way on this system.",
        sources=("S2",),
        run=_ignored_by_os,
    ),
    Check(
        id="values.wrong_key",
        severity=Severity.ERROR,
        title="A value on the wrong key",
        what=(
            "A value that Windows knows stands in a key where it does not read it, for example Enabled directly "
            "under Protocols\\TLS 1.2."
        ),
        why="It has no effect; the setting has the value of the right key, or the default.",
        remedy="Write the value to the right key (Protocols\\TLS 1.2\\Server and \\Client) and delete it here.",
        sources=("S2", "S6"),
        run=_wrong_key,
    ),
    Check(
        id="values.misspelt_name",
        severity=Severity.ERROR,
        title="A misspelt value name",
        what="A value name is near one that Windows reads in this key, but is not that one.",
        why="It has no effect.",
        remedy="Write the value under its right name and delete this one.",
        sources=("S2",),
        run=_misspelt_name,
    ),
    Check(
        id="values.legacy_fips",
        severity=Severity.NOTE,
        title="The old FIPS value says something else",
        what="The value of Windows XP and the key of later systems say different things about FIPS mode.",
        why="Only the key Lsa\\FipsAlgorithmPolicy counts; some programs still look at the old value.",
        remedy="Make both equal, or remove the old value.",
        sources=("S2-old", "S9"),
        run=_legacy_fips,
    ),
)
