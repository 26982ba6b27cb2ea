# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wine's registry files (``system.reg``): simulated hives written into one while the host is stopped, and read back.

The file keeps raw bytes and last-write times, so a persona arrives on the real registry byte for byte and older than
the boot.
"""

from __future__ import annotations

import re
import typing as t

from ..registry import Key, Registry, fold, sort_key

_HEADER = "WINE REGISTRY Version 2"
_UNIX_EPOCH = 11_644_473_600
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,4}|[0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_SECTION = re.compile(r"^\[(.*)\] \d+")
_VALUE = re.compile(r'^(@|"((?:[^"\\]|\\.)*)")=(.*)$', re.DOTALL)
Content = dict[str, dict[str, tuple[int, bytes]]]


def render(registry: Registry, root: str) -> str:
    """Everything below one root (HKEY_LOCAL_MACHINE) as sections to be appended to the file of that root."""
    lines: list[str] = []
    top = registry.find(root)
    if top is not None:
        for name, key in _children(top):
            _render(key, name, lines)
    return "\n".join(lines) + "\n"


def _children(key: Key) -> list[tuple[str, Key]]:
    return sorted(key.subkeys.values(), key=lambda entry: sort_key(entry[0]))


def _render(key: Key, path: str, lines: list[str]) -> None:
    lines.append(f"\n[{_escape(path, '[]')}] {key.written // 10_000_000 - _UNIX_EPOCH}")
    lines.append(f"#time={key.written:x}")
    for value in key.values.values():
        name = f'"{_escape(value.name, chr(34))}"' if value.name else "@"
        lines.append(f"{name}=hex({value.kind:x}):{','.join(f'{byte:02x}' for byte in value.content)}")
    for name, child in _children(key):
        if fold(path) != "SYSTEM" or fold(name) != "CONTROLSET001":  # no link on Wine: it has CurrentControlSet alone
            _render(child, f"{path}\\{name}", lines)


def _escape(text: str, special: str) -> str:
    return "".join(_escape_unit(unit, special) for unit in _units(text))


def _units(text: str) -> t.Iterator[str]:
    """UTF-16 units as characters."""
    data = text.encode("utf-16-le", "surrogatepass")
    return (chr(int.from_bytes(data[at : at + 2], "little")) for at in range(0, len(data), 2))


def _escape_unit(unit: str, special: str) -> str:
    if unit == "\\" or unit in special:
        return "\\" + unit
    return unit if " " <= unit <= "~" else f"\\x{ord(unit):04x}"


def parse(text: str, wanted: t.Collection[str]) -> Content:
    """Values of the keys whose path begins with one of ``wanted`` (case ignored, relative to the file's root)."""
    prefixes = tuple(fold(prefix) for prefix in wanted)
    found: Content = {}
    current: dict[str, tuple[int, bytes]] | None = None
    for line in text.replace("\\\n  ", "").split("\n"):
        section = _SECTION.match(line)
        if section:
            path = _unescape(section.group(1))
            folded = fold(path)
            inside = any(folded == prefix or folded.startswith(prefix + "\\") for prefix in prefixes)
            current = found.setdefault(path, {}) if inside else None
        elif current is not None:
            value = _VALUE.match(line)
            if value:
                current[_unescape(value.group(2) or "")] = _data(value.group(3))
    return found


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        word = match.group(1)
        if word[0] == "x" and len(word) > 1:
            return chr(int(word[1:], 16))
        if word[0].isdigit():
            return chr(int(word, 8))
        return _PLAIN.get(word, word)

    units = _ESCAPE.sub(replace, text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _data(text: str) -> tuple[int, bytes]:
    """Kind and bytes of ``dword:``, ``hex:``, ``hex(n):``, ``"text"``, ``str(n):"text"``."""
    if text.startswith("dword:"):
        return 4, int(text[6:], 16).to_bytes(4, "little")
    if text.startswith("hex"):
        number, dummy, digits = text[3:].partition(":")
        return int(number.strip("()") or "3", 16), bytes.fromhex(digits.replace(",", " "))
    kind_name, dummy, quoted = text.partition('"')
    kind = int(kind_name[4:-2], 16) if kind_name.startswith("str(") else 1
    return kind, (_unescape(quoted.rstrip()[:-1]) + "\0").encode("utf-16-le", "surrogatepass")
