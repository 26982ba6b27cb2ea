# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes of a host wait for a confirmation."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeState,
    filetime_to_iso,
)

ARMED = "armed"
#: Nothing of it is there any more, whatever its timer says.
_OVER = (ChangeState.PUT_BACK, ChangeState.REVERTED)


def armed(journal: t.Iterable[ChangeHeader]) -> tuple[ChangeHeader, ...]:
    """The changes whose timer still runs, oldest first."""
    found = [one for one in journal if one.revert is not None and one.revert.state == ARMED and one.state not in _OVER]
    return tuple(sorted(found, key=lambda one: (one.started or 0, one.id)))


def revert_data(change: ChangeHeader) -> dict[str, t.Any] | None:
    """The timer of a change as plain data, None if it has none. Times are ISO 8601, UTC."""
    if change.revert is None:
        return None
    return {
        "state": change.revert.state,
        "task": change.revert.task,
        "deadline": filetime_to_iso(change.revert.deadline),
        "at": filetime_to_iso(change.revert.at),
        "restarted": change.revert.restart,
    }
