# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take changes of this collection back, byte for byte. See the document of the module."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import ChangeAction, Result, Task, TaskError
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    NoChangeError,
    Rollback,
    armed,
    chosen_after,
    chosen_change,
    conflict_data,
    is_in_force,
    rollback,
    rollback_plan,
    rolled_back_request,
    unread,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeHeader, Observation
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import (
    AMONG_OTHERS,
    CHANGE,
    HostError,
    deeper,
    these_keys,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

#: Conflicts that the message names; the result has all of them.
_NAMED = 10
_REMEDY = (
    "Put these values right first, or take the later change back first (option after); force: true takes back "
    "everything else and leaves these alone."
)

_BACK = "The values are back; run it again to end the timer."


class ActionModule(ChangeAction):
    """Read, find the way back, write it as a change of its own."""

    ARGUMENTS = {
        **CHANGE,
        **AMONG_OTHERS,
        "change": {"type": "str"},
        "after": {"type": "str"},
    }
    CONDITIONS = {"mutually_exclusive": [["change", "after"]], "required_one_of": [["change", "after"]]}

    def perform(self, task: Task) -> Result:
        """One execution when nothing is to be written or in check mode, else two; one more where a journal names keys
        that no reading brings, and one more for the timer of a change that nobody had confirmed.
        """
        observation = task.read(deeper(task.catalogue.reading))
        self._require_journals(task, observation)
        changes, torn = self._chosen(task, observation)
        keys = unread(changes, observation)
        if keys:
            observation = observation.with_more(task.read(these_keys(keys)))
        state = read_state(observation, task.catalogue)
        groups = [[(place.key, place.name) for place in one.places] for one in task.catalogue.settings.values()]
        way = rollback(changes, observation, groups=groups, later=observation.journal)
        told = self._told(way, torn)
        if way.conflicts and not task.arguments["force"]:
            raise TaskError(self._refusal(task, way), **told)
        plan = rollback_plan(way, state)
        timers = [one.id for one in armed(changes)]
        if timers and plan.operations and task.arguments["revert_after"] is not None:
            raise TaskError(f"{task.broker.host}: {_unconfirmed(timers)}", **told)
        # What a rule says about a baseline says nothing about a way back.
        result = self.carry_out(
            task,
            state,
            plan,
            force=task.arguments["force"],
            meta={"of": " ".join(one.id for one in changes)},
            spared=[*timers, *_below(changes, observation, task.arguments["revert_after"])],
        )
        result = {**result, **told, "timers_ended": []}
        if not plan.operations:
            # Those that are gone already. A way back that is among them is in force, and its timer watches over it.
            timers = [one.id for one in armed(changes) if not is_in_force(one, observation)]
        self._end_timers(task, timers, result)
        return result

    def _end_timers(self, task: Task, timers: t.Sequence[str], result: Result) -> None:
        """Only once the values are back: until then the timer is what brings them back if this stops half way."""
        for change in timers:
            if not self.only_predicts:
                try:
                    answer = task.broker.end_timer(change, rolled_back_request(change))
                except HostError as error:
                    raise TaskError(error.sentence, unreachable=error.unreachable, **result) from error
                if answer.get("status") != "written":
                    why = one_line(answer.get("reason") or f"The timer of the change {change} still runs", 400)
                    raise TaskError(f"{task.broker.host}: {why.rstrip('.')}. {_BACK}", **result)
            result["changed"] = True
            result["timers_ended"].append(change)

    def _chosen(
        self, task: Task, observation: Observation
    ) -> tuple[tuple[ChangeHeader, ...], tuple[ChangeHeader, ...]]:
        try:
            if task.arguments["change"] is not None:
                return chosen_change(observation.journal, task.arguments["change"]), ()
            return chosen_after(observation.journal, task.arguments["after"], leave_torn=task.arguments["force"])
        except NoChangeError as error:
            raise TaskError(f"{task.broker.host}: {error} Nothing was written.") from error

    def _require_journals(self, task: Task, observation: Observation) -> None:
        """Journals that were not all read would make a way back that is not one."""
        for error in observation.errors:
            if error.path.lower().endswith("\\msexchange_tls\\changes"):
                raise TaskError(
                    f"{task.broker.host}: the journals of its changes cannot be read whole, so nothing was written. "
                    f"{error.text}"
                )

    def _told(self, way: Rollback, torn: t.Sequence[ChangeHeader]) -> dict[str, t.Any]:
        return {
            "rolled_back": list(way.changes),
            "conflicts": [conflict_data(one) for one in way.conflicts],
            "kept_keys": list(way.kept_keys),
            "missing": list(way.missing),
            "torn": [{"id": one.id, "error": one.error} for one in torn],
        }

    def _refusal(self, task: Task, way: Rollback) -> str:
        sentences = [conflict_data(one)["message"] for one in way.conflicts]
        more = len(sentences) - _NAMED
        rest = f" And {more} more." if more > 0 else ""
        count = f"{len(sentences)} value{' was' if len(sentences) == 1 else 's were'} changed since"
        return (
            f"{task.broker.host}: nothing was written, because {count}: {' '.join(sentences[:_NAMED])}{rest} {_REMEDY}"
        )


def _below(changes: t.Sequence[ChangeHeader], observation: Observation, timer: str | None) -> list[str]:
    """Earlier changes that may still go back: what is taken off from above them stands in nobody's way, unless a timer
    could put it on again.
    """
    if timer is not None or not changes:
        return []
    first = min((one.started or 0, one.id) for one in changes)
    return [one.id for one in armed(observation.journal) if (one.started or 0, one.id) < first]


def _unconfirmed(timers: t.Sequence[str]) -> str:
    """A timer of the way back would bring a change back that nobody confirmed, and its own would be gone by then."""
    return (
        f"nothing was written, because nobody has confirmed {', '.join(timers)} yet, and revert_after would bring that "
        "back. Leave revert_after out, or confirm it first."
    )
