# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of what refers to rules: changes, exceptions, extended profiles."""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Draft

from .checking import Check, Context, Found, hint, rule_names, rules_named
from .documents import Document, change_of, when_draft

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _change_says_something(document: Document, _context: Context) -> Found:
    for draft in document.changes:
        if draft.whole and ("want" in draft.fields) == ("remove" in draft.fields):
            yield draft.place, f"say what happens to '{draft.name}': either 'want' or 'remove: true'."


def _change_known(document: Document, context: Context) -> Found:
    rules = context.everything()
    for draft in document.changes:
        if not rules_named(draft.name, rules):
            yield draft.place, f"there is no rule '{draft.name}' to change.{hint(draft.name, rule_names(rules))}"


def _changed_once(document: Document, context: Context) -> Found:
    rules = context.everything()
    first: dict[str, tuple[Draft, t.Any]] = {}
    for other in context.documents:
        for draft in other.changes:
            change = change_of(draft)
            if change is None:
                continue
            for rule in rules_named(draft.name, rules):
                before = first.setdefault(rule.id, (draft, (change.want, change.remove)))
                if before[0] is not draft and before[1] != (change.want, change.remove) and other is document:
                    yield draft.place, f"'{rule.id}' is changed in another way at {before[0].place}; keep one of them."


def _exception_known(document: Document, context: Context) -> Found:
    rules = context.everything()
    for draft in document.exceptions:
        name = draft.text("rule")
        if name and not rules_named(name, rules):
            yield draft.at("rule"), f"there is no rule '{name}' to be excepted from.{hint(name, rule_names(rules))}"


def _exception_date(document: Document, _context: Context) -> Found:
    for draft in document.exceptions:
        if "until" in draft.fields and read_date(draft.text("until")) is None:
            yield draft.at("until"), f"'{draft.text('until')}' is no date; write it as 2027-06-30."


def _exception_ended(document: Document, context: Context) -> Found:
    for draft in document.exceptions:
        until = read_date(draft.text("until"))
        if context.today is not None and until is not None and until < context.today:
            sentence = (
                f"the exception from '{draft.text('rule')}' ended on {until.isoformat()}; "
                f"agree on a new date with {draft.text('owner') or 'its owner'}, or take it out."
            )
            yield draft.at("until"), sentence


def _exception_hosts(document: Document, context: Context) -> Found:
    if context.inventory is None:
        return
    for draft in document.exceptions:
        for name, place in draft.texts("hosts"):
            if name not in context.inventory:
                yield place, f"there is no host or group '{name}' in the inventory.{hint(name, context.inventory)}"


def _when_group(document: Document, context: Context) -> Found:
    if context.inventory is None:
        return
    for draft in document.rules:
        for name, place in when_draft(draft).texts("group"):
            if name not in context.inventory:
                yield place, f"there is no group '{name}' in the inventory.{hint(name, context.inventory)}"


def _exception_alive(document: Document, context: Context) -> Found:
    rules = context.everything()
    removed = context.removed()
    covered: dict[str, tuple[Draft, frozenset[str]]] = {}
    for other in context.documents:
        for draft in other.exceptions:
            named = rules_named(draft.text("rule"), rules)
            if not named:
                continue
            sentence = ""
            if all(rule.id in removed for rule in named):
                sentence = f"'{draft.text('rule')}' is removed, nothing is left to be excepted from; drop one."
            hosts = frozenset(draft.words("hosts"))
            earlier = [covered.get(rule.id) for rule in named]
            if not sentence and all(entry is not None and _covers(entry[1], hosts) for entry in earlier):
                place = earlier[0][0].place if earlier[0] is not None else draft.place
                sentence = f"the exception at {place} covers this one; keep one of them."
            if sentence and other is document:
                yield draft.place, sentence
            for rule in named:
                covered.setdefault(rule.id, (draft, hosts))


def _covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    return not wide or (bool(narrow) and narrow <= wide)


def _extends(document: Document, context: Context) -> Found:
    name = document.head.text("extends")
    if name and name not in context.profiles:
        yield document.head.at("extends"), f"there is no profile '{name}' to extend.{hint(name, context.profiles)}"


def _removes(document: Document, context: Context) -> Found:
    for name, place in document.head.texts("remove"):
        if not rules_named(name, context.base):
            yield place, f"the extended profile has no rule '{name}'.{hint(name, rule_names(context.base))}"


def read_date(text: str) -> datetime.date | None:
    """An ISO date; None when it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


CHECKS: tuple[Check, ...] = (
    Check(
        "change-empty",
        "A change that changes nothing, or two things at once, was meant otherwise.",
        _change_says_something,
    ),
    Check("change-unknown", "A change of a rule that does not exist would silently do nothing.", _change_known),
    Check("change-conflict", "Which of two overlays wins should not depend on their order.", _changed_once),
    Check("exception-unknown", "An exception from nothing hides that the rule still counts.", _exception_known),
    Check("exception-date", "An exception without an end is a change of the baseline.", _exception_date),
    Check("exception-ended", "An exception past its end has to be agreed on again, or to go.", _exception_ended),
    Check(
        "exception-hosts", "An exception for a host that does not exist was meant for another one.", _exception_hosts
    ),
    Check("when-group", "A rule for a group that does not exist would silently apply to nobody.", _when_group),
    Check("exception-dead", "An exception that can never count misleads whoever reviews the file.", _exception_alive),
    Check("extends-unknown", "Without the profile that it extends most rules are missing.", _extends),
    Check("remove-unknown", "A rule that is not there cannot be removed.", _removes),
)
