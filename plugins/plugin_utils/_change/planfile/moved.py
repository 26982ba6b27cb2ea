# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prior, planned and actual held against each other: each difference is one sentence."""

from __future__ import annotations

import typing as t

from ..._catalogue import KIND_NAMES, REG_DWORD
from ..._host import Observation, RegistryValue, fold, path_key, printable, to_bytes
from ..._plan import Plan
from ..._state import State
from .model import HostPlan, Prior
from .prior import facts_of_host, look_at

#: Characters of data in a sentence.
_SHORT = 120
#: Where the whole has to be seen: for a reviewer, and where two values are told apart by it.
WHOLE = 20_000


def moved_since(host: HostPlan, state: State) -> tuple[str, ...]:
    """What is not any more as the plan found it: every value that it looked at, and every fact."""
    values = _differences(host.prior, state.observation, "planned from", "now")
    return (*_facts(host, state), *values)


def off_the_plan(host: HostPlan, state: State) -> tuple[str, ...]:
    """What is not as it would be after the plan: the same values and facts, with what was to be written on top."""
    # Whoever owned a value before: what was written is ours now, or still that of the Group Policy we wrote over.
    written = {f"owner of {entry.setting}" for entry in host.plan.entries if entry.operations}
    return (*_facts(host, state, but=written), *deviations(host, state.observation))


def deviations(host: HostPlan, observation: Observation) -> tuple[str, ...]:
    """Every value that is not as planned."""
    return _differences(planned(host.prior, host.plan), observation, "planned", "actual")


def planned(prior: t.Sequence[Prior], plan: Plan) -> tuple[Prior, ...]:
    """What the values will be after the plan, those that it leaves alone included."""
    found = {_place(one.path, one.name): one for one in prior}
    for operation in plan.operations:
        after = operation.after
        found[_place(operation.path, operation.name)] = Prior(operation.path, operation.name, after is not None, after)
    return tuple(found.values())


def shown(one: Prior, limit: int = _SHORT) -> str:
    """A value for people: ``REG_DWORD 0xffffffff``, ``absent``, ``not read``."""
    if one.exists is None:
        return "not read"
    return "absent" if one.value is None else shown_value(one.value, limit)


def shown_value(value: RegistryValue, limit: int = _SHORT) -> str:
    """Kind and data of a value; at most ``limit`` characters of the data, which suits a sentence."""
    kind = KIND_NAMES.get(value.kind, f"kind {value.kind}")
    data = value.data
    if value.kind == REG_DWORD and isinstance(data, int):
        return f"{kind} {data}" if data < 10 else f"{kind} {data:#x}"
    if isinstance(data, bytes):
        return f"{kind} {printable(data.hex() or 'without data', limit)}"
    return f"{kind} {printable(', '.join(data) if isinstance(data, tuple) else str(data), limit)}"


def same(one: Prior, other: Prior) -> bool:
    """Byte for byte and of the same kind; how a name is spelled says nothing."""
    if one.value is None or other.value is None:
        return one.exists == other.exists and one.value is other.value
    return (one.value.kind, to_bytes(one.value)) == (other.value.kind, to_bytes(other.value))


def _differences(wanted: t.Iterable[Prior], observation: Observation, was: str, now: str) -> tuple[str, ...]:
    found: list[str] = []
    for one in wanted:
        actual = look_at(observation, one.path, one.name)
        if not same(one, actual):
            place = printable(f"{one.path}\\{one.name}", 300)
            found.append(f"{place}: {was} {shown(one)}, {now} {shown(actual)}")
    return tuple(found)


def _facts(host: HostPlan, state: State, but: t.Collection[str] = ()) -> tuple[str, ...]:
    then = {fact.name: fact.value for fact in host.facts}
    now = {fact.name: fact.value for fact in facts_of_host(host.plan, state)}
    return tuple(
        f"{printable(name)}: planned from {_fact(then, name)}, now {_fact(now, name)}"
        for name in {**then, **now}
        if name not in but and then.get(name) != now.get(name)
    )


def _fact(facts: t.Mapping[str, str], name: str) -> str:
    return printable(facts.get(name, "nobody"))


def _place(path: str, name: str) -> tuple[tuple[str, ...], str]:
    return path_key(path), fold(name)
