# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random registry states and random questions for the comparison of the engines: the same seed gives the same case."""

from __future__ import annotations

import base64
import random
import typing as t

from . import winvalue

if t.TYPE_CHECKING:
    from .comparison import Both, Entry
    from .host import LabHost

Json = dict[str, t.Any]

_NAMES = (
    *("Enabled", "enabled", "DisabledByDefault", "", "x", "Z", "z_", "~", "A0", "a.", "a b ", "{{ x }}", "\"'"),
    *(
        "\u00e4",
        "\u00c4",
        "\u00e9/\u00df",
        "\u00ff",
        "\u0178",
        "\u0130",
        "\u0131",
        "\u017f",
        "\u01c5",
        "K\u212a",
        "\u2215",
        "\U0001f600",
    ),
)
_KEYS = (
    *("Ciphers", "RC4 128/128", "TLS 1.0", "Server", "client", "Client", "a", "aB", "{x}", "[y]"),
    *("\u00e4", "\u00c4", "k ", "\u2215"),
)
_KINDS = (0, 1, 1, 2, 3, 4, 4, 4, 5, 7, 7, 8, 11, 99, 0xFFFFFFFF)
_UNITS = (b"a\0", b"B\0", b"\0\0", b"\0\0", b"\0\xd8", b"\1\xdc", b"x", b"\xe9\0")
_BAD_PATHS = ("HKLM\\X", "HKEY_LOCAL_MACHINE", "HKEY_LOCAL_MACHINE\\", "a", "HKEY_LOCAL_MACHINE\\a\\\\b", 1)
_BAD_EXPECT: tuple[t.Any, ...] = (
    {},
    {"exists": 1},
    {"exists": True},
    {"exists": False, "kind": 4},
    None,
    {"exists": True, "kind": 1, "data": 5},
)
_WRONG: dict[str, tuple[t.Any, ...]] = {
    "kind": ("4", -1, None, 1 << 32, 4.5, 6),
    "data": (None, "?", -1, [1], [""], {}, 1 << 32, "00"),
    "path": _BAD_PATHS,
    "expect": _BAD_EXPECT,
    "name": (None, 1),
    "op": ("rename", "Set", None),
}


class Case:
    """One random state below ``root`` and the questions about it."""

    def __init__(self, seed: int, root: str) -> None:
        self._random = random.Random(seed)
        self._root = root

    def put(self, both: Both) -> None:
        """Loads the state into both engines and asks: read, change a few times, read again."""
        pick = self._random
        state = self._state()
        both.load(state)
        keys = [{"path": self._root, "depth": pick.randrange(5)}, {"path": self._path()}, *self._choices(state)]
        both.ask("host_read", {"contract": 1, "keys": keys, "journal": True})
        for _change in range(pick.randrange(1, 4)):
            both.ask("host_write", self._change(both.host))
        both.ask("host_read", {"contract": 1, "keys": [{"path": self._root, "depth": 9}], "journal": True})

    def _choices(self, state: list[Entry]) -> list[Json]:
        """Requests for a few values of a key, and for the keys that a value elsewhere names."""
        pick = self._random
        path, name, _kind, _content = pick.choice(state)
        names = [*pick.sample(_NAMES, pick.randrange(4)), *([] if name is None else [name])]
        names = [pick.choice((str, str.upper, str.lower))(chosen) for chosen in names]
        above = path.rpartition("\\")[0] if path != self._root else path
        named_by = {"path": above, "value": name or ""}
        return [
            {"path": path, "depth": pick.randrange(2), "values": names},
            {"path": self._root, "depth": 1, "named_by": named_by, **pick.choice(({}, {"values": names}))},
        ]

    def _state(self) -> list[Entry]:
        entries: list[Entry] = []
        for _entry in range(self._random.randrange(1, 12)):
            kind = self._random.choice(_KINDS)
            name = None if self._random.random() < 0.15 else self._random.choice(_NAMES)
            entries.append((self._path(), name, kind, self._content(kind)))
        named = [content.hex() for _path, _name, _kind, content in entries if content]
        return entries + [(f"{self._root}\\{name}", None, 0, b"") for name in named[::2]]

    def _path(self) -> str:
        names = [self._random.choice(_KEYS) for _level in range(self._random.randrange(4))]
        return "\\".join([self._root, *names])

    def _content(self, kind: int) -> bytes:
        pick = self._random
        likely = pick.random() < 0.75
        if kind == winvalue.REG_DWORD and likely:
            return pick.choice([bytes(4), b"\1\0\0\0", b"\xff\xff\xff\xff"])
        if kind == winvalue.REG_QWORD and likely:
            return pick.randbytes(8)
        if kind in (winvalue.REG_SZ, winvalue.REG_EXPAND_SZ, winvalue.REG_MULTI_SZ) and likely:
            return b"".join(pick.choices(_UNITS, k=pick.randrange(7))) + pick.choice([b"", b"\0\0"])
        return pick.randbytes(pick.choice([0, 1, 2, 3, 4, 8, 17]))

    def _change(self, host: LabHost) -> Json:
        pick = self._random
        operations = [self._operation(host) for _operation in range(pick.choice([0, 1, 1, 2, 3, 5]))]
        args: Json = {"contract": 1, "change": f"change-{pick.randrange(3)}", "operations": operations}
        if pick.random() < 0.5:
            args.update(meta={"ticket": "x"}, reboot_required=True, undo="Windows Registry Editor Version 5.00\r\n")
        if pick.random() < 0.2:
            args["_ansible_check_mode"] = True
        return self._spoilt(args) if pick.random() < 0.2 else args

    def _operation(self, host: LabHost) -> Json:
        pick, path, name = self._random, self._path(), self._random.choice(_NAMES)
        kind = pick.choice(["set"] * 6 + ["delete_value"] * 3 + ["delete_key"] * 2)
        if kind == "delete_key":
            return {"op": kind, "path": path, "expect": {"exists": True}}
        operation = {"op": kind, "path": path, "name": name, "expect": self._expectation(host, path, name)}
        if kind == "set":
            number = pick.choice(_KINDS)
            there = host.registry.value(path, name)
            same = there is not None and pick.random() < 0.15
            operation.update(
                _data(there.kind, there.content) if there and same else _data(number, self._content(number))
            )
        return operation

    def _expectation(self, host: LabHost, path: str, name: str) -> Json:
        """Mostly what is there, in plain or raw form."""
        there, chance = host.registry.value(path, name), self._random.random()
        if chance < 0.12:
            return {"exists": False} if there else {"exists": True, "kind": 4, "data": 1}
        if there is None:
            return {"exists": False}
        if chance < 0.4:
            data = base64.b64encode(there.content).decode("ascii")
            return {"exists": True, "kind": there.kind, "data": data, "raw": True}
        return {"exists": True, **_data(there.kind, there.content)}

    def _spoilt(self, args: Json) -> Json:
        """Arguments with one mistake."""
        pick = self._random
        what = pick.choice([*_WRONG, "contract", "change", "unknown"])
        if what in _WRONG and args["operations"]:
            args["operations"][0][what] = pick.choice(_WRONG[what])
        elif what == "contract":
            args["contract"] = pick.choice([2, "1", None, True])
        elif what == "change":
            args["change"] = pick.choice(["short", "UPPER-case", 1, None])
        else:
            args["nobody_knows"] = 1
        return args


def _data(kind: int, content: bytes) -> Json:
    form = winvalue.decode(kind, content)
    return {"kind": kind, "data": form.data, **({"raw": True} if form.raw else {})}
