# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random states, changes and the way back through the real scripts: what was there is there again."""

from __future__ import annotations

import random
import typing as t

import pytest
from lab import winvalue
from lab.case_changes import content
from lab.comparison import flat
from tools.host_stage import Json, Stage, T

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import rollback
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import from_host
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import to_data

pytestmark = [pytest.mark.proves("rollback_exact"), pytest.mark.engine_powershell]

KEYS = [T, f"{T}\\a", f"{T}\\a\\b", f"{T}\\a\\b\\RC4 128/128", f"{T}\\c"]
NAMES = ["Enabled", "DisabledByDefault", "", "\u00e4"]
KINDS = [0, 1, 2, 3, 4, 7, 11, 4242]
ASKED = {"keys": [{"path": T, "depth": 9}]}
Tree = dict[str, t.Any]


def typed(kind: int, data: bytes) -> Json:
    form = winvalue.decode(kind, data)
    return {"kind": kind, "data": form.data, **({"raw": True} if form.raw else {})}


def change(pick: random.Random, there: dict[tuple[str, str], tuple[int, bytes]]) -> list[Json]:
    """Operations on values that exist or not, each expecting what is there."""
    operations = []
    for path, name in pick.sample([(path, name) for path in KEYS for name in NAMES], pick.randrange(1, 6)):
        found = there.get((path, name))
        expect = {"exists": False} if found is None else {"exists": True, **typed(*found)}
        if found is not None and pick.random() < 0.4:
            operations.append({"op": "delete_value", "path": path, "name": name, "expect": expect})
        else:
            kind = pick.choice(KINDS)
            value = typed(kind, content(pick, kind))
            operations.append({"op": "set", "path": path, "name": name, **value, "expect": expect})
    return operations


def operations_back(answer: Json, change_id: str) -> list[Json]:
    """The way back as arguments of host_write."""
    observation = from_host(answer, ASKED)
    way = rollback([one for one in observation.journal if one.id == change_id], observation)
    assert way.conflicts == ()
    found = []
    for one in way.operations:
        data = to_data(one)
        if one.op == "delete_key":
            found.append({"op": one.op, "path": one.path, "expect": {"exists": True}})
        else:
            expect = {"exists": False} if data["before"] is None else {"exists": True, **data["before"]}
            found.append({"op": one.op, "path": one.path, "name": one.name, **(data["after"] or {}), "expect": expect})
    return found


def tree(stage: Stage) -> Tree:
    return flat(T, stage.add("tree", path=T).one())


@pytest.mark.parametrize("seed", range(10))
def test_what_a_random_change_did_is_undone_and_the_undoing_too(stage: Stage, seed: int) -> None:
    pick = random.Random(seed)
    there = {}
    stage.poke(T, "root", 4, b"\1\0\0\0")
    for path, name in pick.sample([(path, name) for path in KEYS for name in NAMES], pick.randrange(6)):
        kind = pick.choice(KINDS)
        there[path, name] = kind, content(pick, kind)
        stage.poke(path, name, *there[path, name])
    before = tree(stage)
    written = stage.write("change-0001", *change(pick, there)).one()
    assert written["status"] in ("written", "unchanged")
    if written["status"] == "unchanged":
        return
    between = tree(stage)
    back = operations_back(stage.read(**ASKED, journal=True).one(), "change-0001")
    assert stage.write("back-0001", *back).one()["status"] == "written"
    assert tree(stage) == before
    again = operations_back(stage.read(**ASKED, journal=True).one(), "back-0001")
    assert stage.write("again-0001", *again).one()["status"] == "written"
    assert tree(stage) == between
