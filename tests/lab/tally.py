# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a comparison of the engines went through: a count of every kind of thing, so that it cannot become trivial."""

from __future__ import annotations

import collections
import json
import typing as t

from . import winvalue

if t.TYPE_CHECKING:
    from .comparison import Both, Entry, Exchange

Tally = collections.Counter[str]
_PLAIN_KINDS = (
    winvalue.REG_SZ,
    winvalue.REG_EXPAND_SZ,
    winvalue.REG_DWORD,
    winvalue.REG_MULTI_SZ,
    winvalue.REG_QWORD,
)
_LONG_DATA, _LONG_NAME = 1024, 255


def count_case(tally: Tally, both: Both) -> None:
    """Adds one case: its state, its questions and the answers of the emulation."""
    tally["states"] += 1
    for entry in both.state:
        _count_entry(tally, entry)
    for exchange in both.asked:
        _count_exchange(tally, exchange)
    for content in both.host.journal_files().values():
        if content[:1] == b"{" and b'"created_keys":["' in content:
            tally["journals with created keys"] += 1


def _count_entry(tally: Tally, entry: Entry) -> None:
    path, name, kind, content = entry
    tally["keys"] += 1
    tally["keys with a slash"] += "/" in path
    tally["keys of a user"] += path.startswith("HKEY_USERS")
    if name is None:
        return
    tally["values"] += 1
    tally[f"values of kind {kind}"] += 1
    tally["values malformed"] += kind in _PLAIN_KINDS and winvalue.decode(kind, content).raw
    tally["values without a name"] += not name
    tally["values with a name beyond ASCII"] += not name.isascii()
    tally["values with a long name"] += len(name) > _LONG_NAME
    tally["values with half a surrogate pair in the name"] += "\ud800" in name
    tally["values without data"] += not content
    tally["values longer than 1 KB"] += len(content) > _LONG_DATA


def _count_exchange(tally: Tally, exchange: Exchange) -> None:
    answer, script = exchange.answer, exchange.script
    if answer.get("failed"):
        tally[f"{script} refused arguments"] += 1
        return
    if script == "host_read":
        tally["host_read answered"] += 1
        tally["host_read for named keys below"] += any(item.get("below") for item in exchange.args.get("keys") or ())
        tally["keys told as denied"] += len(answer["errors"])
        for one in answer["journal"]:
            tally["journals"] += 1
            tally["journals that are no JSON"] += isinstance(one.get("gzip"), bytes)
        return
    tally[f"host_write {answer['status']}"] += 1
    tally["host_write in check mode"] += bool(exchange.args.get("_ansible_check_mode", False))
    for operation, told in zip(exchange.args["operations"], answer["operations"]):
        tally[f"{operation['op']} {told['status']}"] += 1


def as_figures(tally: Tally) -> dict[str, int]:
    """Sorted by name, plain; for a record."""
    return json.loads(json.dumps(dict(sorted(tally.items()))))
