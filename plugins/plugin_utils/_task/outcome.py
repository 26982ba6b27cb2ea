# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What host_write says about a change, as a decision and a sentence. Pure; internal to this collection."""

from __future__ import annotations

import typing as t

from .._catalogue import KIND_NAMES
from .._words import one_line

# Tuples and no sets: what is looked up in them came from a host and may be anything.
#: The whole change, or nothing of it because everything was there already.
DONE = ("written", "unchanged")
# Of one value in such a change: written now, or left alone because it was there already.
_HOLDS = ("written", "not_written")
_NOTHING_DONE = ("mismatch", "refused", "put_back")


class ChangeError(Exception):
    """A change that was not done. ``sentence`` is for the user; ``is_back`` is False if the host is not as it was."""

    def __init__(self, sentence: str, *, is_back: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_back = is_back


def check_outcome(answer: t.Mapping[str, t.Any], host: str, operations: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """Return if the answer (contract W2) says that all of ``operations`` hold; else raise :class:`ChangeError`."""
    status = answer.get("status")
    reason = one_line(answer.get("reason") or "", 400)
    entries = answer.get("operations")
    results = entries if isinstance(entries, list) and all(isinstance(entry, t.Mapping) for entry in entries) else []
    if status in DONE:
        _require_all(results, host, len(operations))
        return
    if status == "mismatch":
        raise ChangeError(
            _join(f"{host}: {reason or 'Nothing was written'}.", _moved(results, operations), _AGAIN), is_back=True
        )
    if status in _NOTHING_DONE:
        raise ChangeError(f"{host}: {reason or 'the host refused the change without a reason'}.", is_back=True)
    if status == "put_back_failed":
        where = one_line(answer.get("journal") or "the journal of the change", 200)
        remedy = f"What was there before is in {where} on the host and in the result as undo, a .reg file."
        raise ChangeError(_join(f"{host}: {reason or 'NOT everything could be put back'}.", remedy), is_back=False)
    raise ChangeError(
        f"{host}: the answer about the change is not understood (status {one_line(status, 40)!r}). {_LOOK}",
        is_back=False,
    )


_AGAIN = "Run the task again: it reads the server anew."
_LOOK = "Read the server again before anything else."


def _require_all(results: t.Sequence[t.Mapping[str, t.Any]], host: str, count: int) -> None:
    # The host says "done": it must say so of every single value, or its answer is worth nothing.
    done = sum(1 for entry in results if entry.get("status") in _HOLDS)
    if done != count or len(results) != count:
        raise ChangeError(
            f"{host}: the host calls the change written but accounts for {done} of {count} values. {_LOOK}",
            is_back=False,
        )


def _moved(results: t.Sequence[t.Mapping[str, t.Any]], operations: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    for entry in results:
        index = entry.get("index")
        if entry.get("status") == "mismatch" and isinstance(index, int) and 0 <= index < len(operations):
            asked = operations[index]
            was, found = show_state(asked["expect"]), show_state(entry.get("found"))
            return f"There {asked.get('name') or 'the key'} was {was} and is now {found}."
    return ""


def show_state(state: t.Any) -> str:
    """An ``expect`` or ``found`` of contract W2 in words: kind and data, or absent."""
    if not isinstance(state, t.Mapping):
        return "something else"
    if not state.get("exists"):
        return "absent"
    kind = state.get("kind")
    name = KIND_NAMES.get(kind, f"kind {one_line(kind, 20)}") if isinstance(kind, int) else "there"
    return one_line(f"{name} {state.get('data', '')}", 120)


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
