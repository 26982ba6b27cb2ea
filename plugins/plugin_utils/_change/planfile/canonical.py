# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to write a plan down: the same content gives the same bytes, and a reviewer can read them."""

from __future__ import annotations

import hashlib
import json
import typing as t

#: What fits is written on one line, so that a diff of two files shows records and not braces.
_WIDTH = 240
#: Deeper than a plan is: each level costs another look at all that is below it.
_DEEPEST = 20


def canonical(value: t.Any) -> bytes:
    """JSON in ASCII (nothing in it can turn the direction of a line), members in the order they come in.

    Raises ValueError for data that are nested deeper than any plan.
    """
    return (_text(value, 0) + "\n").encode("ascii")


def digest(value: t.Any) -> str:
    """SHA-256 over the canonical form, in lower hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _text(value: t.Any, depth: int) -> str:
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    line = json.dumps(value, ensure_ascii=True, allow_nan=False)
    if len(line) + depth <= _WIDTH or not isinstance(value, (dict, list)):
        return line
    below = " " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{below}{json.dumps(name)}: {_text(item, depth + 1)}" for name, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"
    return "[\n" + ",\n".join(below + _text(item, depth + 1) for item in value) + "\n" + " " * depth + "]"
