# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From journals, the records of Group Policy, builds and times to the reason of a difference.

Only what the evidence bears out is said. What could not be read makes a cause unknown, not somebody's hand.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Place, Setting
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeOperation,
    ChangeState,
    Observation,
    PathKey,
    RegistryValue,
    filetime_to_iso,
    fold,
    group_policy_records,
    path_key,
    printable,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import same_meaning
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, same_value

from ..journal import MODULE
from .model import Cause, CauseKind, Drift
from .preferences import DELETE, Item, applied

_ARCHIVE = "ntuser.pol"
_SETUP = tuple(rf"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\{version}\Setup" for version in ("v15", "v14"))
#: A change is closed right after its last write, by the same clock (100 ns units).
_SLACK = 5 * 10_000_000
#: Setup of a cumulative update runs for an hour or more, and writes its key near its end.
_SETUP_RUNS = 4 * 3600 * 10_000_000
_LASTING = (ChangeState.CLOSED, ChangeState.REVERTED)
_WHO_RESETS = "Whether an update sets TLS values again is told differently by different sources."


def drifts(state: State) -> tuple[Drift, ...]:
    """Every value of a machine setting that is not as the newest change of ours on it left it, in the order of the
    catalogue. A value that means the same in other numbers is no drift.
    """
    detective = _Detective(state)
    found = []
    for setting in state.catalogue.settings.values():
        if not setting.per_user:
            found += [one for place in setting.places if (one := detective.drift(setting, place)) is not None]
    return tuple(found)


class _Detective:
    """All evidence of one host."""

    def __init__(self, state: State) -> None:
        self._observation = state.observation
        self._build = state.identity.exchange_build
        self._set_by = _newest_first(state.observation)
        self._recorded = {(self._key(path), fold(name)) for path, name in group_policy_records(state.observation)}
        self._items, self._trouble = applied(state.observation)

    def drift(self, setting: Setting, place: Place) -> Drift | None:
        """What became of one value, None where it is as it was left or was never ours."""
        history = self._set_by.get((self._key(place.key), fold(place.name)), [])
        if not history or not self._observation.was_read(place.key, place.name):
            return None
        found = self._observation.value(place.key, place.name)
        change, operation = history[0]
        undone = _undone(history, found)
        if undone is not None:
            left, whose = undone.after, undone.change
        else:
            left, whose = operation.after, change.id
        if _is_as_left(setting, place, found, left):
            return None
        cause = self._cause(place, change, found) if undone is None else self._ours(change)
        return Drift(setting.id, whose, place.key, place.name, left, found, cause)

    def _ours(self, change: ChangeHeader) -> Cause:
        when = filetime_to_iso(change.closed) or "an unknown time"
        if change.state == ChangeState.REVERTED:
            return Cause(CauseKind.OURS_UNDONE, f"it took itself back at {when}, because nobody confirmed it")
        return Cause(CauseKind.OURS_UNDONE, f"it was taken back by our change {change.id} at {when}")

    def _cause(self, place: Place, change: ChangeHeader, found: RegistryValue | None) -> Cause:
        """The first that the evidence bears out."""
        where = (self._key(place.key), fold(place.name))
        if where in self._recorded:
            return Cause(CauseKind.GROUP_POLICY, "the record of Group Policy on the host names the value", ("S4",))
        item = self._item(where, found)
        if item is not None:
            return Cause(
                CauseKind.GROUP_POLICY_PREFERENCES,
                f"an item of Group Policy Preferences, object {printable(item.gpo, 60)}, was applied here and names it",
                ("S31", "S32", "GPP-machine"),
            )
        written = self._observation.written(place.key)
        closed = change.closed if change.closed is not None else change.started
        if written is None or closed is None:
            return Cause(CauseKind.UNKNOWN, "when its key was written last is not known")
        when = filetime_to_iso(written)
        if written <= closed + _SLACK:
            return Cause(
                CauseKind.UNKNOWN,
                f"its key was written last at {when}, which is not after our change: a clock was set, or a backup was "
                "restored",
            )
        return self._update(change, closed, written) or self._hand(str(when))

    def _update(self, change: ChangeHeader, closed: int, written: int) -> Cause | None:
        before, now = change.meta.get("exchange", ""), ".".join(str(part) for part in self._build or ())
        if not before or not now or before == now:
            return None
        ran = max((time for key in _SETUP if (time := self._observation.written(key)) is not None), default=None)
        if ran is None or not (closed < ran and ran - _SETUP_RUNS <= written <= ran + _SLACK):
            return None
        return Cause(
            CauseKind.EXCHANGE_UPDATE,
            f"its key was written at {filetime_to_iso(written)}, while Exchange went from build "
            f"{printable(before, 30)} to {now} (setup wrote its own key at {filetime_to_iso(ran)}). {_WHO_RESETS}",
            ("CSS-1711", "OfficeDocs-2989"),
        )

    def _hand(self, when: str) -> Cause:
        unread = self._unread()
        if unread:
            return Cause(CauseKind.UNKNOWN, f"its key was written at {when}, by somebody else. {unread}")
        return Cause(
            CauseKind.BY_HAND,
            f"its key was written at {when}, and neither Group Policy nor its Preferences nor an update of Exchange "
            "explains it: by hand, or by a program",
        )

    def _unread(self) -> str:
        archive = self._observation.file(_ARCHIVE)
        if archive is None or archive.exists is None or (archive.exists and archive.content is None):
            return "The record of Group Policy could not be read."
        return self._trouble[0] if self._trouble else ""

    def _item(self, where: tuple[PathKey, str], found: RegistryValue | None) -> Item | None:
        """An item that explains what is there: what deletes explains only that nothing is, what creates only that
        something is.
        """
        for item in self._items:
            key, name = item.place
            if (self._key(item.path) if key else key) != where[0] or name not in (None, where[1]):
                continue
            if (found is None) == (item.action == DELETE) and (name is not None or item.action == DELETE):
                return item
        return None

    def _key(self, path: str) -> PathKey:
        return path_key(path, self._observation.current_control_set)


