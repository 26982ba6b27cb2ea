# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two plan files: as data, and as text for people."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._host import fold, path_key, printable
from ..._plan import Gate, Operation
from .model import Fact, HostPlan, PlanFile
from .moved import WHOLE, same, shown, shown_value


@dataclasses.dataclass(frozen=True)
class Difference:
    """One thing that is not the same. ``host``: empty for the file itself; ``one``, ``other``: "" = it is not there.

    ``subject``: ticket, version, host, stage, gate, operation, prior ... with its name.
    """

    host: str
    subject: str
    one: str
    other: str


#: What is compared of the plan of a host, one by one.
_HEAD = ("profile", "stage", "reached", "complete", "applyable", "reboot_required", "next_stage")


def diff_files(one: PlanFile, other: PlanFile) -> tuple[Difference, ...]:
    """Everything that another reviewer would want to know; when the plans were made is no difference."""
    found = [
        Difference("", name, str(getattr(one, name)), str(getattr(other, name)))
        for name in ("version", "ticket")
        if getattr(one, name) != getattr(other, name)
    ]
    for name in sorted({host.name for host in (*one.hosts, *other.hosts)}):
        left, right = one.of(name), other.of(name)
        if left is None or right is None:
            found.append(Difference(name, "host", _words(left), _words(right)))
        else:
            found += _hosts(left, right)
    return tuple(found)


def diff_text(differences: t.Iterable[Difference]) -> str:
    """One line for each difference; empty when there is none."""
    return "".join(f"{_line(one)}\n" for one in differences)


def diff_data(differences: t.Iterable[Difference]) -> list[dict[str, str]]:
    """As plain data for a result."""
    return [dataclasses.asdict(one) for one in differences]


def _hosts(one: HostPlan, other: HostPlan) -> t.Iterator[Difference]:
    name = one.name
    for subject, left, right in _scalars(one, other):
        if left != right:
            yield Difference(name, subject, left, right)
    pairs = [
        (_operations(one), _operations(other)),
        (_gates(one.plan.gates), _gates(other.plan.gates)),
        (_facts(one.facts), _facts(other.facts)),
        ({one.rule: one.until for one in one.exceptions}, {one.rule: one.until for one in other.exceptions}),
    ]
    for subject, (left_rows, right_rows) in zip(("operation", "gate", "fact", "exception"), pairs):
        for key in {**left_rows, **right_rows}:
            left, right = left_rows.get(key, ""), right_rows.get(key, "")
            if left != right:
                yield Difference(name, f"{subject} {printable(key, 300)}", left, right)
    yield from _entries(one, other)
    yield from _priors(one, other)


def _scalars(one: HostPlan, other: HostPlan) -> t.Iterator[tuple[str, str, str]]:
    for member in ("computer", "domain", "force", "baseline"):
        yield member, str(getattr(one, member)), str(getattr(other, member))
    for member in _HEAD:
        yield member, str(getattr(one.plan, member)), str(getattr(other.plan, member))


def _operations(host: HostPlan) -> dict[str, str]:
    return {f"{one.path}\\{one.name}": _operation(one) for one in host.plan.operations}


def _operation(one: Operation) -> str:
    return "delete" if one.after is None else f"set {shown_value(one.after, WHOLE)}"


def _gates(gates: t.Iterable[Gate]) -> dict[str, str]:
    return {f"{one.stage} {one.kind}": printable(f"{one.reason} {one.remedy}", 600) for one in gates}


def _facts(facts: t.Iterable[Fact]) -> dict[str, str]:
    return {one.name: printable(one.value) for one in facts}


def _entries(one: HostPlan, other: HostPlan) -> t.Iterator[Difference]:
    """Judgements; what would be written stands there already."""
    left, right = ({entry.rule: entry for entry in host.plan.entries} for host in (one, other))
    for rule in {**left, **right}:
        words = [
            "" if entry is None else f"{entry.act.value}, {entry.reason.value}, {entry.verdict.value}"
            for entry in (left.get(rule), right.get(rule))
        ]
        if words[0] != words[1]:
            yield Difference(one.name, f"rule {printable(rule)}", *words)


def _priors(one: HostPlan, other: HostPlan) -> t.Iterator[Difference]:
    left, right = ({(path_key(row.path), fold(row.name)): row for row in host.prior} for host in (one, other))
    for place in {**left, **right}:
        was, now = left.get(place), right.get(place)
        if was is None or now is None or not same(was, now):
            row = was or now
            label = f"prior {printable(f'{row.path}{chr(92)}{row.name}', 300)}" if row else "prior"
            yield Difference(one.name, label, shown(was, WHOLE) if was else "", shown(now, WHOLE) if now else "")


def _words(host: HostPlan | None) -> str:
    return "" if host is None else f"stage {host.plan.stage}, {len(host.plan.operations)} values to write"


def _line(one: Difference) -> str:
    where = f"{printable(one.host)}: " if one.host else ""
    return f"{where}{one.subject}: {one.one or 'not there'} -> {one.other or 'not there'}"
