# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved plans for tests: of hosts in memory, and spoiled in ways that nobody noticed at once."""

from __future__ import annotations

import collections
import copy
import json
import random
import typing as t

from tools.planned_host import PlannedHost

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    HostPlan,
    PlanFile,
    PlanFileError,
    host_plan,
    plan_file,
    read_plan_file,
    render,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._change.planfile.canonical import canonical, digest
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Plan

MADE_AT = "2026-11-26T10:15:00Z"


def record(host: PlannedHost, stage: str, name: str = "ex1", plan: Plan | None = None) -> HostPlan:
    """The plan of a host in memory."""
    return host_plan(name, host.state, host.baseline, host.plan(stage) if plan is None else plan)


def of(*records: HostPlan, ticket: str = "CHG0042") -> PlanFile:
    """A file with these records."""
    return plan_file(records, version="0.1.0", made_at=MADE_AT, ticket=ticket)


def sealed(data: t.Mapping[str, t.Any]) -> bytes:
    """A file with a digest that fits, whatever it says: what somebody makes who knows how."""
    rest = {name: value for name, value in data.items() if name != "sha256"}
    return canonical({**rest, "sha256": digest(rest)})


_STRANGE: tuple[t.Any, ...] = (
    None, True, False, 0, -1, 2**32, 2**70, [], {}, [None], {"a": []},
    "", "x", "\ud800", "\u202e", "a\nb", "../..", "delete_key", "set", "prepare", "x" * 20_000,
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Run",
)  # fmt: skip


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The file with some bytes changed, or with some members changed and a digest that fits again."""
    if chance.random() < 0.4:
        return _bytes(data, chance)
    value = json.loads(data)
    for _time in range(chance.randint(1, 3)):
        _spoil(value, chance)
    try:
        return sealed(value)
    except (ValueError, TypeError, AttributeError):
        return json.dumps(value).encode()


def _bytes(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _time in range(chance.randint(1, 4)):
        if not found:
            break
        at = chance.randrange(len(found))
        what = chance.randrange(5)
        if what == 0:
            found[at] = chance.randrange(256)
        elif what == 1:
            del found[at : at + chance.randint(1, 500)]
        elif what == 2:
            found[at:at] = bytes(chance.randrange(256) for _byte in range(chance.randint(1, 20)))
        elif what == 3:
            found[at:at] = chance.choice([b"[" * 5000, b'{"a":' * 3000, b"9" * 5000, b"1e999", b"NaN", b"\\ud800"])
        else:
            found = found[: max(at, 1)]
    return bytes(found)


def _spoil(value: t.Any, chance: random.Random) -> None:
    """Change one member somewhere below; every depth is as likely as any other."""
    place = value
    for _level in range(chance.randint(0, 7)):
        below = [
            item
            for item in (place.values() if isinstance(place, dict) else place)
            if isinstance(item, (dict, list)) and item
        ]
        if not below:
            break
        place = chance.choice(below)
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    if not keys:
        return
    key, what = chance.choice(keys), chance.randrange(6)
    if what == 0:
        del place[key]
    elif what == 1 and isinstance(place, dict):
        place[chance.choice(["op", "extra", "raw", "kind", "data", "path"])] = copy.deepcopy(chance.choice(_STRANGE))
    elif what == 2 and isinstance(place, list):
        place.append(copy.deepcopy(chance.choice(place)))
    elif what == 3 and isinstance(place[key], str):
        at = chance.randint(0, len(place[key]))
        place[key] = place[key][:at] + chance.choice(["\u202e", "|", "\n", "<b>", "\\", "0"]) + place[key][at:]
    elif what == 4 and isinstance(place[key], int):
        place[key] = place[key] + chance.choice([1, -1, 2**31])
    else:
        place[key] = copy.deepcopy(chance.choice(_STRANGE))


def ends_of(data: bytes, count: int, seed: int) -> collections.Counter[str]:
    """How reading ``count`` spoiled files ended: ``refused`` with a sentence, or ``read`` and then written the same.

    Anything else raises.
    """
    chance = random.Random(seed)
    ends: collections.Counter[str] = collections.Counter()
    for _number in range(count):
        file = spoiled(data, chance)
        try:
            plans = read_plan_file(file, "plan.json")
        except PlanFileError as error:
            sentence = error.sentence
            if not sentence.isprintable() or not sentence.endswith(".") or len(sentence) > 700:
                raise AssertionError(f"no sentence: {sentence!r}") from None
            ends["refused"] += 1
            continue
        if render(plans) != file:
            raise AssertionError("read as something that it does not say")
        ends["read"] += 1
    return ends
