# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which changes of a host wait for a confirmation, and what speaks against one."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ChangeHeader,
    ChangeState,
    filetime_to_iso,
    printable,
    taken_back,
)

ARMED = "armed"
#: Nothing of it is there any more, whatever its timer says.
_OVER = (ChangeState.PUT_BACK, ChangeState.REVERTED)


def armed(journal: t.Iterable[ChangeHeader]) -> tuple[ChangeHeader, ...]:
    """The changes whose timer still runs and has something to take back, oldest first."""
    journal = tuple(journal)
    gone = taken_back(journal)
    found = [one for one in journal if _is_armed(one) and one.id not in gone]
    return tuple(sorted(found, key=lambda one: (one.started or 0, one.id)))


def _is_armed(change: ChangeHeader) -> bool:
    return change.revert is not None and change.revert.state == ARMED and change.state not in _OVER


def refused_confirmation(journal: t.Iterable[ChangeHeader], change_id: str) -> str:
    """Why a change cannot be confirmed, as a sentence or two; empty if it can, or need not be."""
    journal = tuple(journal)
    found = next((one for one in journal if one.id == change_id), None)
    if found is None:
        return f"there is no change {printable(change_id, 80)} on this host; msexchange.tls.change_info lists them."
    if found.state == ChangeState.REVERTED:
        at = filetime_to_iso(found.revert.at) if found.revert else None
        return (
            f"the change {found.id} took itself back{f' at {at}' if at else ''}, because nobody confirmed it in time. "
            "Find out why nobody could, then apply it again."
        )
    if found.state == ChangeState.TORN:
        return f"the journal of the change {found.id} cannot be read, so there is nothing to confirm. {found.error}"
    gone = taken_back(journal)
    by = gone.get(found.id, "")
    if by and by not in gone:
        return f"the change {found.id} was taken back by the change {by}, so there is nothing to confirm."
    return ""


def tls_answer(answer: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What an endpoint (contract W) answered to a handshake: the versions that it accepted, newest last."""
    versions = answer.get("versions")
    found = versions.items() if isinstance(versions, t.Mapping) else ()
    return {
        **{name: answer.get(name) for name in ("host", "port", "service")},
        "detail": str(answer.get("detail") or answer.get("status") or ""),
        "versions": sorted(name for name, item in found if item.get("state") == "accepted"),
    }
