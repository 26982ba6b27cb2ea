# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the text of files: licence header, words that have no place, length, assert."""

from __future__ import annotations

import ast
import re

from .imports import Violation

HEADER = (
    "Copyright (c) 2026 msexchange.tls contributors",
    "GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "SPDX-License-Identifier: GPL-3.0-or-later",
)
#: A shebang, a comment opener or a blank line may stand before and between.
HEADER_WITHIN = 12
#: Longer files hide things.
MAX_LINES = 400

#: What leaks the machine or the way something was made, or was left for later. In pieces, so as not to find itself.
FORBIDDEN = {
    "a path of one machine": "(?<![\\w.}$~%>-])/(?:wo:rk|fa:rm|ro:ot|home/\\w+|tm:p/bash_jobs)/",
    "a mark of something left for later": "\\b(?:TO:DO|FIX:ME|XX:X)\\b",
    "a word about how it was made": "(?i)\\b(?:sub:agent|chat:gpt|clau:de|l:lm)s?\\b",
}
PATTERNS = {what: re.compile(re.sub(r"(?<!\?):", "", pattern)) for what, pattern in FORBIDDEN.items()}


def check_header(name: str, text: str) -> list[Violation]:
    """The three lines of the licence, in any comment form, near the top."""
    top = "\n".join(text.splitlines()[:HEADER_WITHIN])
    return [Violation(name, 1, f"the licence header lacks: {line}") for line in HEADER if line not in top]


def check_words(name: str, text: str) -> list[Violation]:
    """Every forbidden word with its line."""
    return [
        Violation(name, number, f"{what}: {found.group()}")
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in PATTERNS.items()
        if (found := pattern.search(line))
    ]


def check_length(name: str, text: str) -> list[Violation]:
    """At most :data:`MAX_LINES` lines."""
    lines = len(text.splitlines())
    return (
        [Violation(name, lines, f"{lines} lines, at most {MAX_LINES}: one purpose per file")]
        if lines > MAX_LINES
        else []
    )


def check_no_assert(name: str, source: str) -> list[Violation]:
    """No ``assert``: Python leaves it out when it is started with -O."""
    return [
        Violation(name, node.lineno, "assert in a plugin")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
    ]
