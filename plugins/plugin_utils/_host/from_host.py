# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the answer of ``host_read`` to an observation.

What comes in may be damaged or hostile: every field is checked, sizes are bounded.
"""

from __future__ import annotations

import json
import typing as t
import zlib

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
    load,
)

from .change import ChangeHeader, torn
from .errors import ObservationError
from .fields import Node
from .journal_file import LARGEST_JOURNAL, JournalError, read_journal
from .names import fold, printable, split_path
from .observation import FileFact, KeyRequest, Machine, Observation, ReadError, RegistryKey
from .registry_data import from_bytes, to_bytes
from .registry_value import Data, RegistryValue

CONTRACT = 1
#: A full reading has some 300 keys, at most 6 levels below one that was asked for; twenty times that is no longer
#: an answer to our question.
_MOST_KEYS = 20_000
_DEEPEST = 40


def from_host(answer: t.Mapping[str, t.Any] | str, asked: t.Mapping[str, t.Any] | None = None) -> Observation:
    """Read an answer of ``host_read`` (contract R), as an object or as the text that the host printed.

    ``asked``: the arguments that the reader had (members ``keys`` and ``user_keys``); None = the catalogue's standard
    reading.

    :raises ObservationError: one sentence that names what is wrong and where; for text that is not JSON it quotes the
        first line
    """
    root = Node(_object(answer), "")
    if root.get("contract") != CONTRACT or isinstance(root.get("contract"), bool):
        raise root.error(
            "contract",
            f"this collection understands contract {CONTRACT}, found {printable(repr(root.get('contract')), 60)}",
        )
    keys = _Keys().read(root, "keys", 0)
    return Observation(
        origin="host",
        machine=_machine(root.node("identity")),
        keys=keys,
        files=tuple(_file(node) for node in root.nodes("files")),
        journal=tuple(_change(node) for node in root.nodes("journal")),
        errors=tuple(
            ReadError(node.text("path"), node.number("code"), node.text("text")) for node in root.nodes("errors")
        ),
        asked=_asked(load().reading if asked is None else asked, keys),
    )


def _object(answer: object) -> object:
    if isinstance(answer, str):
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise _not_json(answer) from None
    if isinstance(answer, t.Mapping) and "contract" not in answer:
        # What ansible returns for a module that printed something else than JSON.
        for name in ("module_stdout", "module_stderr", "stdout"):
            if isinstance(answer.get(name), str) and str(answer[name]).strip():
                raise _not_json(str(answer[name]))
    return answer


def _not_json(text: str) -> ObservationError:
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    found = f"its first line is: {printable(first)}" if first else "it is empty"
    return ObservationError(f"The host did not answer in JSON; {found}.")


def _machine(node: Node) -> Machine:
    return Machine(
        computer=node.text_or_none("computer"),
        domain=node.text_or_none("domain"),
        now=node.filetime_or_none("now"),
        boot=node.filetime_or_none("boot"),
        powershell=node.text_or_none("powershell"),
        elevated=node.flag_or_none("elevated"),
    )


def _file(node: Node) -> FileFact:
    return FileFact(
        path=node.text_or_none("path") or "",
        exists=node.flag_or_none("exists"),
        version=node.text_or_none("version"),
        content=node.binary_or_none("content"),
    )


def _change(node: Node) -> ChangeHeader:
    """A journal that a later version wrote, or somebody by hand, is one journal less and no reason to read nothing."""
    change_id = node.text("id")
    if node.has("error"):
        return torn(change_id, node.text("error"))
    packed = node.binary("gzip")
    try:
        return read_journal(_unpacked(packed), change_id)
    except JournalError as error:
        return torn(change_id, str(error))


def _unpacked(packed: bytes) -> bytes:
    """What was packed, and no more of it than a journal may be long."""
    if not packed:
        return b""  # what .NET makes of nothing
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        data = unpacker.decompress(packed, LARGEST_JOURNAL + 1)
    except zlib.error:
        raise JournalError("The journal did not come over whole.") from None
    if not unpacker.eof and len(data) <= LARGEST_JOURNAL:
        raise JournalError("The journal did not come over whole.")
    return data


class _Keys:
    """Reads a tree of keys and counts them."""

    def __init__(self) -> None:
        self._count = 0

    def read(self, node: Node, name: str, depth: int) -> tuple[RegistryKey, ...]:
        if depth > _DEEPEST:
            raise node.error(name, f"keys are nested more than {_DEEPEST} deep")
        nodes = node.nodes(name)
        self._count += len(nodes)
        if self._count > _MOST_KEYS:
            raise node.error(name, f"more than {_MOST_KEYS} keys")
        return tuple(self._key(child, depth) for child in nodes)

    def _key(self, node: Node, depth: int) -> RegistryKey:
        path = node.text("path")
        if not split_path(path) or "\0" in path:
            raise node.error("path", "the path of a registry key is expected")
        return RegistryKey(
            path=path,
            exists=node.flag_or_none("exists"),
            written=node.filetime_or_none("written"),
            values=tuple(_value(value) for value in node.nodes("values")),
            keys=self.read(node, "keys", depth + 1),
        )


def _value(node: Node) -> RegistryValue:
    name = node.text("name")
    kind = node.number("kind")
    if node.has("raw") and node.flag("raw"):
        return from_bytes(name, kind, node.binary("data"))
    reader = _TYPED.get(kind)
    if reader is None:
        raise node.error("data", f"registry kind {kind} has no typed form, so raw must be true")
    value = RegistryValue(name, kind, reader(node))
    if from_bytes(name, kind, to_bytes(value)) != value:
        raise node.error("data", "this is not what the registry can hold in typed form, so raw must be true")
    return value


def _dword(node: Node) -> Data:
    return node.number("data")


def _qword(node: Node) -> Data:
    return node.digits("data", 2**64 - 1)


def _text(node: Node) -> Data:
    return node.text("data")


def _list(node: Node) -> Data:
    return node.texts("data")


_TYPED: t.Mapping[int, t.Callable[[Node], Data]] = {
    REG_DWORD: _dword,
    REG_QWORD: _qword,
    REG_SZ: _text,
    REG_EXPAND_SZ: _text,
    REG_MULTI_SZ: _list,
}


def _asked(reading: t.Mapping[str, t.Any], keys: tuple[RegistryKey, ...]) -> tuple[KeyRequest, ...]:
    """What was looked at; a user key was looked at in every user hive of which the answer brings a key."""
    wanted = Node(reading, "asked")
    machine = tuple(_request(node) for node in wanted.nodes("keys"))
    if not wanted.has("user_keys"):
        return machine
    hives = {
        parts[1]: None for key in keys if len(parts := split_path(key.path)) > 2 and fold(parts[0]) == "HKEY_USERS"
    }
    users = tuple(
        KeyRequest(f"HKEY_USERS\\{hive}\\{node.text('path')}", node.number("depth"))
        for hive in hives
        for node in wanted.nodes("user_keys")
    )
    return machine + users


def _request(node: Node) -> KeyRequest:
    # Of subkeys that a value names only those were looked at, and they are in the answer; no other is known absent.
    depth = 0 if node.has("named_by") else node.number("depth")
    return KeyRequest(node.text("path"), depth, node.texts("values") if node.has("values") else None)
