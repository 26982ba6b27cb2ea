# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for a ticket: what would be written and why, in Markdown in which nothing that a host said becomes markup."""

from __future__ import annotations

import typing as t

from ..._markdown import markdown_text, table
from ..._plan import Entry, Operation, Plan
from ..._words import one_line
from .model import HostPlan, PlanFile
from .moved import WHOLE, shown_value
from .read import digest_of


def render_markdown(plans: PlanFile) -> str:
    """The plan as one page: a row for each host, then what would be written there."""
    lines = [
        "# TLS plan",
        "",
        _said(f"Made {plans.made_at} by msexchange.tls {plans.version}, ticket {plans.ticket or 'not named'}."),
        "",
        f"SHA-256 of the plan: {digest_of(plans)}",
        "",
        *_table(
            ("Host", "Computer", "Stage", "Reached", "Values to write", "Restart", "What it comes to"),
            [_row(host) for host in plans.hosts],
        ),
    ]
    for host in plans.hosts:
        lines += ["", f"## {_said(host.name)}", "", *_host(host)]
    return "\n".join(lines) + "\n"


def verdict(plan: Plan) -> str:
    """What a plan comes to, in words: applyable and complete are two different truths."""
    if plan.complete:
        return "brings the stage about" if plan.applyable else "nothing to do, the stage is there"
    if not plan.applyable:
        return "writes nothing, the stage is refused"
    # In the order of the stages: the last one that something is written of may be brought about in part only.
    last = next((entry.stage for entry in reversed(plan.entries) if entry.operations), plan.reached)
    if last != plan.reached:
        return f"writes a part of {last}, reaches {plan.reached or 'no stage'}"
    return f"reaches {plan.reached or 'no stage'} of {plan.stage}"


def _row(host: HostPlan) -> tuple[str, ...]:
    plan = host.plan
    return (
        host.name,
        f"{host.computer}.{host.domain}" if host.domain else host.computer,
        plan.stage,
        plan.reached or "-",
        str(len(plan.operations)),
        "owed afterwards" if plan.reboot_required and plan.applyable else "-",
        verdict(plan),
    )


def _host(host: HostPlan) -> list[str]:
    plan = host.plan
    lines = [_said(f"Profile {plan.profile or '-'}, stage {plan.stage}: {verdict(plan)}.")]
    if host.force:
        lines += ["", "**Forced:** values are written that a Group Policy owns, or nobody knows who."]
    for gate in plan.gates:
        lines += ["", _said(f"Stage {gate.stage} is not reached: {gate.reason} {gate.remedy}")]
    writing = [entry for entry in plan.entries if entry.operations]
    if writing:
        rows = [row for entry in writing for row in _rows(entry)]
        lines += ["", *_table(("Stage", "Setting", "Registry value", "Before", "After", "Why"), rows)]
    refused = [entry for entry in plan.entries if entry.act.value == "refused"]
    if refused:
        rows = [(entry.stage, entry.setting, entry.reason.value, entry.detail) for entry in refused]
        lines += ["", "Not written:", "", *_table(("Stage", "Setting", "Reason", "Detail"), rows)]
    if host.exceptions:
        lines += ["", "Exceptions in force:", ""]
        lines += [f"- {_said(one.rule)} until {_said(one.until)}" for one in host.exceptions]
    looked = f"{len(plan.entries)} rules were considered, from {len(host.prior)} registry values as they were read."
    return [*lines, "", looked]


def _rows(entry: Entry) -> t.Iterator[tuple[str, ...]]:
    for number, operation in enumerate(entry.operations):
        place = f"{operation.path}\\{operation.name}"
        yield (entry.stage, entry.setting, place, *_values(operation), "as above" if number else entry.detail)


def _values(operation: Operation) -> tuple[str, str]:
    before, after = operation.before, operation.after
    return (
        "absent" if before is None else shown_value(before, WHOLE),
        "deleted" if after is None else shown_value(after, WHOLE),
    )


def _table(heads: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> list[str]:
    return table(heads, [[_plain(cell) for cell in row] for row in rows])


def _said(text: str) -> str:
    return markdown_text(_plain(text))


def _plain(text: str) -> str:
    """On one line; a last full stop stays, sentences need theirs."""
    bare = one_line(text, WHOLE)
    return f"{bare}." if bare and text.rstrip().endswith(".") else bare
