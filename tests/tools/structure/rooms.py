# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of the collection and what each may lean on: the table behind the test of the structure.

A room is a package or a single file of ``plugin_utils`` and ``module_utils``, or a folder of plugins (``action``).
"""

from __future__ import annotations

import dataclasses
import types
import typing as t


@dataclasses.dataclass(frozen=True)
class Room:
    """What the files of one room may import and touch.

    ``rooms``: other rooms of this collection. ``packages``: top-level packages beside the standard library.
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
_PLAN = f"{_STATE} _finding _answer _baseline _plan"

_WIRING = "_broker _task _action"

ROOMS: t.Mapping[str, Room] = types.MappingProxyType(
    {
        # Small things that every room may use.
        "_words": _room(),
        "_version": _room(),
        "_markdown": _room(),
        "_finding": _room(),
        # The way from a registry value to the sentence in a report: every room knows only those before it.
        "_catalogue": _room("_words", "yaml", edges="load.py table.py"),
        # What people write in YAML, with its places.
        "_records": _room(_CATALOGUE, "yaml"),
        "_host": _room(_CATALOGUE, "cryptography"),
        # What a port answered, and what it should answer.
        "_answer": _room("_words"),
        # That, judged: versions, certificates, clients, groups, score. Nothing of hosts.
        "_endpoint": _room(f"{_CATALOGUE} _finding _records _answer _wire", "cryptography yaml", edges="load.py"),
        "_state": _room(_HOST),
        "_baseline": _room(f"{_CATALOGUE} _records", "yaml", edges="load.py"),
        "_plan": _room(f"{_STATE} _finding _answer _baseline", "yaml"),
        # Changes: saved plans, journals and the way back, causes of drift.
        "_change": _room(f"{_PLAN} _version _markdown", "cryptography yaml", edges="load.py"),
        # Who a change would cut off: a room of its own, because whoever only reads has no use for ports and clients.
        "_reach": _room(f"{_PLAN} _endpoint _wire"),
        "_report": _room(f"{_PLAN} _endpoint _version _markdown", "jinja2 yaml", edges="loader.py"),
        # A task without Ansible: options, the request to host_write, what an answer is worth, results.
        "_task": _room(_PLAN),
        # A task about ports: what both the action and the command line do before and after the connections.
        "_inquiry": _room(f"{_PLAN} _task _endpoint"),
        # The command line for ports.
        "_scan": _edge("_words _catalogue _answer _endpoint _inquiry _wire"),
        # The only way to the host.
        "_broker": _edge("_words _task", "ansible"),
        # And with Ansible: the course that every action takes.
        "_action": _edge(f"{_PLAN} _endpoint _change _reach _version _task _broker", "ansible"),
        # TLS on the wire: alone, because it runs wherever Python runs.
        # Bytes in, answers out; these drive it: sockets, tasks, chance, a handshake by Python's ssl in memory.
        "_wire": _room(edges="_certificates.py _connection.py _discover.py _exchangers.py _prober.py _session.py"),
        # Plugins: wiring between Ansible and the rooms.
        "action": _edge(f"{_PLAN} _change _report _version {_WIRING} _inquiry _wire _endpoint", "ansible"),
        "filter": _edge(f"{_PLAN} _task", "ansible"),
        # A module is sent to its target, which has none of our controller code.
        "modules": _edge("_wire", "ansible"),
        "doc_fragments": _edge(),
    }
)
