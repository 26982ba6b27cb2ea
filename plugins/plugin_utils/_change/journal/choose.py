# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes a person means: one by its id, or all after one or after a moment."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeState,
    filetime_to_iso,
    iso_to_filetime,
    printable,
)

#: An id of ours begins with its moment on the clock of the controller: 20261126t101500z-1f2e3d4c.
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})(\d{2})z-")
_NEWEST = 3


class NoChangeError(Exception):
    """There is no such change, or none that can be taken back; the text is one sentence or two."""


def chosen_change(journal: t.Sequence[ChangeHeader], change_id: str) -> tuple[ChangeHeader, ...]:
    """The change with an id.

    :raises NoChangeError: there is none, or its journal is torn
    """
    found = next((change for change in journal if change.id == change_id), None)
    if found is None:
        raise NoChangeError(f"there is no change {printable(change_id, 80)} on this host. {_known(journal)}")
    _require_whole((found,))
    return (found,)


def chosen_after(
    journal: t.Sequence[ChangeHeader], point: str, *, leave_torn: bool = False
) -> tuple[tuple[ChangeHeader, ...], tuple[ChangeHeader, ...]]:
    """The changes after a point, newest first, and those of them that are torn. ``point``: the id of a change, which
    itself stays, or a moment (ISO 8601, UTC where no zone is given).

    A torn journal tells no time but in its id; where it does not, it counts as after the point.

    :raises NoChangeError: the point is neither, or a torn journal lies after it and is not to be left
    """
    start, marked = _start(journal, point)
    later = [change for change in journal if change.id != marked and _began(change) > start]
    torn = tuple(change for change in later if change.state == ChangeState.TORN)
    if not leave_torn:
        _require_whole(torn)
    whole = [change for change in later if change.state != ChangeState.TORN]
    return tuple(sorted(whole, key=_order, reverse=True)), torn


def _start(journal: t.Sequence[ChangeHeader], point: str) -> tuple[int, str]:
    for change in journal:
        if change.id == point:
            if change.started is None and not _MOMENT.match(point):
                raise NoChangeError(f"the journal of the change {point} tells no time: give a moment instead.")
            return _began(change), change.id
    try:
        return iso_to_filetime(point), ""
    except (ValueError, OverflowError):
        raise NoChangeError(
            f"{printable(point, 80)} is neither a change on this host nor a moment like 2026-11-26T10:15:00Z. "
            f"{_known(journal)}"
        ) from None


def _began(change: ChangeHeader) -> int:
    """When a change began, on the clock of the host; without that, on the clock of the controller."""
    if change.started is not None:
        return change.started
    moment = _MOMENT.match(change.id)
    if moment is None:
        return 2**63
    year, month, day, hour, minute, second = moment.groups()
    try:
        return iso_to_filetime(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
    except ValueError:
        return 2**63


def _order(change: ChangeHeader) -> tuple[int, str]:
    return _began(change), change.id


def _require_whole(changes: t.Iterable[ChangeHeader]) -> None:
    for change in changes:
        if change.state == ChangeState.TORN:
            raise NoChangeError(
                f"the journal of the change {change.id} cannot be read, so its way back is not known. "
                f"{_sentence(change.error)} Where it was finished, the .reg file of the same name beside it on the "
                "host has the values as they were."
            )


def _known(journal: t.Sequence[ChangeHeader]) -> str:
    newest = sorted(journal, key=_order, reverse=True)[:_NEWEST]
    if not newest:
        return "No change was journalled there."
    shown = [f"{printable(one.id, 80)} ({filetime_to_iso(one.started) or 'no time'})" for one in newest]
    return f"The newest there {'is' if len(shown) == 1 else 'are'} {', '.join(shown)}."


def _sentence(text: str) -> str:
    text = printable(text.strip(), 200)
    return text if text.endswith(".") or not text else f"{text}."
