# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a profile, overlays and exceptions to what is wanted of one host."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Problem

from .checking import Context, rules_named
from .documents import Document, change_of, exception_of, read_document
from .lint import lint
from .lint_overlays import read_date
from .matching import Facts, Identity, facts_of, matches
from .model import STAGES, Baseline, ExceptionEntry, Profile, Rule
from .overlap import contradictions
from .problems import BaselineError


@dataclasses.dataclass(frozen=True)
class Overlay:
    """A site's changes to a profile, as they were written. What is wrong with them is reported by :func:`resolve`,
    together with what is wrong with all others.
    """

    document: Document


def read_overlay(text: str, file: str) -> Overlay:
    """Read the text of an overlay; ``file`` is the name that errors quote. Opens nothing and never raises."""
    return Overlay(read_document(text, file, "overlay"))


def resolve(
    profile: Profile,
    overlays: t.Iterable[Overlay],
    identity: Identity,
    *,
    host: str,
    groups: t.Iterable[str],
    today: datetime.date,
    catalogue: Catalogue,
    inventory: t.Iterable[str] | None = None,
) -> Baseline:
    """What is wanted of one host.

    ``host`` and ``groups`` are its inventory names, ``today`` decides about exceptions, ``inventory`` (all names of
    hosts and groups) finds exceptions for hosts that do not exist. Raises BaselineError with every problem of every
    overlay.
    """
    context = Context(
        documents=tuple(overlay.document for overlay in overlays),
        catalogue=catalogue,
        base={rule.id: rule for rule in profile.rules},
        today=today,
        inventory=None if inventory is None else frozenset((*inventory, "all", "ungrouped")),
    )
    problems = lint(context)
    if problems:
        raise BaselineError(problems)
    considered = _changed(context)
    facts = facts_of(identity, groups)
    baseline = _apply(profile.name, considered, facts, _exceptions(context, considered, host, facts.groups))
    _refuse_contradictions(baseline, catalogue)
    return baseline


def _changed(context: Context) -> dict[str, Rule]:
    """The rules after all overlays, in stage order."""
    rules = context.everything()
    for document in context.documents:
        for draft in document.changes:
            change = change_of(draft)
            for rule in rules_named(draft.name, rules) if change is not None else ():
                if change is not None and change.want is not None:
                    rules[rule.id] = dataclasses.replace(rule, want=change.want, place=change.place)
    removed = context.removed()
    kept = [rule for rule in rules.values() if rule.id not in removed]
    return {rule.id: rule for rule in sorted(kept, key=lambda rule: STAGES.index(rule.stage))}


def _exceptions(
    context: Context, rules: t.Mapping[str, Rule], host: str, groups: frozenset[str]
) -> dict[str, ExceptionEntry]:
    """The exception in force for each rule of this host; of several the one that lasts longest."""
    found: dict[str, ExceptionEntry] = {}
    mine = {host, "all", *groups}
    for document in context.documents:
        for draft in document.exceptions:
            entry = exception_of(draft)
            if entry is None or (entry.hosts and not mine.intersection(entry.hosts)):
                continue
            if context.today is not None and (read_date(entry.until) or datetime.date.min) < context.today:
                continue
            for rule in rules_named(entry.rule, rules):
                if rule.id not in found or found[rule.id].until < entry.until:
                    found[rule.id] = entry
    return found


def _apply(name: str, rules: dict[str, Rule], facts: Facts, exceptions: dict[str, ExceptionEntry]) -> Baseline:
    applicable: list[Rule] = []
    not_applicable: dict[str, str] = {}
    undecided: dict[str, str] = {}
    exempt: dict[str, ExceptionEntry] = {}
    for rule in rules.values():
        match = matches(rule.when, facts)
        if match.applies is False:
            not_applicable[rule.id] = match.because
        elif rule.id in exceptions:
            exempt[rule.id] = exceptions[rule.id]
        elif match.applies is None:
            undecided[rule.id] = match.because
        else:
            applicable.append(rule)
    return Baseline(name, tuple(applicable), not_applicable, undecided, exempt, rules)


def _refuse_contradictions(baseline: Baseline, catalogue: Catalogue) -> None:
    """What the linter of files cannot see: a change that turns two agreeing rules into two that do not."""
    pairs = contradictions(baseline.rules, catalogue)
    if pairs:
        raise BaselineError(
            Problem(
                None,
                "rules-contradict",
                f"'{first.id}' ({first.place}) and '{second.id}' ({second.place}) want different things of "
                f"'{first.setting}' on this host; keep one.",
            )
            for first, second in pairs
        )
