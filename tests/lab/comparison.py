# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same question to both engines: what the emulation answers must be what the real scripts answer.

both = Both(stage)                    # tools.host_stage.Stage: the real scripts in a real PowerShell
both.use(host); both.load(state); both.ask("host_read", {"contract": 1, ...})
compared, _ = both.answers()          # [(script, emulated answer, real answer), ...]
"""

from __future__ import annotations

import copy
import typing as t

from . import hive_data
from .engine_emulated import host_read, host_write
from .engine_emulated.arguments import ArgumentError

if t.TYPE_CHECKING:
    from tools.host_stage import Stage

    from .host import LabHost

Json = dict[str, t.Any]
#: One value to be put into a registry: key, value name, REG_* number, bytes. A name of None only creates the key.
Entry = tuple[str, str | None, int, bytes]
_RUN: dict[str, t.Callable[[t.Any, t.Mapping[str, t.Any]], Json]] = {
    "host_read": host_read.run,
    "host_write": host_write.run,
}
#: Members that name the machine or the moment, and Windows' own words, which are localised.
_OF_THE_MOMENT = ("now", "boot", "started", "closed", "computer", "domain", "powershell", "text", "error")
#: How much of a sentence is compared: which argument, which kind of end. What follows is wording, or quotes Windows.
_FIRST_WORDS = {"msg": 3, "reason": 4}


class Both:
    """An emulated host and a stage of the real scripts, kept in step."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._host: LabHost | None = None
        self._asked: list[tuple[int, str, Json]] = []

    @property
    def host(self) -> LabHost:
        """The emulated host in use."""
        if self._host is None:
            raise RuntimeError("no emulated host is in use yet")
        return self._host

    def use(self, host: LabHost) -> None:
        """Goes on with this emulated host; cleaning the stage is the caller's."""
        self._host = host

    def load(self, state: t.Iterable[Entry]) -> None:
        """Puts values into both registries."""
        for path, name, kind, content in state:
            self.host.registry.create(path)
            if name is None:
                self._stage.add("poke", path=path.encode("utf-16-le", "surrogatepass").hex())
            else:
                self.host.registry.set_value(path, name, kind, content)
                self._stage.poke(path, name, kind, content)

    def ask(self, script: str, args: Json) -> None:
        """Asks both; the real one is asked when answers() is called."""
        try:
            answer = _RUN[script](self.host, copy.deepcopy(args))
        except ArgumentError as error:
            answer = {"contract": 1, "changed": False, "failed": True, "msg": str(error)}
        self._asked.append((len(self._stage.steps), script, copy.deepcopy(answer)))
        self._stage.add(script, args=args)

    def answers(self) -> tuple[list[tuple[str, Json, Json]], list[t.Any]]:
        """Script, emulated and real answer of every question, made comparable; and all answers of the stage's steps."""
        asked, self._asked = self._asked, []
        real = self._stage.run()
        compared = [(script, comparable(emulated), comparable(real[at])) for at, script, emulated in asked]
        return compared, real

    def tree(self, path: str) -> Json:
        """The emulated registry below ``path`` in the form of the stage's ``tree``: path -> name -> kind and hex."""
        dumped = hive_data.dump(self.host.registry, path)
        return {
            key: {name: {"kind": kind, "hex": content.hex()} for name, (kind, content) in values.items()}
            for key, values in dumped.items()
        }


def flat(path: str, tree: Json | None) -> Json:
    """The nested answer of the stage's ``tree`` in the form of :meth:`Both.tree`."""
    if tree is None:
        return {}
    found = {path: tree["values"]}
    for name, below in tree["keys"].items():
        found.update(flat(f"{path}\\{name}", below))
    return found


def comparable(answer: t.Any) -> t.Any:
    """An answer without what differs from machine to machine and moment to moment."""
    if isinstance(answer, list):
        return [comparable(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    kept = {name: comparable(value) for name, value in answer.items() if name not in _OF_THE_MOMENT}
    if "written" in kept:
        kept["written"] = kept["written"] is not None
    for name, count in _FIRST_WORDS.items():
        if name in kept:
            kept[name] = kept[name].split(" ")[:count]
    return kept
