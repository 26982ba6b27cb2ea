# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables that a command writes into a page: between ``<!-- name -->`` and ``<!-- /name -->`` nothing else is kept."""

from __future__ import annotations

import re
import typing as t


def table(head: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_block(page: str, name: str, content: str) -> str:
    """The page with another content of that block. Raises ValueError where it has none."""
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(\n<!-- /{re.escape(name)} -->)", re.DOTALL)
    found, count = pattern.subn(lambda match: match.group(1) + content + match.group(2), page)
    if count != 1:
        raise ValueError(f"the page has {count} blocks {name}")
    return found
