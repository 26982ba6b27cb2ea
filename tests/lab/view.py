# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a host since somebody last put a mark: by its own registry, files and counters, whoever it was."""

from __future__ import annotations

import collections
import copy
import json
import typing as t

from . import winvalue
from .counters import Counters

if t.TYPE_CHECKING:
    from .host import LabHost

Data = dict[str, t.Any]
_ROOTS = ("HKEY_LOCAL_MACHINE", "HKEY_USERS")
#: What CurrentControlSet links to; every change there would be told twice.
_TWIN = "HKEY_LOCAL_MACHINE\\SYSTEM\\CONTROLSET001"


class Mark:
    """A host as it is now, to be compared with what it is later."""

    def __init__(self, host: LabHost) -> None:
        self._registry = _registry(host)
        self._journals = frozenset(host.journal_files())
        self._counters = copy.deepcopy(host.counters)

    def since(self, host: LabHost) -> Data:
        """What is new, as plain data.

        ``changes``: of every value that is not what it was ``path``, ``name`` (None: the key itself), ``before`` and
        ``after`` as the host contract writes them. ``executions``: commands run, by module. ``journals``: those that
        were not there. Beside them, as they are now: ``up``, ``boot`` (FILETIME), ``versions`` that TLS servers there
        speak, ``unanswered`` questions of all time.
        """
        journals = {name: content for name, content in host.journal_files().items() if name not in self._journals}
        return {
            "up": host.is_up,
            "boot": str(host.boot),
            "versions": sorted(host.at_boot.versions),
            "unanswered": list(host.unanswered),
            "changes": _changes(self._registry, _registry(host)),
            "journals": [json.loads(text) for name, text in sorted(journals.items()) if name.endswith(".json")],
            "reboots": host.counters.reboots - self._counters.reboots,
            "executions": _executions(self._counters, host.counters),
            "handshakes": sum(host.counters.handshakes.values()) - sum(self._counters.handshakes.values()),
        }


def _registry(host: LabHost) -> dict[str, dict[str, tuple[int, bytes]]]:
    found = {path: values for root in _ROOTS for path, values in host.snapshot(root).items()}
    return {path: values for path, values in found.items() if not path.upper().startswith(_TWIN)}


def _executions(before: Counters, now: Counters) -> dict[str, int]:
    names: collections.Counter[str] = collections.Counter()
    for job, count in (now.executions - before.executions).items():
        names[job.rpartition(".")[2]] += count
    return dict(names)


def _changes(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> list[Data]:
    found = []
    for path in sorted(before.keys() | after.keys()):
        then, now = before.get(path), after.get(path)
        if then is None or now is None:
            found.append(_change(path, None, {"exists": then is not None}, {"exists": now is not None}))
        then, now = then or {}, now or {}
        for name in sorted(then.keys() | now.keys()):
            if then.get(name) != now.get(name):
                found.append(_change(path, name, _value(then.get(name)), _value(now.get(name))))
    return found


def _change(path: str, name: str | None, before: Data, after: Data) -> Data:
    return {"path": path, "name": name, "before": before, "after": after}


def _value(value: tuple[int, bytes] | None) -> Data:
    if value is None:
        return {"exists": False}
    form = winvalue.decode(*value)
    return {"exists": True, "kind": value[0], "data": form.data, **({"raw": True} if form.raw else {})}
