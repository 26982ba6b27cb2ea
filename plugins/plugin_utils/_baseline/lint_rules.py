# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of rule records, wherever they stand."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import DISABLED, DISABLED_BY_DEFAULT

from .checking import Check, Context, Found, extended, hint, wanted
from .documents import Document, named_settings, rules_of, when_draft
from .matching import parse_build
from .model import ROLES, SEVERITIES, STAGES, Explicit
from .overlap import contradictions
from .wants import misfit

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")

#: Fewer letters than this explain nothing.
SHORTEST_REASON = 30

#: Phrases that are true of every rule and therefore say nothing about this one.
EMPTY_PHRASES = ("attack surface", "best practice", "more secure", "hardening")

#: The versions that the servers of an organisation may need among themselves, and the only stage that asks them all.
RETIRED = ("protocols.tls_1_0.", "protocols.tls_1_1.")
RETIRE = "retire"

#: Settings that are read and never written, and why.
NEVER_WRITTEN: t.Mapping[str, str] = {
    "cipher_suites.local": "Microsoft does not support writing the local list (S4); use cipher_suites.group_policy",
    "curves.local": "Microsoft does not support writing the local list (S4); use curves.group_policy",
    "fips.legacy": "newer Windows reads fips.enabled",
    "winhttp.native.insecure_fallback": "no Microsoft page describes it",
    "winhttp.wow64.insecure_fallback": "no Microsoft page describes it",
}


def _id_form(document: Document, _context: Context) -> Found:
    for draft in document.rules:
        if "id" in draft.fields and not _ID.fullmatch(draft.text("id")):
            yield draft.at("id"), f"'{draft.text('id')}' is no id: lower case words, joined by underscores."
        settings = draft.fields.get("settings")
        for name, _setting, place in named_settings(draft):
            if settings is not None and not all(_NAME.fullmatch(part) for part in name.split(".")):
                yield place, f"'{name}' is no name for a setting: lower case words, joined by underscores or dots."


def _id_duplicate(document: Document, context: Context) -> Found:
    seen: dict[str, int] = {}
    for draft in document.rules:
        name = draft.text("id")
        if not name:
            continue
        if name in seen:
            yield draft.at("id"), f"the id '{name}' is used a second time, first in line {seen[name]}."
        seen.setdefault(name, draft.place.line)
        taken = [rule for rule in context.base.values() if name in (rule.id, rule.record)]
        if taken and document.kind == "overlay":
            sentence = f"the profile has a rule '{name}' already; change it under 'rules', or use another id."
            yield draft.at("id"), sentence


def _one_or_many(document: Document, _context: Context) -> Found:
    for draft in document.rules:
        if ("setting" in draft.fields) == ("settings" in draft.fields) and draft.fields:
            yield draft.place, "a rule names one 'setting', or several under 'settings', and not both."


def _setting_known(document: Document, context: Context) -> Found:
    for draft in document.rules:
        for _name, setting, place in named_settings(draft):
            if setting not in context.catalogue.settings:
                yield place, f"there is no setting '{setting}'.{hint(setting, context.catalogue.settings)}"


def _setting_writable(document: Document, context: Context) -> Found:
    for draft in document.rules:
        for _name, setting, place in named_settings(draft):
            known = context.catalogue.settings.get(setting)
            if setting in NEVER_WRITTEN:
                yield place, f"'{setting}' is never written: {NEVER_WRITTEN[setting]}."
            elif known is not None and known.per_user:
                yield place, f"'{setting}' belongs to single users, who may not be logged on; it can only be judged."


def _want_form(document: Document, context: Context) -> Found:
    for item in wanted(document, context):
        if item.want is None:
            yield item.place, item.error


def _want_fits(document: Document, context: Context) -> Found:
    for item in wanted(document, context):
        if item.want is not None and item.setting is not None:
            sentence = misfit(item.want, item.setting)
            if sentence:
                yield item.place, sentence


def _word(field: str, words: tuple[str, ...]) -> t.Callable[[Document, Context], Found]:
    def run(document: Document, _context: Context) -> Found:
        for draft in document.rules:
            found = draft.text(field)
            if field in draft.fields and found not in words:
                yield draft.at(field), f"'{field}' is one of {', '.join(words)}, not '{found}'.{hint(found, words)}"

    return run


def _sources(document: Document, context: Context) -> Found:
    for draft in document.rules:
        for tag, place in draft.texts("sources"):
            if tag not in context.catalogue.sources:
                yield place, f"there is no source '{tag}' in the catalogue.{hint(tag, context.catalogue.sources)}"


