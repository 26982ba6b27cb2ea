# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spoiled journals through their reader and the way back: a sentence, or operations that the file names, never more."""

from __future__ import annotations

import base64
import collections
import copy
import json
import random
import typing as t

from lab.case_changes import spoilt_anywhere

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import rollback, unread
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    WHOLE_TREE,
    ChangeHeader,
    JournalError,
    KeyRequest,
    Machine,
    Observation,
    RegistryKey,
    nest,
    path_key,
    read_journal,
    to_bytes,
)

from .journals import ABSENT, KEY, Json, dword, encoded, journal, operation, state

ID = "change-0001"
_POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"


def samples() -> list[Json]:
    """Journals of every kind that host_write makes."""
    text = state(1, "TLS_RSA\0".encode("utf-16-le"))
    key_gone = {"before": {"exists": True}, "after": ABSENT, "created_keys": []}
    return [
        journal(),
        journal(
            operations=[
                operation(path=_POLICY, name="Functions", after=text, created_keys=[_POLICY]),
                operation(path=KEY, name="\u00e4\ud800", before=state(3, b"\1"), created_keys=[]),
                operation(op="delete_value", name="DisabledByDefault", before=dword(1), after=ABSENT, created_keys=[]),
                operation(op="delete_key", path=rf"{KEY}\x", name=None, **key_gone),
            ]
        ),
        journal(state="open", closed=None, revert={"state": "armed", "task": "t", "deadline": "134401700000000000"}),
        journal(state="put_back_failed", boot=None, meta={}, operations=[], computer=None),
    ]


def run(count: int, seed: int) -> collections.Counter[str]:
    """Spoil and read so many; outcomes with how often. Anything but a sentence or a right result is an exception."""
    pick = random.Random(seed)
    whole = samples()
    outcomes: collections.Counter[str] = collections.Counter()
    for _number in range(count):
        data = spoiled(pick, pick.choice(whole))
        outcomes[check(data)] += 1
    return outcomes


def spoiled(pick: random.Random, content: Json) -> bytes:
    """The file with something wrong: in its bytes, or in its meaning."""
    if pick.random() < 0.6:
        content = copy.deepcopy(content)
        for _mistake in range(pick.choice([1, 1, 1, 2, 3])):
            content = pick.choice((spoilt_anywhere, _moved, _doubled))(pick, content)
        return json.dumps(content).encode("ascii")
    data = bytearray(encoded(content))
    for _mistake in range(pick.choice([1, 1, 2, 5])):
        at = pick.randrange(len(data) + 1)
        what = pick.randrange(5)
        if what == 0:
            data[at : at + 1] = bytes([pick.randrange(256)])
        elif what == 1:
            del data[at : at + pick.choice([1, 2, 30, len(data)])]
        elif what == 2:
            data[at:at] = pick.choice([b"\0", b"\xff", b'"', b"{", b"[" * 3000, b"9" * 30, b"NaN", b"\\ud800", b"e9"])
        elif what == 3:
            data[at:at] = data[pick.randrange(len(data) + 1) :][:40]
        else:
            data[at:] = bytes(len(data) - at)
    return bytes(data)


def _moved(pick: random.Random, content: Json) -> Json:
    """A value of the file in the place of another one."""
    leaves = list(_leaves(content))
    if leaves:
        one, name = pick.choice(leaves)
        alike = [leaf for leaf in leaves if pick.random() < 0.1 or type(leaf[0][leaf[1]]) is type(one[name])]
        other, source = pick.choice(alike or leaves)
        one[name] = copy.deepcopy(other[source])
    return content


def _doubled(pick: random.Random, content: Json) -> Json:
    """An operation twice, or under another path of its own words."""
    operations = content.get("operations")
    if isinstance(operations, list) and operations:
        extra = copy.deepcopy(pick.choice(operations))
        if isinstance(extra, dict) and isinstance(extra.get("path"), str) and pick.random() < 0.7:
            extra["path"] = pick.choice(
                [extra["path"].upper(), extra["path"] + "\\x", extra["path"].rpartition("\\")[0]]
            )
        operations.append(extra)
    return content


def _leaves(place: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    members = place.items() if isinstance(place, dict) else enumerate(place) if isinstance(place, list) else ()
    for name, item in list(members):
        yield place, name
        yield from _leaves(item)


def check(data: bytes) -> str:
    """What became of one file, in few words; fails where it became anything that it must not."""
    try:
        change = read_journal(data, ID)
    except JournalError as error:
        sentence = str(error)
        assert sentence.startswith("The journal "), sentence
        assert sentence.endswith("."), sentence
        assert sentence.isprintable(), sentence
        assert len(sentence) < 600, sentence
        return "refused in a sentence"
    named = _named(data)
    seen = _as_left(change)
    assert unread([change], seen) == ()
    way = rollback([change], seen)
    for one in way.operations:
        if one.op == "delete_key":
            assert one.path in named["keys"], one
        else:
            before = None if one.after is None else (one.after.kind, to_bytes(one.after))
            assert (one.path, one.name, before) in named["values"], one
    nothing = rollback([change], _empty())
    assert all(one.op == "set" for one in nothing.operations), nothing
    return "read, with a way back" if way.operations else "read, with nothing to do"


def _named(data: bytes) -> dict[str, set[t.Any]]:
    """What the file names, found without the reader: values with what was there before, and keys that were made."""
    content = json.loads(data)
    keys = {key for one in content["operations"] for key in one["created_keys"]}
    values = set()
    for one in content["operations"]:
        before = one["before"]
        bytes_ = (before["kind"], base64.b64decode(before["data"])) if "data" in before else None
        values.add((one["path"], one["name"], bytes_))
    return {"keys": keys, "values": values}


def _as_left(change: ChangeHeader) -> Observation:
    """A host on which everything is as the change left it."""
    keys: dict[tuple[str, ...], RegistryKey] = {}
    for one in change.operations:
        place = path_key(one.path)
        known = keys.get(place, RegistryKey(one.path, True, 1))
        keys[place] = RegistryKey(one.path, True, 1, (*known.values, *((one.after,) if one.after is not None else ())))
        for path in one.created_keys:
            keys.setdefault(path_key(path), RegistryKey(path, True, 1))
    return _host(nest(keys))


def _empty() -> Observation:
    return _host(())


def _host(keys: tuple[RegistryKey, ...]) -> Observation:
    asked = (KeyRequest("HKEY_LOCAL_MACHINE", WHOLE_TREE), KeyRequest("HKEY_USERS", WHOLE_TREE))
    hives = tuple(RegistryKey(hive.path, True, 1) for hive in asked)
    machine = Machine("SRV1", None, 2, 1, "5.1", True)
    return Observation("host", machine, (*hives, *keys), (), (), (), asked)
