# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/performance.md: people write the words, the command writes what stands between two marks."""

from __future__ import annotations

import pathlib
import re
import typing as t

from .measuring import BenchError

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def fill(text: str, tables: t.Mapping[str, str]) -> str:
    """The page with these tables in the places of their names; the others stay. Raises BenchError."""
    for name, table in tables.items():
        begin, end = f"<!-- bench: {name} -->", "<!-- end -->"
        place = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
        if not place.search(text):
            raise BenchError(f"{PAGE.name} has no place for the table {name!r}")
        text = place.sub(lambda _found, whole=f"{begin}\n{table}\n{end}": whole, text)
    return text


def write(tables: t.Mapping[str, str]) -> None:
    """Put tables into the page."""
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
