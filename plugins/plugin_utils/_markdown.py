# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Markdown in which nothing that a server said can become markup."""

from __future__ import annotations

import functools
import re
import typing as t

Data = dict[str, t.Any]

_MARKUP = re.compile(r"([\\`*_\[\]~|#!$])")
#: What ticket systems turn into links or mentions by themselves.
_ENTITIES: t.Mapping[str, str] = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", ":": "&#58;"}


def markdown_text(text: t.Any) -> str:
    """Text that stays text in Markdown: no markup, no link, no mention."""
    return _marked(str(text))


# Servers of one estate say mostly the same.
@functools.lru_cache(maxsize=8192)
def _marked(text: str) -> str:
    marked = _MARKUP.sub(r"\\\1", text)
    marked = re.sub("[&<>@]|:(?=//)", lambda found: _ENTITIES[found.group()], marked)
    return re.sub(r"(?i)\bwww\.", "www&#46;", marked)


def table(heads: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return lines + [f"| {' | '.join(markdown_text(cell) or ' ' for cell in row)} |" for row in rows]


def sentences(record: Data, *names: str) -> str:
    return markdown_text(" ".join(str(record[name]) for name in names if record[name]))
