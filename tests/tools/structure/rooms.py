# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of the collection and what each may lean on: the table behind the test of the structure.

A room is a package or a single file of ``plugin_utils`` and ``module_utils``, or a whole folder of plugins (``action``).
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Room:
    """What the files of one room may import and touch.

    ``rooms``: other rooms of this collection. ``packages``: top-level packages that are neither ours nor the standard library.
    ``pure``: opens nothing and reads no clock, apart from the files named in ``edges`` (design 15.15 and 10).
    """

    rooms: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    pure: bool = True
    edges: frozenset[str] = frozenset()


def _room(rooms: str = "", packages: str = "", edges: str = "") -> Room:
    return Room(frozenset(rooms.split()), frozenset(packages.split()), True, frozenset(edges.split()))


def _edge(rooms: str = "", packages: str = "") -> Room:
    return Room(frozenset(rooms.split()), frozenset(packages.split()), False)


_CATALOGUE = "_words _catalogue"
_HOST = f"{_CATALOGUE} _host"
_STATE = f"{_HOST} _state"
_PLAN = f"{_STATE} _baseline _plan"

ROOMS: dict[str, Room] = {
    # Small things that every room may use.
    "_words": _room(),
    "_version": _room(),
    # The way from a registry value to the sentence in a report: every room knows only those before it.
    "_catalogue": _room("_words", "yaml", edges="table.py"),
    "_host": _room(_CATALOGUE, "cryptography"),
    "_state": _room(_HOST),
    "_baseline": _room(_CATALOGUE, "yaml", edges="loader.py"),
    "_plan": _room(f"{_STATE} _baseline", "yaml"),
    "_change": _room(_PLAN, "yaml cryptography"),
    "_report": _room(f"{_PLAN} _version", "jinja2 yaml", edges="loader.py"),
    # The way to the host. What comes back is judged without Ansible.
    "_answer": _room("_words"),
    "_broker": _edge("_words _answer", "ansible"),
    "_report_files": _edge(),
    # TLS on the wire: alone, because it runs wherever Python runs.
    # Sockets and tasks have a file each; the sweep draws random bytes for the hello it packs by hand.
    "_wire": _room(edges="_connection.py _session.py _discover.py"),
    # Plugins: wiring between Ansible and the rooms.
    "action": _edge(f"{_PLAN} _change _report _version _answer _broker _report_files _wire", "ansible"),
    "filter": _edge(_PLAN, "ansible"),
    # A module is sent to its target, which has none of our controller code.
    "modules": _edge("_wire", "ansible"),
    "doc_fragments": _edge(),
}
