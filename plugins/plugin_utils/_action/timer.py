# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timer of a change, from the options of a task to what the task says about it. Internal to this collection."""

from __future__ import annotations

import typing as t

from .._change import Terms, armed, read_duration
from .._host import ChangeHeader, filetime_to_iso
from .connection import is_tls

if t.TYPE_CHECKING:
    from .base import Task

_SECOND = 10_000_000


class TimerError(Exception):
    """A timer that is not wanted so, or cannot be; the text is the sentence."""


def terms_of(task: Task, connection: t.Any) -> Terms | None:
    """What the options ``revert_after`` and ``revert_after_boot`` ask for; None without a timer.

    :raises TimerError: not a time
    """
    if task.arguments["revert_after"] is None:
        return None
    return Terms(_seconds(task, "revert_after"), _seconds(task, "revert_after_boot"), is_tls(connection))


def _seconds(task: Task, name: str) -> int:
    try:
        return read_duration(task.arguments[name])
    except ValueError as error:
        raise TimerError(f"{name}: {error}.") from error


def require_none_pending(journal: t.Sequence[ChangeHeader], host: str, *, force: str) -> None:
    """Nothing is built on a change that waits for its confirmation: what goes back from below it leaves neither state,
    and may be what the later change relies on. ``force``: what would write it all the same, empty where nothing does.

    :raises TimerError: another one waits
    """
    waiting = armed(journal)
    if waiting:
        until = filetime_to_iso(waiting[0].revert.deadline if waiting[0].revert else None)
        raise TimerError(
            f"{host}: nothing was written, because the change {waiting[0].id} still waits for its confirmation"
            f"{f' until {until}' if until else ''}. Confirm it with msexchange.tls.confirm, or let it go back first"
            f"{f'; {force} writes it all the same' if force else ''}."
        )


def timer_data(terms: Terms, *, reboot_required: bool, now: t.Any = None) -> dict[str, t.Any]:
    """What a result says about the timer. ``now``: FILETIME of the host in decimal, when it was armed."""
    at = int(now) + terms.after * _SECOND if isinstance(now, str) and now.isdecimal() and len(now) < 20 else None
    return {
        "after": terms.after,
        "after_boot": terms.after_boot if reboot_required else None,
        "deadline": filetime_to_iso(at),
    }
