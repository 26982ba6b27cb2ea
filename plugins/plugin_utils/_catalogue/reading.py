# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts are asked for (``reading.yml``), checked against what ``host_read`` takes before any host is asked."""

from __future__ import annotations

import re
import typing as t

from .fields import Fields

_PATH = re.compile(r"\AHKEY_LOCAL_MACHINE(\\[^\\\0]{1,255})+\Z")
_BELOW_A_HIVE = re.compile(r"\A[^\\\0]{1,255}(\\[^\\\0]{1,255})*\Z")
_DEEPEST = 64

Request = dict[str, t.Any]


def reading(fields: Fields) -> Request:
    """The arguments of ``host_read``: keys, user_keys and files, as plain data."""
    keys = [(entry, _key(entry)) for entry in fields.records("keys")]
    for entry, request in keys:
        _check_choice(entry, request, [other for _entry, other in keys if other is not request])
    return {
        "keys": [request for _entry, request in keys],
        "user_keys": [_user_key(entry) for entry in fields.records("user_keys")],
        "files": [_file(entry) for entry in fields.records("files")],
    }


def _key(entry: Fields) -> Request:
    request: Request = {"path": _path(entry, "path", _PATH), "depth": _depth(entry)}
    if entry.has("values"):
        request["values"] = _values(entry)
    if entry.has("named_by"):
        source = entry.record("named_by")
        request["named_by"] = {"path": _path(source, "path", _PATH), "value": source.text("value")}
        source.done()
    entry.done()
    return request


def _user_key(entry: Fields) -> Request:
    request: Request = {"path": _path(entry, "path", _BELOW_A_HIVE), "depth": _depth(entry)}
    entry.done()
    return request


def _file(entry: Fields) -> Request:
    request: Request
    if entry.has("path"):
        request = {"path": entry.text("path")}
    else:
        request = {name: entry.text(name) for name in ("key", "value", "relative")}
        _path(entry, "key", _PATH)
    request["content"] = entry.flag("content", False)
    entry.done()
    return request


def _path(entry: Fields, name: str, form: re.Pattern[str]) -> str:
    path = entry.text(name)
    if not form.match(path) or (form is _BELOW_A_HIVE and path.startswith("HKEY_")):
        raise entry.error(f"'{name}' is no path of a registry key: {path!r}")
    return path


def _depth(entry: Fields) -> int:
    depth = entry.number("depth")
    if not 0 <= depth <= _DEEPEST:
        raise entry.error(f"'depth' must be 0 to {_DEEPEST}, found {depth}")
    return depth


def _values(entry: Fields) -> list[str]:
    """Names of values; none is a choice as well, and the empty name is the default value."""
    names = entry.texts("values")
    if len({name.upper() for name in names}) != len(names):
        raise entry.error("'values' names a value twice; case does not count")
    return list(names)


def _check_choice(entry: Fields, request: Request, others: t.Sequence[Request]) -> None:
    """What is left out of a key must not come with another request."""
    if "values" not in request:
        return
    for other in others:
        if _brings(other, request["path"]):
            raise entry.error(f"'values' would be in vain: the request for {other['path']!r} brings this key whole")


def _brings(request: Request, path: str) -> bool:
    """Whether the answer to a request has the key of a path in it."""
    root, below = request["path"].upper() + "\\", path.upper() + "\\"
    return below.startswith(root) and below[len(root) :].count("\\") <= request["depth"]
