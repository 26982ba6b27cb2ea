# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The linter of profiles and overlays: a table of named checks that all run, so that everything is reported at once."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Problem, in_order

from . import lint_lists, lint_overlays, lint_rules
from .checking import Check, Context

#: Found while reading, before there are records.
READING: tuple[Check, ...] = (
    Check("yaml-syntax", "What is not YAML cannot be read."),
    Check("yaml-alias", "A reviewer should not have to resolve references in the head."),
    Check("yaml-tag", "Tags turn data into something else."),
    Check("yaml-boolean", "Some YAML readers take 'off' for a boolean, others for a word."),
    Check("yaml-number", "Some YAML readers take '010' for 8."),
    Check("yaml-duplicate-key", "Of two values with one name YAML silently keeps the last."),
    Check("file-shape", "A list where a record belongs holds nothing that can be judged."),
    Check("unknown-field", "A misspelt field would silently be ignored."),
    Check("missing-field", "Every field of a record is there for a reader who needs it."),
    Check("field-type", "A word where a list belongs would be taken apart into letters."),
    Check("field-order", "Records that look alike are compared by eye."),
)

#: Every check, by the id that stands in messages.
CHECKS: tuple[Check, ...] = (*READING, *lint_rules.CHECKS, *lint_lists.CHECKS, *lint_overlays.CHECKS)


def lint(context: Context) -> tuple[Problem, ...]:
    """Everything that is wrong with the documents of a context, each thing once, in the order in which it stands.

    What the reader of YAML already objected to is not reported again under another name.
    """
    found: list[Problem] = []
    for document in context.documents:
        objected = {problem.place for problem in document.problems if problem.id.startswith("yaml-")}
        found.extend(one for one in document.problems if one.id.startswith("yaml-") or one.place not in objected)
        for check in CHECKS:
            if check.run is not None:
                found.extend(
                    Problem(place, check.id, sentence)
                    for place, sentence in check.run(document, context)
                    if place not in objected
                )
    return in_order(found)
