# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words that random cases are made of: names, bytes and what has no place in an argument."""

from __future__ import annotations

import typing as t

#: Letters whose case mapping is not that of ASCII: one to many, none, title case, of another plane, half a pair.
_LETTERS = (
    *("\u00e4", "\u00c4", "\u00e9/\u00df", "\u00ff", "\u0178", "\u0130", "\u0131", "\u017f", "\u01c5", "K\u212a"),
    *("\u00b5", "\u03c2", "\u03a3", "\u0436", "\u0416", "\uff41", "\uff21", "\u2215", "\U0001f600", "\ud800"),
)
NAMES: tuple[str, ...] = (
    *("Enabled", "enabled", "DisabledByDefault", "", "x", "Z", "z_", "~", "A0", "a.", "a b ", "{{ x }}", "\"'", "a\\b"),
    *("%TEMP%", "*", "line\r\nfeed", "\t", "\x7f", "n" * 255, "N" * 256, "long" * 4095 + "end"),
    *_LETTERS,
)
KEYS: tuple[str, ...] = (
    *("Ciphers", "RC4 128/128", "TLS 1.0", "Server", "client", "Client", "a", "aB", "{x}", "[y]", "k ", "%TEMP%", "*"),
    *("\u00e4", "\u00c4", "\u2215", "\ud800", "k" * 255),
)
#: Kinds of values: those of the settings often, each of the others now and then.
KINDS = (0, 1, 1, 2, 3, 4, 4, 4, 5, 7, 7, 8, 9, 10, 11, 99, 0xFFFFFFFF)
#: UTF-16 units, halves of pairs, terminators and an odd byte.
UNITS = (b"a\0", b"B\0", b"\0\0", b"\0\0", b"\0\xd8", b"\1\xdc", b"x", b"\xe9\0", b"\n\0")
#: Sizes around those of the buffers in the scripts, and beyond.
LONG = (1022, 1023, 1024, 1025, 2048, 4096, 16384, 32768)

#: What has no place where it may be put, and now and then has.
JUNK: tuple[t.Any, ...] = (
    *(None, True, False, 0, 1, -1, 4.5, 1.0, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 63, 1 << 64, -(1 << 63)),
    *("", "x", "4", "1", "\0", "\ud800", "2026-11-26T00:00:00Z", [], [[]], [None], ["x", 1], {}, {"x": 1}),
)
PATHS = (
    *("HKLM\\X", "HKEY_LOCAL_MACHINE", "HKEY_LOCAL_MACHINE\\", "a", "HKEY_LOCAL_MACHINE\\a\\\\b"),
    *("HKEY_CURRENT_USER\\X", "HKEY_LOCAL_MACHINE\\" + "k" * 256, "hkey_local_machine\\SOFTWARE\\T\\a\n"),
)
EXPECTATIONS: tuple[t.Any, ...] = (
    *({}, {"exists": 1}, {"exists": True}, {"exists": False, "kind": 4}, {"exists": False, "raw": True}),
    *({"exists": True, "kind": 1, "data": 5}, {"exists": True, "kind": 7, "data": [""]}),
    {"exists": True, "kind": 6, "data": "", "raw": True},
)
#: Member of an operation -> what must not stand there.
WRONG: dict[str, tuple[t.Any, ...]] = {
    "kind": ("4", -1, None, 1 << 32, 4.5, 6),
    "data": (None, "?", -1, [1], [""], {}, 1 << 32, "00", "a\0b", "\ud800", ["\udc00"], "0x1", "AAA", " A A = = "),
    "path": PATHS,
    "expect": EXPECTATIONS,
    "name": (None, 1, "a\0b", "n" * 16384),
    "op": ("rename", "Set", None),
}
CHANGES = ("short", "UPPER-case", "-begins-so", "under_score", "change-1\n", "c" * 65, 1, None)
CHECK_MODES = (True, True, True, False, False, None, "no", 0, 1)
METAS: tuple[t.Any, ...] = (
    *({"ticket": "x"}, {}, {"a.b_c-d": "\u00e4 \U0001f600 \x07"}, {"profile": "", "stage": "x" * 300}),
    *({"ticket": "y"}, {"b": "x", "a": "y"}, {"A": "x", "a": "y"}, {"version": "2026-11-26T00:00:00"}),
)
BAD_METAS: tuple[t.Any, ...] = ({"no name": "x"}, {"": "x"}, {"n": 1}, {"m" * 65: "x"}, {"n": None})
