# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vocabulary of the linter: what a check is, what it may look at, and how it says what it found."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, Setting, nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Node, Place

from .documents import Document, named_settings, rules_of, when_of
from .model import Rule, Want
from .wants import read_want

#: What a check yields for everything that it finds.
Found = t.Iterator[tuple[Place, str]]


@dataclasses.dataclass(frozen=True)
class Context:
    """What checks compare with. ``base``: rules that exist before the documents, by id (of the profile that is
    extended or overlaid). ``profiles``: names that can be extended. ``today`` and ``inventory`` (names of hosts and
    groups) are None when they are not known; what depends on them is then not checked.
    """

    documents: tuple[Document, ...]
    catalogue: Catalogue
    base: t.Mapping[str, Rule] = dataclasses.field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    today: datetime.date | None = None
    inventory: frozenset[str] | None = None

    def added(self, document: Document) -> tuple[Rule, ...]:
        """The rules that a document defines, one for each setting."""
        name = document.head.text("profile") or document.file
        return tuple(rule for draft in document.rules for rule in rules_of(draft, name))

    def everything(self) -> dict[str, Rule]:
        """Base and added rules, by id."""
        rules = dict(self.base)
        for document in self.documents:
            rules.update((rule.id, rule) for rule in self.added(document))
        return rules

    def removed(self) -> frozenset[str]:
        """Ids of the rules that an overlay takes out."""
        rules = self.everything()
        return frozenset(
            rule.id
            for document in self.documents
            for draft in document.changes
            if "remove" in draft.fields
            for rule in rules_named(draft.name, rules)
        )


@dataclasses.dataclass(frozen=True)
class Check:
    """One named check. ``why`` is the reason for having it; ``run`` looks at one document.

    Checks of the reading itself (YAML, shape) have no ``run``: the reader reports them under their ids.
    """

    id: str
    why: str
    run: t.Callable[[Document, Context], Found] | None = None


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One wanted value together with a setting that it is wanted of."""

    place: Place
    node: Node
    want: Want | None
    error: str
    setting: Setting | None
    systems: tuple[str, ...]  #: OS ids to which the rule applies; empty = all
    stage: str  #: as it was written


def wanted(document: Document, context: Context) -> t.Iterator[Wanted]:
    """Every wanted value of a document: of rules, and of changes to known rules."""
    for draft in document.rules:
        if "want" not in draft.fields:
            continue
        want, error = read_want(draft.fields["want"])
        for _name, setting, _place in named_settings(draft):
            known = context.catalogue.settings.get(setting)
            yield Wanted(
                draft.at("want"), draft.fields["want"], want, error, known, when_of(draft).os, draft.text("stage")
            )
    for draft in document.changes:
        if "want" not in draft.fields:
            continue
        want, error = read_want(draft.fields["want"])
        for rule in rules_named(draft.name, context.everything()):
            known = context.catalogue.settings.get(rule.setting)
            yield Wanted(draft.at("want"), draft.fields["want"], want, error, known, rule.when.os, rule.stage)


def rules_named(name: str, rules: t.Mapping[str, Rule]) -> tuple[Rule, ...]:
    """The rule with this id, or all rules of the record with this id."""
    if name in rules:
        return (rules[name],)
    return tuple(rule for rule in rules.values() if rule.record == name)


def extended(base: t.Mapping[str, Rule], document: Document) -> dict[str, Rule]:
    """The rules of a profile: those it extends without those it removes; a record with a known id
    replaces the whole record.
    """
    own = [rule for draft in document.rules for rule in rules_of(draft, document.head.text("profile"))]
    gone = {rule.id for name in document.head.words("remove") for rule in rules_named(name, base)}
    replaced = {rule.record for rule in own}
    kept = {name: rule for name, rule in base.items() if name not in gone and rule.record not in replaced}
    return {**kept, **{rule.id: rule for rule in own}}


def rule_names(rules: t.Mapping[str, Rule]) -> tuple[str, ...]:
    """Every name by which a rule, or a record of rules, can be called."""
    return tuple(dict.fromkeys((*rules, *(rule.record for rule in rules.values()))))


def hint(name: str, names: t.Iterable[str]) -> str:
    """The end of a sentence about an unknown name."""
    near = nearest(name, names)
    return f" Did you mean '{near}'?" if near else ""
