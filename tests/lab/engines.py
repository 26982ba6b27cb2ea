# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs cases on both engines and tells where they differ."""

from __future__ import annotations

import dataclasses
import typing as t

from .cases import ROOT, USER, Case
from .comparison import Both, Json, comparable, flat
from .engine_emulated import EmulatedEngine
from .host import LabHost
from .persona import member
from .tally import Tally, count_case

if t.TYPE_CHECKING:
    from tools.host_stage import Driver

#: So many cases go to the real side at once.
AT_ONCE = 25
_CHANGES = "C:\\ProgramData\\msexchange_tls"
_SID = USER.split("\\")[1]
_CLEAN = (
    "[Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE', $true).DeleteSubKeyTree('T', $false)\n"
    f"[Microsoft.Win32.Registry]::Users.DeleteSubKeyTree('{_SID}', $false)\n"
    f"$null = [Microsoft.Win32.Registry]::Users.CreateSubKey('{_SID}')\n"
    f"if ([IO.Directory]::Exists('{_CHANGES}')) {{ [IO.Directory]::Delete('{_CHANGES}', $true) }}"
)
_USERS = "@([Microsoft.Win32.Registry]::Users.GetSubKeyNames())"


@dataclasses.dataclass(frozen=True)
class Difference:
    """Where the engines disagree. ``script`` is "registry" for what is there at the end."""

    case: int
    script: str
    args: Json
    emulated: t.Any
    real: t.Any

    def __str__(self) -> str:
        where = list(_differences(self.emulated, self.real))[:4]
        return f"case {self.case}, {self.script}: " + "; ".join(where) + f"\n  asked: {self.args!a}"


def _differences(one: t.Any, other: t.Any, at: str = "") -> t.Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in {**one, **other}:
            yield from _differences(one.get(name, "(absent)"), other.get(name, "(absent)"), f"{at}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other)):
            yield from _differences(left, right, f"{at}[{index}]")
    elif one != other:
        yield f"{at[-300:]!a} emulated {one!a:.300}, real {other!a:.300}"


class Nowhere:
    """A stage for comparisons that only ask the emulation: takes every step and does nothing."""

    def __init__(self) -> None:
        self.steps: list[Json] = []

    def add(self, do: str, **step: t.Any) -> None:
        """Takes a step."""


def emulated_host(users: t.Iterable[str] = ()) -> LabHost:
    """A host with these loaded users, and the one of the cases."""
    host = LabHost(member("ex1", "win10_client"), EmulatedEngine())
    for name in host.registry.subkey_names("HKEY_USERS"):
        host.registry.delete_tree(f"HKEY_USERS\\{name}")
    for name in (*users, _SID):
        host.registry.create(f"HKEY_USERS\\{name}")
    return host


def tally(numbers: t.Iterable[int]) -> Tally:
    """What cases go through, by the emulation alone."""
    found: Tally = Tally()
    for number in numbers:
        both = Both(Nowhere(), emulated_host())
        Case(number).put(both)
        count_case(found, both)
    return found


class Comparison:
    """Cases on both engines. ``tally`` counts what they went through."""

    def __init__(self, driver: Driver) -> None:
        from tools.host_stage import Stage

        self._stage = Stage(driver)
        self._users = self._stage.add("script", text=_USERS).one()
        self.tally: Tally = Tally()

    def run(self, numbers: t.Sequence[int]) -> t.Iterator[Difference]:
        """The differences in these cases, batch by batch."""
        for first in range(0, len(numbers), AT_ONCE):
            yield from self._batch(numbers[first : first + AT_ONCE])

    def _batch(self, numbers: t.Sequence[int]) -> list[Difference]:
        done: list[tuple[int, Both, dict[str, tuple[int, Json]]]] = []
        for number in numbers:
            self._stage.add("script", text=_CLEAN)
            both = Both(self._stage, emulated_host(self._users))
            Case(number).put(both)
            trees = {}
            for root in (ROOT, USER):
                trees[root] = (len(self._stage.steps), both.tree(root))
                self._stage.add("tree", path=root)
            done.append((number, both, trees))
            count_case(self.tally, both)
        answers = self._stage.run()
        return [difference for each in done for difference in _judge(*each, answers)]


def _judge(number: int, both: Both, trees: dict[str, tuple[int, Json]], answers: list[t.Any]) -> t.Iterator[Difference]:
    for exchange in both.asked:
        real = comparable(answers[exchange.step])
        if real != exchange.answer:
            yield Difference(number, exchange.script, exchange.args, exchange.answer, real)
    for root, (step, tree) in trees.items():
        real = flat(root, answers[step])
        if real != tree:
            yield Difference(number, "registry", {}, tree, real)


__all__ = ["AT_ONCE", "Comparison", "Difference", "emulated_host", "tally"]
