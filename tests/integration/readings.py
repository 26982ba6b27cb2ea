# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the registry of a server between two tasks, read by the host script itself on either engine."""

from __future__ import annotations

import typing as t

from integration.controller import Run, task


def reading(name: str, *paths: str) -> dict[str, t.Any]:
    """A task that reads everything below these keys."""
    return task(name, "host_read", {"contract": 1, "keys": [{"path": path, "depth": 9} for path in paths]})


def values_read(run: Run, name: str) -> dict[str, t.Any]:
    """Key -> value name -> kind and data, of such a task."""
    found: dict[str, t.Any] = {}
    todo = list(run.result(name)["keys"])
    while todo:
        key = todo.pop()
        if key["exists"]:
            found[key["path"]] = {one["name"]: (one["kind"], one["data"]) for one in key["values"]}
            todo += key["keys"]
    return found
