# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry items of Group Policy Preferences, from the files that a host keeps of what it applied last.

A file is ``Registry.xml`` of one Group Policy object: ``Registry`` elements, maybe in collections, each with one
``Properties`` (S31; the attributes ``disabled`` and ``action`` as in S32). Preferences are no "true policies": nothing
in the registry tells that they wrote it, and they write it again at every refresh.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.parsers import expat

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation, PathKey, fold, path_key

#: Where the host keeps them; the folder is the id of the Group Policy object.
_FILE = re.compile(
    r"\\Microsoft\\Group Policy\\History\\(?P<gpo>[^\\]+)\\Machine\\Preferences\\Registry\\Registry\.xml$",
    re.IGNORECASE,
)
_MOST_ITEMS = 20_000
_DEEPEST = 100
_ON = "1"
#: Create, Replace, Update, Delete; without the attribute the editor means Update (S32).
CREATE, DELETE = "C", "D"
_ACTIONS = ("C", "R", "U", "D")


class PreferencesError(Exception):
    """A file that cannot be understood; the text is one sentence."""


@dataclasses.dataclass(frozen=True)
class Item:
    """One registry item: what it does with which value. ``name``: None = with the whole key."""

    gpo: str
    action: str
    path: str
    name: str | None

    @property
    def place(self) -> tuple[PathKey, str | None]:
        """For comparison."""
        return path_key(self.path), None if self.name is None else fold(self.name)


def read_preferences(data: bytes, gpo: str) -> tuple[Item, ...]:
    """The registry items of one file that are switched on.

    :raises PreferencesError: it is no XML, or has parts that no such file has
    """
    reader = _Reader(gpo)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    # No such file declares anything; declarations are how a small file becomes an endless one.
    parser.StartDoctypeDeclHandler = reader.declaration
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise PreferencesError(f"It is no XML from line {error.lineno} on.") from None
    return tuple(reader.items)


def applied(observation: Observation) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """All items that the host keeps, and why some of its files tell nothing (one sentence each)."""
    items: list[Item] = []
    trouble: list[str] = []
    asked = False
    for fact in observation.files:
        found = _FILE.search(fact.path)
        if found is None:
            continue
        asked = True
        if fact.exists is None or (fact.exists and fact.content is None):
            trouble.append(f"The file of Group Policy Preferences {fact.path} could not be read.")
        elif fact.content is not None:
            try:
                items += read_preferences(fact.content, found["gpo"])
            except PreferencesError as error:
                trouble.append(f"The file of Group Policy Preferences {fact.path} was not understood. {error}")
    if not asked:
        trouble.append("What Group Policy Preferences applied was not read.")
    return tuple(items), tuple(trouble)


class _Reader:
    """Collects items; an element that is switched off takes everything in it along."""

    def __init__(self, gpo: str) -> None:
        self.items: list[Item] = []
        self._gpo = gpo
        self._off: list[bool] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._off) >= _DEEPEST:
            raise PreferencesError("Its elements are nested without end.")
        off = bool(self._off and self._off[-1]) or attributes.get("disabled") == _ON
        self._off.append(off)
        if tag == "Properties" and not off:
            self._item(attributes)

    def end(self, _tag: str) -> None:
        self._off.pop()

    def declaration(self, *_declaration: t.Any) -> None:
        raise PreferencesError("It declares a document type, as no such file does.")

    def _item(self, attributes: dict[str, str]) -> None:
        action, hive, key = (attributes.get(name, "") for name in ("action", "hive", "key"))
        action = action or "U"
        if hive != "HKEY_LOCAL_MACHINE" or not key or action not in _ACTIONS:
            return
        if len(self.items) == _MOST_ITEMS:
            raise PreferencesError(f"It has more than {_MOST_ITEMS} items.")
        name: str | None = attributes.get("name", "")
        if attributes.get("default") == _ON:
            name = ""  # the default value of the key
        elif not name:
            name = None
        self.items.append(Item(self._gpo, action, f"{hive}\\{key.strip(chr(92))}", name))
