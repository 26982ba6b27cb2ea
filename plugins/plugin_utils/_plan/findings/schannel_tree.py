# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys below SCHANNEL that Windows reads, made from the catalogue, and the keys that were found beside them."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    PathKey,
    fold,
    join_path,
    path_key,
    split_path,
)

from .check import View

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
_ROOT = path_key(SCHANNEL)

#: Keys that Windows makes itself and that hold none of our settings.
_WINDOWS_OWN: frozenset[str] = frozenset({"CIPHERSUITES"})


@dataclasses.dataclass(frozen=True)
class Node:
    """A key that Windows reads: its name and the keys it may have, by folded name."""

    name: str
    children: dict[str, Node] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Stray:
    """A key that was found where Windows reads no key of that name. ``expected``: the names that it reads there.

    ``children``: paths of the keys in it. ``holds_values``: it has values of its own.
    """

    path: str
    children: tuple[str, ...]
    holds_values: bool
    parent: Node
    ancestors: tuple[Node, ...]

    @property
    def expected(self) -> tuple[str, ...]:
        """The right names at this place."""
        return tuple(node.name for node in self.parent.children.values())


@functools.lru_cache(maxsize=4)
def expected_tree(catalogue: Catalogue) -> Node:
    """SCHANNEL with every key that a setting of the catalogue lives in."""
    root = Node("SCHANNEL")
    for setting in catalogue.settings.values():
        for place in setting.places:
            if path_key(place.key)[: len(_ROOT)] == _ROOT:
                node = root
                for part in split_path(place.key)[len(_ROOT) :]:
                    node = node.children.setdefault(fold(part), Node(part))
    return root


def strays(view: View) -> t.Iterator[Stray]:
    """Every key below SCHANNEL that Windows does not read; nothing below such a key is listed again.

    Goes by paths, not by nesting: an export may hold a key without the keys above it.
    """
    root = expected_tree(view.state.catalogue)
    below = {
        place: key
        for key in view.state.observation.walk()
        if key.exists and (place := view.place(key))[: len(_ROOT)] == _ROOT
    }
    for place, (parent, ancestors) in dict(_first_strange(root, place) for place in below).items():
        if place:
            paths = [split_path(key.path) for other, key in below.items() if other[: len(place)] == place]
            inside = dict.fromkeys(join_path(*path[: len(place) + 1]) for path in paths if len(path) > len(place))
            values = place in below and bool(below[place].values)
            yield Stray(join_path(*paths[0][: len(place)]), tuple(inside), values, parent, ancestors)


def _first_strange(root: Node, place: PathKey) -> tuple[PathKey, tuple[Node, tuple[Node, ...]]]:
    """The part of a path that ends with the first name that is not expected; an empty one when all are."""
    node = root
    ancestors: tuple[Node, ...] = ()
    for length, name in enumerate(place[len(_ROOT) :], len(_ROOT) + 1):
        known = node.children.get(name)
        if known is None:
            own = name in _WINDOWS_OWN
            return () if own else place[:length], (node, ancestors)
        node, ancestors = known, (*ancestors, node)
    return (), (node, ancestors)
