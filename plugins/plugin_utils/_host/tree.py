# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flat keys as trees."""

from __future__ import annotations

import dataclasses
import typing as t

from .observation import RegistryKey

#: A path for comparison (see ``names.path_key``).
PathKey = tuple[str, ...]


def nest(keys: t.Mapping[PathKey, RegistryKey]) -> tuple[RegistryKey, ...]:
    """Every key below its parent where the parent is among them and exists; the others are roots.

    Ordered by folded name.
    """
    children: dict[PathKey, list[PathKey]] = {}
    roots: list[PathKey] = []
    for place in sorted(keys):
        parent = keys.get(place[:-1])
        if parent is not None and parent.exists is True:
            children.setdefault(place[:-1], []).append(place)
        else:
            roots.append(place)

    built: dict[PathKey, RegistryKey] = {}
    # From the deepest up: no recursion, so a deep tree of a hostile file is only a tree.
    for place in sorted(keys, key=len, reverse=True):
        below = tuple(built[child] for child in children.get(place, ()))
        built[place] = dataclasses.replace(keys[place], keys=below)
    return tuple(built[place] for place in roots)
