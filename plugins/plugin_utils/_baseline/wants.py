# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wanted values: how they are written in YAML, which settings can have them, and how they are shown."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    Setting,
    SettingKind,
    nearest,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Mapping, Node, Scalar, Sequence

from .model import Absent, Bits, Explicit, Want

#: The words that each kind of setting can be wanted as; "absent" is possible for all.
WORDS: t.Mapping[SettingKind, tuple[str, ...]] = {
    SettingKind.PROTOCOL: (ENABLED, DISABLED, DISABLED_BY_DEFAULT),
    SettingKind.ALGORITHM: (ENABLED, DISABLED),
    SettingKind.FLAG: (ENABLED, DISABLED),
    SettingKind.NUMBER: (),
    SettingKind.MASK: (),
    SettingKind.LIST: (),
}

LARGEST_DWORD = 0xFFFFFFFF

_FORMS = "a word, a number, a list of names, {explicit: word} or {add: bits, without: bits}"


def read_want(node: Node) -> tuple[Want | None, str]:
    """The wanted value that ``node`` spells, or None and the sentence that says why it is none.

    Whether the setting can have it is the business of :func:`misfit`.
    """
    if isinstance(node, Scalar):
        if isinstance(node.value, bool) or node.value is None:
            return None, f"a wanted value is {_FORMS}."
        return (Absent.ABSENT if node.value == Absent.ABSENT.value else node.value), ""
    if isinstance(node, Sequence):
        names = tuple(item.value for item in node.items if isinstance(item, Scalar) and isinstance(item.value, str))
        if not names or len(names) != len(node.items):
            return None, "a list of suites or curves needs at least one name and nothing but names."
        return names, ""
    return _read_form(node)


def _read_form(node: Mapping) -> tuple[Want | None, str]:
    values = {str(key.value): value.value for key, value in node.entries if isinstance(value, Scalar)}
    word = values.get("explicit")
    if set(values) == {"explicit"} and isinstance(word, str):
        return Explicit(word), ""
    if len(values) != len(node.entries) or not values or not set(values) <= {"add", "without"}:
        return None, f"a wanted value is {_FORMS}."
    bits = {name: value for name, value in values.items() if isinstance(value, int) and not isinstance(value, bool)}
    if len(bits) != len(values) or not all(0 < value <= LARGEST_DWORD for value in bits.values()):
        return None, "bits are whole numbers from 1 to 0xffffffff."
    found = Bits(bits.get("add", 0), bits.get("without", 0))
    return (None, "the same bit cannot be added and taken away.") if found.add & found.without else (found, "")


def misfit(want: Want, setting: Setting) -> str:
    """Why this setting cannot be wanted like this, as one sentence; empty when it can."""
    if isinstance(want, Absent):
        return ""
    if isinstance(want, Bits):
        return "" if setting.kind is SettingKind.MASK else f"'{setting.id}' is no mask, it has no bits to add."
    meaning = want.meaning if isinstance(want, Explicit) else want
    words = WORDS[setting.kind]
    if words:
        if meaning in words:
            return ""
        near = nearest(str(meaning), (*words, Absent.ABSENT.value)) if isinstance(meaning, str) else None
        hint = f" Did you mean '{near}'?" if near else ""
        return f"'{setting.id}' can be {', '.join(words)} or absent, not '{show(meaning)}'.{hint}"
    if setting.kind is SettingKind.LIST:
        return "" if isinstance(meaning, tuple) else f"'{setting.id}' is a list of names, not '{show(meaning)}'."
    if isinstance(meaning, int) and 0 <= meaning <= LARGEST_DWORD:
        return ""
    return f"'{setting.id}' is a number from 0 to 0xffffffff, not '{show(meaning)}'."


def show(want: Want) -> str:
    """A wanted value in one line, for people."""
    if isinstance(want, Absent):
        return want.value
    if isinstance(want, Explicit):
        return f"{show(want.meaning)} (written)"
    if isinstance(want, Bits):
        parts = [f"with {want.add:#x}"] if want.add else []
        return ", ".join(parts + ([f"without {want.without:#x}"] if want.without else []))
    return ", ".join(want) if isinstance(want, tuple) else str(want)


def want_data(want: Want) -> t.Any:
    """A wanted value as JSON data, in the form in which a profile spells it."""
    if isinstance(want, Absent):
        return want.value
    if isinstance(want, Explicit):
        return {"explicit": want_data(want.meaning)}
    if isinstance(want, Bits):
        return {name: bits for name, bits in (("add", want.add), ("without", want.without)) if bits}
    return list(want) if isinstance(want, tuple) else want
