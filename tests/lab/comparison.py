# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same question to both engines: what the emulation answers must be what the real scripts answer.

both = Both(stage, host)              # tools.host_stage.Stage: the real scripts in a real PowerShell
both.load(state); both.ask("host_read", {"contract": 1, ...})
answers = stage.run()
all(comparable(answers[asked.step]) == asked.answer for asked in both.asked)
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import gzip
import json
import typing as t

from . import hive_data
from .engine_emulated import host_read, host_write
from .engine_emulated.arguments import ArgumentError
from .engine_emulated.journal import FOLDER

if t.TYPE_CHECKING:
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
_DENIED = 5
_READ_ACCESS, _WRITE_ACCESS = 0x101, 0x103  #: how _RegistryWrite opens a key to read and to write


class Stage(t.Protocol):
    """What is needed of the real side: ``tools.host_stage.Stage``."""

    steps: list[Json]

    def add(self, do: str, **step: t.Any) -> t.Any:
        """One more step."""


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A question, what the emulation answered, and which step of the stage asks the real script."""

    script: str
    args: Json
    answer: Json
    step: int


class Both:
    """An emulated host and a stage of the real scripts, kept in step."""

    def __init__(self, stage: Stage, host: LabHost) -> None:
        self._stage = stage
        self.host = host
        self.state: list[Entry] = []
        self.asked: list[Exchange] = []

    def load(self, state: t.Iterable[Entry]) -> None:
        """Puts values into both registries."""
        entries = list(state)
        self.state += entries
        for path, name, kind, content in entries:
            self.host.registry.create(path)
            if name is not None:
                self.host.registry.set_value(path, name, kind, content)
        self._stage.add("pokes", entries=[_poke(*entry) for entry in entries])

    def deny(self, path: str, reading: bool) -> None:
        """From now on a key and all that is below it now cannot be written, nor even read if ``reading``.

        The real registry denies nothing, so the calls of the scripts are answered as Windows would.
        """
        below = list(hive_data.dump(self.host.registry, path))
        self.host.registry.deny(path, reading=_DENIED if reading else 0)
        for key in below:
            text = key.split("\\", 1)[1]
            self._fault("_RegistryWrite", "RegOpenKeyExW", text=text, access=_WRITE_ACCESS)
            self._fault("_RegistryWrite", "RegDeleteKeyExW", text=text)
            if reading:
                self._fault("_RegistryWrite", "RegOpenKeyExW", text=text, access=_READ_ACCESS)
                self._fault("_Windows", "RegOpenKeyExW", text=text)
        self._fault("_RegistryWrite", "RegCreateKeyExW", below=path.split("\\", 1)[1])

    def _fault(self, module: str, function: str, **where: t.Any) -> None:
        self._stage.add("fault", module=module, function=function, code=_DENIED, **where)

    def allow(self) -> None:
        """Nothing is denied any more."""
        self.host.registry.allow_all()
        self._stage.add("no_faults")

    def tamper(self, change: str, content: bytes) -> None:
        """Puts other bytes into the journal of a change, on both sides."""
        path = f"{FOLDER}\\{change}.json"
        self.host.files.write(path, content)
        self._stage.add(
            "script", text=f"[IO.File]::WriteAllBytes('{path}', [Convert]::FromHexString('{content.hex()}'))"
        )

    def ask(self, script: str, args: Json) -> None:
        """Asks both; the real one answers when the stage runs."""
        arrived = whole_characters(args)
        try:
            answer = _RUN[script](self.host, copy.deepcopy(arrived))
        except ArgumentError as error:
            answer = {"contract": 1, "changed": False, "failed": True, "msg": str(error)}
        self.asked.append(Exchange(script, arrived, comparable(answer), len(self._stage.steps)))
        self._stage.add(script, args=arrived)

    def tree(self, path: str) -> Json:
        """The emulated registry below ``path`` in the form of the stage's ``tree``: path -> name -> kind and hex."""
        dumped = hive_data.dump(self.host.registry, path)
        return {
            key: {name: {"kind": kind, "hex": content.hex()} for name, (kind, content) in values.items()}
            for key, values in dumped.items()
        }


def _poke(path: str, name: str | None, kind: int, content: bytes) -> Json:
    """One value as a step of the stage; names in UTF-16, because JSON would lose half a pair."""
    place = {"path": path.encode("utf-16-le", "surrogatepass").hex()}
    if name is None:
        return place
    return {**place, "name": name.encode("utf-16-le", "surrogatepass").hex(), "kind": kind, "hex": content.hex()}


def whole_characters(value: t.Any) -> t.Any:
    """Arguments as they arrive: the way through JSON makes U+FFFD of half a surrogate pair."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {whole_characters(name): whole_characters(item) for name, item in value.items()}
    return value


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
    if "gzip" in kept:
        # Two packers make two packets of one journal, and in it stand times.
        data = gzip.decompress(base64.b64decode(kept["gzip"]))
        try:
            kept["gzip"] = comparable(json.loads(data))
        except ValueError:
            kept["gzip"] = data
    if "written" in kept:
        kept["written"] = kept["written"] is not None
    if "reason" in kept:
        # It quotes what Windows said about an operation.
        for operation in answer["operations"]:
            kept["reason"] = kept["reason"].replace(operation.get("text") or "\0", "...")
    return kept
