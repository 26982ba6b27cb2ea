# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of a change, from the bytes of its file on the host (contract W2).

A journal is data and never an order: whoever goes back by it goes through ``host_write``, which compares. It may be cut
off, forged or of a later version; then it is one sentence. What this reader takes, it takes whole: an operation that
says more than is known here may mean something else. Members of the journal itself that are not known are left alone:
later versions may add some, and raise ``contract`` when the meaning of those here changes.
"""

from __future__ import annotations

import json
import re
import typing as t

from .change import ChangeHeader, ChangeOperation, ChangeState, Revert
from .errors import ObservationError
from .fields import Node, Words, shown
from .names import fold, path_key, printable
from .registry_data import from_bytes
from .registry_value import RegistryValue

CONTRACT = 1
#: host_write refuses to write a larger one.
LARGEST_JOURNAL = 1_048_576
_STATES = tuple(state.value for state in ChangeState if state is not ChangeState.TORN)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{7,63}")
_PATH = re.compile(r"(HKEY_LOCAL_MACHINE|HKEY_USERS)(\\[^\\\0]{1,255})+", re.IGNORECASE)
#: The longest name of a value ([MS-RRP] and "Registry element size limits").
_LONGEST_NAME = 16_383
_OPERATION = frozenset({"op", "path", "name", "before", "after", "created_keys"})
_REG_LINK = 6
#: A number in a journal is a kind or the contract. Thousands of digits would be a way to keep us busy.
_MOST_DIGITS = 20


class JournalError(ObservationError):
    """A journal that cannot be used; the text is one sentence that names what is wrong and where."""


_WORDS = Words("The journal", JournalError)


def read_journal(data: bytes, change_id: str) -> ChangeHeader:
    """The change that a journal tells of. ``change_id``: the name of its file, which it has to confirm.

    :raises JournalError: one sentence, whatever the bytes are
    """
    root = Node(_object(data), "", _WORDS)
    contract = root.get("contract")
    if isinstance(contract, bool) or contract != CONTRACT:
        raise root.error("contract", f"this version knows {CONTRACT}, found {shown(contract)}")
    if root.text("id") != change_id or not _ID.fullmatch(change_id):
        raise root.error("id", f"the file is named {printable(change_id, 80)}, found {shown(root.get('id'))}")
    state = root.text("state")
    if state not in _STATES:
        raise root.error("state", f"one of {', '.join(_STATES)} is expected, found {shown(state)}")
    operations = tuple(_operation(node) for node in root.nodes("operations"))
    _distinct(root, operations)
    return ChangeHeader(
        id=change_id,
        state=state,
        started=root.filetime("started"),
        closed=root.filetime_or_none("closed"),
        boot=root.filetime_or_none("boot"),
        reboot_required=root.flag("reboot_required"),
        meta=root.text_mapping("meta"),
        values=tuple((one.path, one.name) for one in operations),
        computer=root.text_or_none("computer"),
        operations=operations,
        revert=_revert(root),
    )


def _object(data: bytes) -> object:
    if len(data) > LARGEST_JOURNAL:
        raise JournalError("The journal is larger than 1 MB.")
    if not data.strip(b"\0 \t\r\n"):
        raise JournalError("The journal is empty, as after a loss of power.")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise JournalError(f"The journal is no text from byte {error.start} on.") from None
    except RecursionError:
        raise JournalError("The journal is nested without end.") from None
    except json.JSONDecodeError as error:
        raise JournalError(f"The journal is cut off or damaged at character {error.pos} of {len(error.doc)}.") from None


def _members(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    """Of two members with one name a parser may take either: then nobody knows what the journal says."""
    found: dict[str, t.Any] = {}
    for name, item in pairs:
        if name in found:
            raise JournalError(f"The journal has the member {printable(name, 60)} twice in one object.")
        found[name] = item
    return found


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise JournalError(f"The journal has a number of {len(text)} digits.")
    return int(text)


def _float(text: str) -> t.NoReturn:
    raise JournalError(f"The journal has the number {printable(text, 40)}, and it holds whole ones only.")


def _constant(text: str) -> t.NoReturn:
    raise JournalError(f"The journal has {text}, which is no JSON.")


def _operation(node: Node) -> ChangeOperation:
    unknown = sorted(set(node.names()) - _OPERATION)
    if unknown:
        raise node.error(printable(unknown[0], 60), "is not known to this version, so what it would mean is not either")
    kind = node.text("op")
    if kind not in _SHAPES:
        raise node.error("op", f"one of {', '.join(_SHAPES)} is expected, found {shown(kind)}")
    path = _path(node, "path", node.text("path"))
    is_key = kind == "delete_key"
    name = "" if is_key else _value_name(node)
    if is_key and node.get("name") is not None:
        raise node.error("name", "a key that is deleted has no name of a value")
    before = _state(node, "before", name, is_key=is_key)
    after = _state(node, "after", name, is_key=is_key)
    wanted = _SHAPES[kind]
    for member, found in (("before", before), ("after", after)):
        exists = found is not _ABSENT
        if wanted[member] not in (None, exists):
            raise node.error(member, f"with {kind}, {'something' if wanted[member] else 'nothing'} must be there")
    created = tuple(_path(node, "created_keys", path) for path in node.texts("created_keys"))
    if created and kind != "set":
        raise node.error("created_keys", f"{kind} makes no keys")
    _require_above(node, path, created)
    return ChangeOperation(kind, path, name, _value(before), _value(after), created)


#: What must have been there before and must be there afterwards; None = either.
_SHAPES: t.Mapping[str, t.Mapping[str, bool | None]] = {
    "set": {"before": None, "after": True},
    "delete_value": {"before": None, "after": False},
    "delete_key": {"before": True, "after": False},
}


class _Absent:
    """Nothing is there."""


class _Key:
    """A key is there; what is in it is not said."""


_ABSENT, _KEY = _Absent(), _Key()
_Found = RegistryValue | _Absent | _Key


def _value(found: _Found) -> RegistryValue | None:
    return found if isinstance(found, RegistryValue) else None


def _state(node: Node, member: str, name: str, *, is_key: bool) -> _Found:
    found = node.node(member)
    if not found.flag("exists"):
        _only(found, {"exists"})
        return _ABSENT
    if is_key:
        _only(found, {"exists"})
        return _KEY
    _only(found, {"exists", "kind", "data"})
    kind = found.number("kind")
    if kind == _REG_LINK and member == "after":
        raise found.error("kind", "no change of ours writes a link")
    return from_bytes(name, kind, found.binary("data"))


def _only(node: Node, known: set[str]) -> None:
    unknown = sorted(set(node.names()) - known)
    if unknown:
        raise node.error(printable(unknown[0], 60), "has no place there")


def _path(node: Node, member: str, text: str) -> str:
    if not _PATH.fullmatch(text):
        raise node.error(member, f"the path of a registry key is expected, found {shown(text)}")
    return text


def _value_name(node: Node) -> str:
    name = node.text("name")
    if "\0" in name or len(name) > _LONGEST_NAME:
        raise node.error("name", f"the name of a registry value is expected, found {shown(name)}")
    return name


def _require_above(node: Node, path: str, created: tuple[str, ...]) -> None:
    """Keys that were made for a value are the key of the value and those above it, each once, outermost first."""
    place, lengths = path_key(path), []
    for key in created:
        parts = path_key(key)
        if place[: len(parts)] != parts or len(parts) < 2:
            raise node.error("created_keys", f"{printable(key)} is not above the value")
        lengths.append(len(parts))
    if lengths and lengths != list(range(lengths[0], len(place) + 1)):
        raise node.error("created_keys", "the keys down to that of the value are expected, the outermost first")


def _distinct(root: Node, operations: tuple[ChangeOperation, ...]) -> None:
    seen: set[tuple[tuple[str, ...], bool, str]] = set()
    for one in operations:
        place = (path_key(one.path), one.is_key, fold(one.name))
        if place in seen:
            raise root.error("operations", f"{printable(one.path)} {printable(one.name, 60)} is there twice")
        seen.add(place)


def _revert(root: Node) -> Revert | None:
    if not root.has("revert") or root.get("revert") is None:
        return None
    node = root.node("revert")
    return Revert(
        state=node.text("state"),
        task=node.text("task") if node.has("task") else "",
        deadline=node.filetime_or_none("deadline") if node.has("deadline") else None,
        boot=node.filetime_or_none("boot") if node.has("boot") else None,
        at=node.filetime_or_none("at") if node.has("at") else None,
        restart=node.flag("restart") if node.has("restart") else False,
    )
