# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as the text of a ``.reg`` file (version 5): for a console without network, Group Policy, undo by hand."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    KIND_NAMES,
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_SZ,
)

from ..names import printable
from ..registry_data import to_bytes
from ..registry_value import RegistryValue
from .text import Version

_TEXT_KINDS = (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ)
_END = "\r\n"
#: Width at which regedit breaks hex data.
_WIDTH = 80
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def render_reg(
    values: t.Iterable[tuple[str, str, RegistryValue | None]],
    *,
    comments: t.Sequence[str] = (),
    deleted_keys: t.Iterable[str] = (),
) -> str:
    """The text of a ``.reg`` file.

    (key path, value name, value or None = delete it) in the order given, one section per run of the same key.

    Write it as UTF-16 with a byte order mark (``encode("utf-16")``): that is the only form in which regedit takes
    every name. What the form cannot carry is a comment in its place: a key whose name holds a line end, and the
    missing terminator of a text, which regedit adds.
    """
    lines = [Version.REGEDIT_5.value, ""]
    lines += [_comment(comment) for comment in comments]
    if comments:
        lines.append("")
    section: str | None = None
    for path, name, value in values:
        if path != section:
            lines += ["", *_section(path, "")] if section is not None else _section(path, "")
            section = path
        if _writable(path):
            lines += _value(name, value)
    for path in deleted_keys:
        lines += ["", *_section(path, "-")]
    return _END.join([*lines, ""])


def _section(path: str, mark: str) -> list[str]:
    if not _writable(path):
        return [_comment(f"cannot be written in this form: {path}")]
    return [f"[{mark}{path}]"]


def _writable(path: str) -> bool:
    return not any(end in path for end in "\r\n\0")


def _comment(text: str) -> str:
    return f"; {printable(text, 500)}"


def _value(name: str, value: RegistryValue | None) -> list[str]:
    if "\0" in name:
        return [_comment(f"cannot be written in this form: {name}")]
    left = f'"{_escaped(name)}"=' if name else "@="
    if value is None:
        return [f"{left}-"]
    if value.kind == REG_SZ and isinstance(value.data, str) and value.data.isprintable():
        return [f'{left}"{_escaped(value.data)}"']
    if value.kind == REG_DWORD and isinstance(value.data, int):
        return [f"{left}dword:{value.data:08x}"]
    data = to_bytes(value)
    lines = _hex(left + ("hex:" if value.kind == REG_BINARY else f"hex({value.kind:x}):"), data)
    if value.kind in _TEXT_KINDS and data and not _terminated(data):
        lines.insert(0, _comment(f"the {KIND_NAMES[value.kind]} below has no terminator; regedit adds one"))
    return lines


def _terminated(data: bytes) -> bool:
    whole = len(data) // 2 * 2
    return data[whole - 2 : whole] == b"\0\0"


def _hex(left: str, data: bytes) -> list[str]:
    lines, line = [], left
    for index, byte in enumerate(data):
        item = f"{byte:02x}" + ("," if index + 1 < len(data) else "")
        # Room for the backslash that continues the line.
        if len(line) + len(item) >= _WIDTH and line.endswith(","):
            lines.append(line + "\\")
            line = "  "
        line += item
    return [*lines, line]


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
