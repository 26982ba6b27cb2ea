# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random registry states and questions for the comparison of the engines: the same number gives the same case."""

from __future__ import annotations

import json
import random
import typing as t

from . import case_changes
from .case_words import KEYS, KINDS, NAMES

if t.TYPE_CHECKING:
    from .comparison import Both, Entry

Json = dict[str, t.Any]

#: Below these two, and nowhere else, a case puts keys. The second is a user who is logged on.
ROOT = "HKEY_LOCAL_MACHINE\\SOFTWARE\\T"
USER = "HKEY_USERS\\S-1-5-21-7-7-7-1007"


class Case:
    """One random state and the questions about it."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)
        self._root = USER if self._random.random() < 0.1 else ROOT
        self._known: list[str] = []

    def put(self, both: Both) -> None:
        """Loads the state into both engines and asks: read, change a few times, read again."""
        pick = self._random
        state = self._state()
        self._known = [path for path, *_rest in state]
        both.load(state)
        if pick.random() < 0.25:
            self._deny(both, state)
        both.ask("host_read", self._question(state))
        for _change in range(pick.randrange(1, 4)):
            args = case_changes.change(pick, both.host.registry, self._path)
            chance = pick.random()
            if chance < 0.1:
                args = case_changes.spoilt_change(pick, args)
            elif chance < 0.2:
                args = case_changes.spoilt_anywhere(pick, args)
            both.ask("host_write", args)
        both.allow()
        if pick.random() < 0.15:
            self._tamper(both)
        both.ask("host_read", {"contract": 1, "keys": [{"path": self._root, "depth": 64}], "journal": True})

    def _question(self, state: list[Entry]) -> Json:
        pick = self._random
        keys = [{"path": self._root, "depth": pick.randrange(5)}, {"path": self._path()}, *self._choices(state)]
        args: Json = {"contract": 1, "keys": keys, "journal": True}
        if pick.random() < 0.3:
            args["user_keys"] = [{"path": self._path().removeprefix(self._root).strip("\\") or "a", "depth": 1}]
        return case_changes.spoilt_anywhere(pick, args) if pick.random() < 0.15 else args

    def _choices(self, state: list[Entry]) -> list[Json]:
        """Requests for a few values of a key, and for the keys that a value elsewhere names."""
        pick = self._random
        path, name, _kind, _content = pick.choice(state)
        names = [*pick.sample(NAMES, pick.randrange(4)), *([] if name is None else [name])]
        names = [pick.choice((str, str.upper, str.lower))(chosen) for chosen in names]
        above = path.rpartition("\\")[0] if path != self._root else path
        named_by = {"path": above, "value": name or ""}
        return [
            {"path": path, "depth": pick.randrange(2), "values": names},
            {"path": above, "depth": pick.randrange(2), "below": self._below(path), "values": names},
            {"path": self._root, "depth": 1, "named_by": named_by, **pick.choice(({}, {"values": names}))},
        ]

    def _below(self, path: str) -> list[str]:
        """Keys below the one above ``path``: some that are there, some that are not, paths of several names."""
        pick = self._random
        names = [pick.choice(KEYS) for _name in range(pick.randrange(3))]
        return [path.rpartition("\\")[2], *names, *(["\\".join(names)] if names else [])][pick.randrange(2) :]

    def _deny(self, both: Both, state: list[Entry]) -> None:
        """A key of the state that may not be written, or not even be read."""
        # The steps of the stage are JSON, so a path with half a surrogate pair cannot be named in one.
        odd = [path for path, *_rest in state if "\ud800" in path]
        whole = [path for path, *_rest in state if path != self._root]
        below = [path for path in whole if not any(f"{other}\\".startswith(f"{path}\\") for other in odd)]
        if below:
            denied = self._random.choice(below)
            both.deny(denied, reading=self._random.random() < 0.3)
            self._known += [denied] * len(self._known)

    def _tamper(self, both: Both) -> None:
        """Somebody wrote something else into one of the journals."""
        journals = {name: text for name, text in both.host.journal_files().items() if name.endswith(".json")}
        if journals:
            name = self._random.choice(sorted(journals))
            content = case_changes.spoilt_anywhere(self._random, json.loads(journals[name]))
            both.tamper(name.removesuffix(".json"), json.dumps(content).encode("ascii"))

    def _state(self) -> list[Entry]:
        pick = self._random
        entries: list[Entry] = []
        for _entry in range(pick.randrange(1, 12)):
            kind = pick.choice(KINDS)
            name = None if pick.random() < 0.15 else pick.choice(NAMES)
            entries.append((self._path(), name, kind, case_changes.content(pick, kind)))
        named = [content.hex() for _path, _name, _kind, content in entries if 0 < len(content) < 128]
        return entries + [(f"{self._root}\\{name}", None, 0, b"") for name in named[::2]]

    def _path(self) -> str:
        """A key of the case, there or not."""
        if self._known and self._random.random() < 0.6:
            return self._random.choice(self._known)
        names = [self._random.choice(KEYS) for _level in range(self._random.randrange(4))]
        return "\\".join([self._root, *names])
