# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text in at most ``WIDTH`` columns, without what could steer a terminal: some of it comes from peers."""

from __future__ import annotations

import textwrap
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

WIDTH = 120
_GAP = "  "


def clean(text: object, limit: int = 2000) -> str:
    """Foreign text, harmless and on one line."""
    return one_line(text, limit)


def paragraph(text: str, indent: int = 0, hanging: int = 0) -> list[str]:
    """``text`` broken into lines, the first by ``indent`` columns, the others by ``hanging`` more."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )


def columns(rows: t.Sequence[t.Sequence[str]], indent: int = 0) -> list[str]:
    """Cells side by side, each column as wide as its widest cell; the first gives way, the last is cut where needed."""
    width = WIDTH - indent
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows)))]
    # A row of two cells is a sentence beside a name; it spans the columns of the others.
    full = [row for row in rows if len(row) == len(widths)]
    if full:
        widths = [max(len(row[at]) for row in full) for at in range(len(widths))]
        rest = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
        widths[0] = min(max(len(row[0]) for row in rows), width - rest)
    return [" " * indent + _line(row, widths, width) for row in rows]


def _line(row: t.Sequence[str], widths: t.Sequence[int], width: int) -> str:
    cells = [shortened(cell, own).ljust(own) for cell, own in zip(row[:-1], widths)]
    left = width - sum(len(cell) + len(_GAP) for cell in cells)
    return _GAP.join([*cells, shortened(row[-1], left)]).rstrip()


def shortened(text: str, width: int) -> str:
    """At most ``width`` columns; what is missing is missing in the middle, names differ at both ends."""
    if len(text) <= width:
        return text
    kept = max(width - 3, 0)
    return f"{text[: kept - kept // 2]}...{text[len(text) - kept // 2 :]}"
