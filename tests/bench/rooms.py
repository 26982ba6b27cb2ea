# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose time it is: profiles of all processes of a run, told apart by what their functions belong to.

A function of Python's library or of a package like yaml works for whoever calls it: its time is given to its callers in
the parts in which they called it.
"""

from __future__ import annotations

import collections
import contextlib
import pathlib
import pstats
import re
import typing as t

Function = tuple[str, int, str]

#: Calls within each other that are followed, and seconds that are not.
_DEEPEST, _TOO_LITTLE = 60, 1e-9

#: First match counts: part of the path of a source file -> owner.
_OWNERS: tuple[tuple[str, str], ...] = (
    (r"msexchange/tls/plugins/(?:plugin_utils/)?(_\w+|action|filter)\b", "ours: {}"),
    (r"/plugins/(?:plugin_utils/)?(_words|_finding|_broker|_version)\.py$", "ours: {}"),
    (r"ansible/plugins/connection/|/winrm/|/requests/|/urllib3/|xmltodict|/http/client\.py$", "connection plugin"),
    (r"ansible/executor/powershell/", "ansible-core: payload of the module"),
    (r"/ansible/|ansible\b.*/cli/", "ansible-core"),
    (r"/bench/", "the measuring"),
)


def owner(file: str) -> str | None:
    """Whose a source file is; None for code that works for others."""
    for pattern, name in _OWNERS:
        found = re.search(pattern, file)
        if found:
            return name.format(*found.groups())
    return None


def shares(profiles: t.Iterable[pathlib.Path]) -> dict[str, float]:
    """Owner -> seconds, the most first."""
    stats: pstats.Stats | None = None
    for path in profiles:
        # Ansible ends a worker whose result it has: a profile may be cut off.
        with contextlib.suppress(EOFError, ValueError):
            one = pstats.Stats(str(path))
            stats = one if stats is None else stats.add(one)
    if stats is None:
        return {}
    table: dict[Function, t.Any] = stats.stats  # type: ignore[attr-defined]  # typeshed does not know it
    total: collections.Counter[str] = collections.Counter()
    waiting = {function: row[2] for function, row in table.items()}
    for _level in range(_DEEPEST):
        waiting = _to_callers(waiting, table, total)
        if not waiting:
            break
    total["Python itself"] += sum(waiting.values())
    return dict(total.most_common())


def _to_callers(
    waiting: t.Mapping[Function, float], table: t.Mapping[Function, t.Any], total: collections.Counter[str]
) -> dict[Function, float]:
    """Give time to the owners of functions; what has none goes to the callers."""
    above: collections.defaultdict[Function, float] = collections.defaultdict(float)
    for function, time in waiting.items():
        name = owner(function[0])
        callers = {caller: counts[3] for caller, counts in table.get(function, (0, 0, 0, 0, {}))[4].items()}
        whole = sum(callers.values())
        if name is not None or not whole:
            total[name or "Python itself"] += time
            continue
        for caller, part in callers.items():
            if time * part / whole > _TOO_LITTLE:
                above[caller] += time * part / whole
    return above
