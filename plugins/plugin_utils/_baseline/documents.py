# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One file, read: its records with their places, and what reading found wrong. Text in, records out."""

from __future__ import annotations

import dataclasses

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import (
    Draft,
    Mapping,
    Place,
    Problem,
    read_named,
    read_record,
    read_records,
    read_yaml,
)

from . import shape
from .model import Change, ExceptionEntry, Rule, When
from .wants import read_want


@dataclasses.dataclass(frozen=True)
class Document:
    """A profile or an overlay as it was written.

    ``head``: the fields of the file itself; ``rules``: rule records (of an overlay: those under ``add``); ``changes``:
    what an overlay says under ``rules``; ``problems``: syntax and shape, sense is checked later.
    """

    file: str
    kind: str  #: profile | overlay
    head: Draft
    rules: tuple[Draft, ...]
    changes: tuple[Draft, ...]
    exceptions: tuple[Draft, ...]
    problems: tuple[Problem, ...]


def read_document(text: str, file: str, kind: str) -> Document:
    """Read the text of a profile or an overlay (``kind``); whatever is wrong stands in ``problems``."""
    root, problems = read_yaml(text, file)
    found = list(problems)
    start = Place(file, 1, 1)
    if root is None:
        return Document(file, kind, Draft(start, {}, whole=False), (), (), (), tuple(found))
    head = read_record(root, shape.PROFILE if kind == "profile" else shape.OVERLAY, kind, found)
    rules_field = "rules" if kind == "profile" else "add"
    rules = read_records(head.fields.get(rules_field), shape.RULE, "rule", found)
    for draft in rules:
        when = draft.fields.get("when")
        if when is not None:
            read_record(when, shape.WHEN, "'when'", found)
    changes: tuple[Draft, ...] = ()
    if kind == "overlay":
        changes = read_named(head.fields.get("rules"), shape.CHANGE, "change", found)
    exceptions = read_records(head.fields.get("exceptions"), shape.EXCEPTION, "exception", found)
    if isinstance(root, Mapping) and not root.entries:
        found.append(Problem(start, "file-shape", f"the {kind} is empty."))
    return Document(file, kind, head, rules, changes, exceptions, tuple(found))


def when_draft(draft: Draft) -> Draft:
    """The ``when`` of a rule as a record; one without fields when the rule has none."""
    node = draft.fields.get("when")
    return Draft(draft.place, {}) if node is None else read_record(node, shape.WHEN, "'when'", [])


def when_of(draft: Draft) -> When:
    """The ``when`` of a rule as the matcher takes it."""
    when = when_draft(draft)
    return When(
        os=when.words("os"),
        exchange=when.words("exchange"),
        exchange_build=when.text("exchange_build"),
        role=when.words("role"),
        group=when.words("group"),
        able=when.words("able"),
        unable=when.words("unable"),
    )


def named_settings(draft: Draft) -> tuple[tuple[str, str, Place], ...]:
    """What a rule record is about: (name within the record, setting id, place); the name is empty for a single one."""
    settings = draft.fields.get("settings")
    if isinstance(settings, Mapping):
        return tuple((str(key.value), _text(node), node.place) for key, node in settings.entries)
    return (("", draft.text("setting"), draft.at("setting")),) if "setting" in draft.fields else ()


def rules_of(draft: Draft, profile: str) -> tuple[Rule, ...]:
    """One rule for each setting of the record; none when the record is broken (the problem is then on record)."""
    want = read_want(draft.fields["want"])[0] if "want" in draft.fields else None
    if not draft.whole or want is None:
        return ()
    record = draft.text("id")
    return tuple(
        Rule(
            id=f"{record}.{name}" if name else record,
            setting=setting,
            want=want,
            stage=draft.text("stage"),
            severity=draft.text("severity"),
            reason=" ".join(draft.text("reason").split()),
            sources=draft.words("sources"),
            when=when_of(draft),
            profile=profile,
            record=record,
            place=str(draft.place),
        )
        for name, setting, _place in named_settings(draft)
    )


def change_of(draft: Draft) -> Change | None:
    """What an overlay does to a rule; None when that is not readable."""
    want = read_want(draft.fields["want"])[0] if "want" in draft.fields else None
    remove = "remove" in draft.fields
    if not draft.whole or remove == (want is not None):
        return None
    return Change(draft.name, want, remove, str(draft.place))


def exception_of(draft: Draft) -> ExceptionEntry | None:
    """An exception; None when a field is missing."""
    if not draft.whole:
        return None
    texts = {field: draft.text(field).strip() for field in ("rule", "owner", "reason", "ticket", "until")}
    return ExceptionEntry(**texts, hosts=draft.words("hosts"), place=str(draft.place))


def _text(node: object) -> str:
    return str(getattr(node, "value", ""))
