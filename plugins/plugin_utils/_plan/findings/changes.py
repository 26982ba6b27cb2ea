# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about time and ownership: what waits for a boot, who wrote it, changes of ours that did not end well."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeState,
    Observation,
    filetime_to_iso,
    path_key,
    printable,
    taken_back,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import SettingState, same_value

from . import words
from .check import Check, Hit, View

_WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion"
#: Keys that Windows itself makes when it waits for a boot (S9).
_WAITING: t.Mapping[str, str] = {
    rf"{_WINDOWS}\Component Based Servicing\RebootPending": "servicing",
    rf"{_WINDOWS}\WindowsUpdate\Auto Update\RebootRequired": "Windows Update",
}
#: A change is closed right after its last write, by the same clock (100 ns units).
_SLACK = 5 * 10_000_000


def _debt(view: View) -> t.Iterator[Hit]:
    headers = {change.id: change for change in view.state.observation.journal}
    for change_id in view.state.debt.changes:
        change, name = headers[change_id], _name(change_id)
        when = filetime_to_iso(change.closed) or "an unknown time"
        count = len(change.values)
        yield Hit(
            name,
            f"The change {name} of {when} ({count} value{'' if count == 1 else 's'}) waits for a boot.",
        )


def _name(change_id: str) -> str:
    return printable(change_id, 80) or "without id"


def _foreign(view: View) -> t.Iterator[Hit]:
    boot = filetime_to_iso(view.state.identity.boot)
    by_key: dict[str, list[SettingState]] = {}
    for setting in view.state.catalogue.settings.values():
        state, key = view.state.settings[setting.id], setting.places[0].key
        waits = state.pending and not setting.per_user
        if waits and state.written is not None and not _ours(view, key, state.written):
            by_key.setdefault(key, []).append(state)
    for key, states in by_key.items():
        when = filetime_to_iso(states[0].written)
        ids = words.listing([state.setting for state in states], 3)
        yield Hit(
            words.path(key),
            f"{words.path(key)} was written at {when}, after the boot at {boot}, by no change of ours ({ids}).",
        )


def _ours(view: View, key: str, written: int) -> bool:
    """Whether the last write of a key falls into a change of ours that touched the key."""
    place, current = path_key(key), view.state.observation.current_control_set
    for change in view.state.observation.journal:
        touched = any(path_key(path, current) == place for path, _name in change.values)
        if touched and change.started is not None:
            end = change.started if change.closed is None else change.closed
            if change.started <= written <= end + _SLACK:
                return True
    return False


def _windows_waits(view: View) -> t.Iterator[Hit]:
    for path, who in _WAITING.items():
        key = view.state.observation.key(path)
        if key is not None and key.exists:
            yield Hit("boot", f"Windows waits for a boot ({who}): {words.path(path)} exists.")


#: State of a journal that did not end well: what happened.
_BAD_ENDS: t.Mapping[str, str] = {
    "open": "was begun and neither finished nor put back; the host may have lost power in the middle",
    "put_back_failed": "failed and could not be put back completely",
    "torn": "has a journal that cannot be read",
}


def _bad_end(view: View) -> t.Iterator[Hit]:
    for change in view.state.observation.journal:
        if change.state in _BAD_ENDS and not _is_settled(change, view.state.observation):
            error = f": {printable(change.error, 120)}" if change.error else ""
            name = _name(change.id)
            yield Hit(name, f"The change {name} {_BAD_ENDS[change.state]}{error}.")


def _is_settled(change: ChangeHeader, observation: Observation) -> bool:
    """Whether a change that did not end well left nothing half done: it was taken back, or somebody finished it."""
    values = [one for one in change.operations if not one.is_key and not same_value(one.before, one.after)]
    if not values or not all(observation.was_read(one.path, one.name) for one in values):
        return False
    left = [same_value(observation.value(one.path, one.name), one.after) for one in values]
    return all(left) or not any(left)


#: Between the deadline and the end of the way back: the task starts every five minutes (100 ns units).
_PATIENCE = 15 * 60 * 10_000_000


def _armed(view: View) -> t.Iterator[Hit]:
    gone = taken_back(view.state.observation.journal)
    for change in view.state.observation.journal:
        timer = change.revert
        if timer is None or timer.state != "armed" or change.state in _TAKEN_BACK or change.id in gone:
            continue
        name, now = _name(change.id), view.state.identity.now
        until = filetime_to_iso(timer.deadline)
        if now is not None and timer.deadline is not None and now > timer.deadline + _PATIENCE:
            yield Hit(name, f"The change {name} should have taken itself back at {until} and is still there.")
        else:
            yield Hit(name, f"The change {name} takes itself back{f' at {until}' if until else ''} unless confirmed.")


#: Nothing of such a change is left to be confirmed.
_TAKEN_BACK = (ChangeState.PUT_BACK, ChangeState.REVERTED)


