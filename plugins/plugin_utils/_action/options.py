# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible lets pass among the options of a task. Pure; internal to this collection."""

from __future__ import annotations

import typing as t

Arguments = t.Mapping[str, t.Any]


def missing_options(arguments: Arguments, conditions: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """A sentence for each condition that is met by nothing but null, which is the same as left out."""
    for names in conditions.get("required_one_of", ()):
        if all(arguments.get(name) is None for name in names):
            yield f"one of the following is required: {', '.join(names)}."
    for name, needed in conditions.get("required_by", {}).items():
        for other in [needed] if isinstance(needed, str) else needed:
            if arguments.get(name) is not None and arguments.get(other) is None:
                yield f"missing parameter(s) required by '{name}': {other}."


def wrong_paths(arguments: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Mapping[str, t.Any]]) -> t.Iterator[str]:
    """A sentence for each path among the arguments that can be none.

    An empty one most often is a variable that was meant to hold one; taken for "none", it would leave out a signature.
    """
    for name, option in spec.items():
        value = arguments.get(name)
        paths = value if option.get("elements") == "path" else [value] if option.get("type") == "path" else ()
        for path in paths or ():
            if path == "":
                yield f"{name} is empty; name a file, or leave the option out."
            elif path is not None and "\0" in path:
                yield f"{name} holds a NUL character, which no path can."
