# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text and data made fit for a report: plain types, printable, bounded."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Mapping  # isinstance with that of typing takes ten times as long

from ansible_collections.msexchange.tls.plugins.plugin_utils._words import CUT, one_line

#: Longer texts do not help a reader; a hostile peer may send any.
LIMIT = 2000


_PLAIN = frozenset({bool, int, float})


def clean(value: t.Any) -> t.Any:
    """The same data with every string on one line, without control, direction and terminal characters."""
    # The types as they nearly always are first: a report of many servers holds a million values.
    kind = type(value)
    if kind is str:
        return _clean(value)
    if value is None or kind in _PLAIN:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {_clean(str(name)): clean(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    # What Ansible hands out may be a kind of number or text of its own.
    number = next((plain for plain in (int, float) if isinstance(value, plain)), None)
    return clean_text(value) if number is None else number(value)


def clean_text(text: t.Any) -> str:
    """One string of it; a last full stop stays, sentences need theirs."""
    return _clean(str(text))


@functools.lru_cache(maxsize=8192)
def _clean(text: str) -> str:
    # Servers of one estate say mostly the same.
    bare = one_line(text, LIMIT)
    return f"{bare}." if bare and text.rstrip().endswith(".") and not bare.endswith(CUT) else bare


def record(value: t.Any) -> dict[str, t.Any]:
    """The mapping that a result should hold here, empty when it does not."""
    return value if isinstance(value, dict) else {}


def records(value: t.Any) -> list[dict[str, t.Any]]:
    """The mappings of a list that a result should hold here."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: t.Any) -> list[str]:
    """The strings of a list that a result should hold here."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def texts(row: t.Mapping[str, t.Any], *names: str) -> dict[str, t.Any]:
    """These fields as text; absent and null are empty. Whatever a result holds, the views can join and compare it."""
    return {name: "" if row.get(name) is None else str(row[name]) for name in names}