def _reverted(view: View) -> t.Iterator[Hit]:
    journal = view.state.observation.journal
    stayed = [change.started or 0 for change in journal if change.state != ChangeState.PUT_BACK]
    for change in journal:
        # A later change that stayed is an answer to it.
        if change.state == ChangeState.REVERTED and (change.started or 0) >= max(stayed):
            name, timer = _name(change.id), change.revert
            at = filetime_to_iso(timer.at) if timer else None
            then = " and had Windows restart" if timer and timer.restart else ""
            yield Hit(
                name, f"The change {name} took itself back{f' at {at}' if at else ''}{then}: nobody confirmed it."
            )


def _owned(view: View) -> t.Iterator[Hit]:
    yield from _owner_hits(view, "group_policy", "was written by Group Policy, which writes it again at every refresh")


def _owner_unknown(view: View) -> t.Iterator[Hit]:
    yield from _owner_hits(
        view, "unknown", "is there, and neither our journal nor the record of Group Policy says who wrote it"
    )


def _owner_hits(view: View, owner: str, sentence: str) -> t.Iterator[Hit]:
    for setting_id, found in view.state.owners.items():
        if found == owner:
            setting = view.state.catalogue.settings[setting_id]
            place = setting.places[0]
            yield Hit(setting_id, f"{setting.title}: {words.path(place.key)}\\{place.name} {sentence}.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="changes.reboot_debt",
        severity=Severity.WARNING,
        title="A change of ours waits for a boot",
        what="A change was applied since the last boot and needs one to be in effect.",
        why=(
            "Until then running services may speak the old versions; the next unrelated boot makes it real "
            "without anybody watching."
        ),
        remedy="Drain the server and boot it, then run the verification.",
        sources=("S1", "S2"),
        run=_debt,
    ),
    Check(
        id="changes.foreign_write",
        severity=Severity.WARNING,
        title="Somebody else changed settings since the boot",
        what="A key was written after the boot and no change of ours explains it.",
        why=(
            "The new values are configured but not in effect; the next boot changes the behaviour of the server, "
            "whoever triggers it."
        ),
        remedy="Find out who wrote it; plan the boot, or put the values back before it happens.",
        sources=("S1", "S2"),
        run=_foreign,
    ),
    Check(
        id="changes.windows_waits",
        severity=Severity.NOTE,
        title="Windows waits for a boot",
        what="Servicing or Windows Update left a mark that a boot is outstanding.",
        why="That boot also brings every setting into effect that waits for one.",
        remedy="Boot at a time of your choice, not at that of an update.",
        sources=("S9",),
        run=_windows_waits,
    ),
    Check(
        id="changes.bad_end",
        severity=Severity.ERROR,
        title="A change did not end well",
        what="A journal on the host is open, torn, or says that putting back failed.",
        why="Some of its values may be written and others not.",
        remedy=(
            "Take it back with msexchange.tls.rollback, or run the change again. Where its journal cannot be read, "
            "compare the values with the .reg file beside it in %ProgramData%\\msexchange_tls\\changes."
        ),
        sources=("S1",),
        run=_bad_end,
    ),
    Check(
        id="changes.revert_armed",
        severity=Severity.NOTE,
        title="A change waits for its confirmation",
        what="A change was made with a timer that takes it back, and the timer still runs.",
        why="Without a confirmation over a new connection the values from before come back at that time.",
        remedy="Prove that the server is well and confirm the change, or let it go back.",
        sources=("S1",),
        run=_armed,
    ),
    Check(
        id="changes.reverted",
        severity=Severity.WARNING,
        title="A change took itself back",
        what="The newest change had a timer, and nobody confirmed it in time.",
        why="What it was to bring about is not there; the change may have cut off whoever would have confirmed it.",
        remedy=(
            "Read the log beside its journal in %ProgramData%\\msexchange_tls\\changes, find out why nobody could "
            "confirm, then plan anew."
        ),
        sources=("S1",),
        run=_reverted,
    ),
    Check(
        id="changes.owned_by_group_policy",
        severity=Severity.NOTE,
        title="Group Policy owns a setting",
        what="The value comes from a Group Policy object.",
        why="A change on the host would be overwritten at the next refresh; it is refused unless forced.",
        remedy="Change the Group Policy object; the plan can be rendered as a .reg file for that.",
        sources=("S4", "S5"),
        run=_owned,
    ),
    Check(
        id="changes.owner_unknown",
        severity=Severity.NOTE,
        title="Whose setting this is, is not known",
        what="A value stands in a Group Policy place without evidence of who wrote it.",
        why="If a Group Policy object is behind it, our change would not last; writing is refused unless forced.",
        remedy="Look with gpresult /h; if no Group Policy object sets it, use force.",
        sources=("S4", "S5"),
        run=_owner_unknown,
    ),
)