_History = list[tuple[ChangeHeader, ChangeOperation]]


def _newest_first(observation: Observation) -> dict[tuple[PathKey, str], _History]:
    """Who set each value, the newest first; only changes that were carried out."""
    found: dict[tuple[PathKey, str], _History] = {}
    lasting = [change for change in observation.journal if change.state in _LASTING]
    for change in sorted(lasting, key=lambda one: (one.started or 0, one.id), reverse=True):
        for one in change.operations:
            if not one.is_key:
                place = path_key(one.path, observation.current_control_set), fold(one.name)
                found.setdefault(place, []).append((change, one))
    return found


@dataclasses.dataclass(frozen=True)
class _Undone:
    """What a change had left before a way back, or its own timer, took it back."""

    change: str
    after: RegistryValue | None


def _undone(history: _History, found: RegistryValue | None) -> _Undone | None:
    """Whether the newest in the history took something back, and what is there is what it brought."""
    change, one = history[0]
    if change.state == ChangeState.REVERTED:
        return _Undone(change.id, one.after) if same_value(found, one.before) else None
    if change.meta.get("module") != MODULE or not same_value(found, one.after):
        return None
    of = change.meta.get("of", "").split()
    taken = next(((then, was) for then, was in history[1:] if then.id in of), None)
    # A way back that was taken back itself leaves what a change had meant.
    if taken is None or taken[0].meta.get("module") == MODULE:
        return None
    return _Undone(taken[0].id, taken[1].after)


def _is_as_left(setting: Setting, place: Place, found: RegistryValue | None, left: RegistryValue | None) -> bool:
    if same_value(found, left):
        return True
    return found is not None and left is not None and not left.raw and same_meaning(setting, place, found, left.data)
