# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys below SCHANNEL that Windows reads, as a tree made from the catalogue, and the walk of what was found beside
it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryKey, fold, leaf, path_key, split_path

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
    """A key that was found where Windows reads no key of that name. ``expected``: the names that it reads there."""

    key: RegistryKey
    parent: Node
    ancestors: tuple[Node, ...]

    @property
    def expected(self) -> tuple[str, ...]:
        """The right names at this place."""
        return tuple(node.name for node in self.parent.children.values())


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
    """Every key below SCHANNEL that Windows does not read; nothing below such a key is listed again."""
    root = view.state.observation.key(SCHANNEL)
    if root is not None:
        yield from _strays(root, expected_tree(view.state.catalogue), ())


def _strays(key: RegistryKey, node: Node, ancestors: tuple[Node, ...]) -> t.Iterator[Stray]:
    for child in key.keys:
        name = fold(leaf(child.path))
        known = node.children.get(name)
        if known is not None:
            yield from _strays(child, known, (*ancestors, node))
        elif name not in _WINDOWS_OWN:
            yield Stray(child, node, ancestors)
