# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Differences from what changes of ours left, as findings: one for each setting, with its cause."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, Kind, Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from ..journal.data import shown
from .model import CauseKind, Drift
from .reason import drifts

DRIFT = Kind(
    id="changes.drift",
    severity=Severity.WARNING,
    title="A setting is not as our change left it",
    what=(
        "A change of this collection set the value, and by now another one is there. The message names the cause as "
        "far as the host has evidence: Group Policy, Group Policy Preferences, an update of Exchange, by hand, or "
        "unknown."
    ),
    why="Correcting it does not last as long as what changed it goes on.",
    remedy="Run the playbook harden again to correct it.",
    sources=("S4", "S31", "S32", "GPP-machine", "CSS-1711", "OfficeDocs-2989"),
)
UNDONE = Kind(
    id="changes.undone",
    severity=Severity.NOTE,
    title="A change of ours was taken back",
    what=(
        "A change of this collection set the value, and a rollback or the timer of the change brought back what was "
        "there before."
    ),
    why="The setting may differ from the baseline on purpose.",
    remedy="Run the playbook harden again, or take the rollback back, when the reason is gone.",
    sources=("S1",),
)
FAMILIES: t.Mapping[str, tuple[Kind, ...]] = types.MappingProxyType({"Changes that did not last": (DRIFT, UNDONE)})

#: What to do about a cause, where it is more than to write again.
_REMEDIES: t.Mapping[CauseKind, str] = {
    CauseKind.GROUP_POLICY: (
        "Change the Group Policy object, or take the setting out of it; it writes its value again at every refresh."
    ),
    CauseKind.GROUP_POLICY_PREFERENCES: (
        "Change the item in the Group Policy object, or remove it; it writes its value again at every refresh."
    ),
    CauseKind.EXCHANGE_UPDATE: "Run the playbook harden again, and verify after every update.",
}


def find_drift(state: State) -> tuple[Finding, ...]:
    """One finding for each setting that moved since a change of ours, in the order of the catalogue."""
    by_setting: dict[str, list[Drift]] = {}
    for drift in drifts(state):
        by_setting.setdefault(drift.setting, []).append(drift)
    return tuple(_finding(found, state) for found in by_setting.values())


def _finding(found: list[Drift], state: State) -> Finding:
    first = next((one for one in found if one.cause.kind is not CauseKind.OURS_UNDONE), found[0])
    kind = UNDONE if first.cause.kind is CauseKind.OURS_UNDONE else DRIFT
    title = state.catalogue.settings[first.setting].title
    moved = ", ".join(f"{one.name} was left as {shown(one.left)} and is {shown(one.found)} now" for one in found)
    cause = f"Cause: {first.cause.kind.value}; {first.cause.evidence.rstrip('.')}."
    message = f"{title}, set by our change {first.change}: {moved}. {cause}"
    return kind.finding(first.setting, message, _REMEDIES.get(first.cause.kind, ""))