def _reason(document: Document, _context: Context) -> Found:
    for draft in document.rules:
        reason = draft.text("reason")
        empty = next((phrase for phrase in EMPTY_PHRASES if phrase in reason.casefold()), "")
        if empty:
            yield draft.at("reason"), f"'{empty}' is true of every rule; say what happens without this one."
        elif "reason" in draft.fields and len(" ".join(reason.split())) < SHORTEST_REASON:
            yield draft.at("reason"), "say in a sentence what happens to whom when this rule is not met."


def _when_words(field: str, words: t.Callable[[Context], t.Iterable[str]]) -> t.Callable[[Document, Context], Found]:
    def run(document: Document, context: Context) -> Found:
        known = tuple(words(context))
        for draft in document.rules:
            for name, place in when_draft(draft).texts(field):
                if name not in known:
                    yield place, f"'{name}' is not known here; known are {', '.join(known)}.{hint(name, known)}"

    return run


def _abilities(document: Document, context: Context) -> Found:
    known = sorted({ability for release in context.catalogue.releases for ability in release.can})
    for field in ("able", "unable"):
        yield from _when_words(field, lambda _context: known)(document, context)


def _when_build(document: Document, _context: Context) -> Found:
    for draft in document.rules:
        when = when_draft(draft)
        text = when.text("exchange_build")
        if text and parse_build(text) is None:
            sentence = f"'{text}' is no comparison of builds; write for example \">=15.2.1748.10\"."
            yield when.at("exchange_build"), sentence


def _retired_in_its_stage(document: Document, context: Context) -> Found:
    for item in wanted(document, context):
        want = item.want.meaning if isinstance(item.want, Explicit) else item.want
        name = item.setting.id if item.setting is not None else ""
        off = want in (DISABLED, DISABLED_BY_DEFAULT) and name.startswith(RETIRED)
        if off and item.stage in STAGES and item.stage != RETIRE:
            sentence = (
                f"'{name}' is switched off in stage '{RETIRE}' only, which waits for all servers of the organisation, "
                f"not in '{item.stage}'; remove the rule and add one of that stage."
            )
            yield item.place, sentence


def _contradictions(document: Document, context: Context) -> Found:
    own = {rule.id: draft for draft in document.rules for rule in rules_of(draft, document.file)}
    rules = extended(context.base, document) if document.kind == "profile" else context.everything()
    removed = context.removed()
    kept = [rule for rule in rules.values() if rule.id not in removed]
    for first, second in contradictions(kept, context.catalogue, own):
        mine, other = (second, first) if second.id in own else (first, second)
        sentence = (
            f"'{mine.id}' and '{other.id}' ({other.place}) want different things of '{mine.setting}' and can apply to "
            "the same host; narrow their 'when', or keep one."
        )
        yield own[mine.id].at("want"), sentence


CHECKS: tuple[Check, ...] = (
    Check("rule-id", "Ids stand in tickets, exceptions and reports.", _id_form),
    Check("rule-id-duplicate", "Of two rules with one id an exception could mean either.", _id_duplicate),
    Check("rule-settings", "A rule without a setting judges nothing.", _one_or_many),
    Check("setting-unknown", "A misspelt setting would silently never be judged.", _setting_known),
    Check("setting-unwritable", "What must not be written cannot be wanted.", _setting_writable),
    Check("want-form", "A value nobody can read cannot be wanted.", _want_form),
    Check("want-unfit", "A setting can only be what its kind allows.", _want_fits),
    Check("stage-unknown", "Without a stage a rule has no place in the order of changes.", _word("stage", STAGES)),
    Check("severity-unknown", "Reports sort by severity.", _word("severity", SEVERITIES)),
    Check("source-unknown", "A demand without a source is an opinion.", _sources),
    Check("reason-empty", "Whoever loses something to a rule is owed the reason.", _reason),
    Check(
        "when-os", "A misspelt system would silently exclude hosts.", _when_words("os", lambda c: c.catalogue.systems)
    ),
    Check(
        "when-exchange",
        "A misspelt version would silently exclude hosts.",
        _when_words("exchange", lambda c: ("none", *c.catalogue.exchange)),
    ),
    Check("when-role", "A misspelt role would silently exclude hosts.", _when_words("role", lambda _c: ROLES)),
    Check("when-ability", "A misspelt ability would silently exclude hosts.", _abilities),
    Check("when-build", "A comparison that is not understood would match nothing.", _when_build),
    Check(
        "stage-early",
        "Without TLS 1.0 on one server, mail of those that are not prepared stays where it is.",
        _retired_in_its_stage,
    ),
    Check("rules-contradict", "Two rules for one setting of one host cannot both be kept.", _contradictions),
)
