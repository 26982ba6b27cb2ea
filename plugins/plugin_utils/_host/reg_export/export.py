# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a ``.reg`` file to an observation: what the registry would hold after an import, and what was left out."""

from __future__ import annotations

import dataclasses

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue

from ..errors import ObservationError
from ..names import fold, path_key, printable
from ..observation import WHOLE_TREE, KeyRequest, Machine, Observation, RegistryKey
from ..registry_data import from_bytes
from ..registry_value import RegistryValue
from ..tree import PathKey, nest
from .parse import DeleteKey, Dropped, OpenKey, SetValue, parse
from .stated import stated_keys
from .text import Version, decode, version

#: regedit exports of a whole SYSTEM and SOFTWARE hive are below this; more is not what we were asked to judge.
_LARGEST = 512 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Ignored:
    """A line that does not count: its number from 1, its text (cut, control characters escaped), and why."""

    line: int
    text: str
    why: str


@dataclasses.dataclass(frozen=True)
class RegExport:
    """An export read: what Windows would have set, and what it would have dropped."""

    observation: Observation
    ignored: tuple[Ignored, ...]


def from_reg_export(
    data: bytes, *, os: str, exchange: str | None, catalogue: Catalogue, role: str | None = None
) -> RegExport:
    """Read an export. Keys below an exported key count as read, all others as not read.

    ``os``: an OS id or name (``ws2016``, ``2016``, ``Windows Server 2016``). ``exchange``: a build (``15.1.2507.6``),
    ``none`` when Exchange is not installed, None = what the export says. ``role``: mailbox or edge, None likewise.
    Times are unknown: what waits for a boot cannot be told.

    :raises ObservationError: the file is no registry script, or os, exchange or role are not known
    """
    if len(data) > _LARGEST:
        raise ObservationError(f"The export has {len(data)} bytes; more than {_LARGEST} are not read.")
    source = decode(data)
    if version(source.lines[0]) is None:
        raise ObservationError(
            "This is no registry export: the first line must be "
            f"'{Version.REGEDIT_5.value}' or '{Version.REGEDIT_4.value}', found '{printable(source.lines[0], 60)}'."
        )
    registry = _Registry()
    if source.remark:
        registry.ignore(1, source.lines[0], source.remark)
    for event in parse(source):
        registry.apply(event)
    keys = stated_keys(registry.keys(), os=os, exchange=exchange, role=role, catalogue=catalogue)
    observation = Observation(
        origin="reg_export",
        machine=Machine(None, None, None, None, None, None),
        keys=nest(keys),
        files=(),
        journal=(),
        errors=(),
        asked=tuple(KeyRequest(path, WHOLE_TREE) for path in registry.tops()),
    )
    return RegExport(observation, tuple(sorted(registry.ignored, key=lambda ignored: ignored.line)))


@dataclasses.dataclass
class _Key:
    """A key while an import goes on: its values by folded name, each with the line that set it."""

    path: str
    exists: bool = True
    values: dict[str, tuple[SetValue, RegistryValue | None]] = dataclasses.field(default_factory=dict)


class _Registry:
    """What an import builds up, key by key."""

    def __init__(self) -> None:
        self.ignored: list[Ignored] = []
        self._keys: dict[PathKey, _Key] = {}
        self._open = _Key("", exists=False)

    def ignore(self, line: int, text: str, why: str) -> None:
        self.ignored.append(Ignored(line, printable(text, 120), why))

    def apply(self, event: OpenKey | DeleteKey | SetValue | Dropped) -> None:
        if isinstance(event, Dropped):
            self.ignore(event.line, event.text, event.why)
        elif isinstance(event, DeleteKey):
            self._delete(event)
        elif isinstance(event, OpenKey):
            self._create(event)
        else:
            self._set(event)

    def keys(self) -> dict[PathKey, RegistryKey]:
        """The keys that were opened or deleted."""
        return {place: _frozen(key) for place, key in self._keys.items()}

    def tops(self) -> tuple[str, ...]:
        """The paths that are not below another one: an export holds everything below them."""
        tops: list[str] = []
        last: PathKey = ()
        for place in sorted(self._keys):
            if not last or place[: len(last)] != last:
                tops.append(self._keys[place].path)
                last = place
        return tuple(tops)

    def _create(self, event: OpenKey) -> None:
        place = path_key(event.path)
        for length in range(1, len(place)):
            ancestor = self._keys.get(place[:length])
            if ancestor is not None:
                ancestor.exists = True
        self._open = self._keys.setdefault(place, _Key(event.path))
        self._open.exists = True

    def _delete(self, event: DeleteKey) -> None:
        place = path_key(event.path)
        for below in [known for known in self._keys if known[: len(place)] == place]:
            del self._keys[below]
        self._keys[place] = _Key(event.path, exists=False)

    def _set(self, event: SetValue) -> None:
        name = fold(event.name)
        earlier = self._open.values.get(name)
        if earlier is not None:
            self.ignore(earlier[0].line, earlier[0].text, f"line {event.line} writes the same value again")
        # A value that is written again keeps the spelling that it had.
        spelled = earlier[1].name if earlier is not None and earlier[1] is not None else event.name
        value = None if event.data is None else from_bytes(spelled, event.kind, event.data)
        self._open.values[name] = (event, value)


def _frozen(key: _Key) -> RegistryKey:
    return RegistryKey(
        key.path, key.exists, values=tuple(value for _event, value in key.values.values() if value is not None)
    )
