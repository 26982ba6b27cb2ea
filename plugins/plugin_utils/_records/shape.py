# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of records: which fields one has, in which order, and of which type each is.

Shape comes before sense: a person who wrote a word where a list belongs is told so, in these words, and not what the
consequences were ten checks later.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import nearest

from .places import Mapping, Node, Scalar, Sequence
from .problems import Place, Problem


class Type(enum.Enum):
    """What may stand in a field; the value is how an error names it."""

    TEXT = "text"
    TEXTS = "a list of names"
    NAMED_TEXTS = "names with a setting each"
    TRUE = "true"
    TRUTH = "true or false"
    NUMBER = "a whole number"
    TEXT_OR_TEXTS = "a name or a list of names"
    OTHER = "a value"
    RECORD = "a record"
    RECORDS = "a list of records"
    NAMED_RECORDS = "names with a record each"


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a record; ``OTHER`` has checks of its own."""

    name: str
    type: Type
    required: bool = True


@dataclasses.dataclass(frozen=True)
class Draft:
    """One record as it was written: only fields that exist and have the right type.

    ``name``: what stands before the record in a mapping of records; ``whole``: nothing required is missing or wrong.
    """

    place: Place
    fields: t.Mapping[str, Node]
    name: str = ""
    whole: bool = True

    def at(self, field: str) -> Place:
        """Where the value of ``field`` stands, else the record."""
        node = self.fields.get(field)
        return self.place if node is None else node.place

    def text(self, field: str) -> str:
        """The text of ``field``; empty when it is not there."""
        node = self.fields.get(field)
        return str(node.value) if isinstance(node, Scalar) else ""

    def number(self, field: str) -> int | None:
        """The number of ``field``; None when it is not there."""
        node = self.fields.get(field)
        return node.value if isinstance(node, Scalar) and isinstance(node.value, int) else None

    def texts(self, field: str) -> tuple[tuple[str, Place], ...]:
        """The names in a list, each with its place."""
        node = self.fields.get(field)
        if not isinstance(node, Sequence):
            return ()
        return tuple((str(item.value), item.place) for item in node.items if isinstance(item, Scalar))

    def words(self, field: str) -> tuple[str, ...]:
        """The names in a list."""
        return tuple(text for text, _place in self.texts(field))


def read_record(
    node: Node,
    fields: tuple[Field, ...],
    what: str,
    problems: list[Problem],
    *,
    name: str = "",
    at: Place | None = None,
) -> Draft:
    """Read one record; what is wrong is added to ``problems``. ``what`` is how errors call it ("rule", "exception")."""
    place = at or node.place
    if not isinstance(node, Mapping):
        problems.append(Problem(node.place, "file-shape", f"a {what} must be a record, found {_found(node)}."))
        return Draft(place, {}, name, whole=False)
    known = {field.name: field for field in fields}
    taken: dict[str, Node] = {}
    whole = True
    for key, value in node.entries:
        field = known.get(str(key.value))
        if field is None:
            near = nearest(str(key.value), known)
            hint = f"did you mean '{near}'?" if near else f"known are {', '.join(known)}."
            sentence = f"a {what} has no field '{key.value}'; {hint}"
            problems.append(Problem(key.place, "unknown-field", sentence))
        elif not _fits(value, field.type):
            sentence = f"'{field.name}' of a {what} must be {field.type.value}, found {_found(value)}."
            problems.append(Problem(value.place, "field-type", sentence))
            whole = False
        else:
            taken[field.name] = value
    written = [str(key.value) for key, _value in node.entries]
    for field in fields:
        if field.required and field.name not in written:
            problems.append(Problem(place, "missing-field", f"this {what} lacks the field '{field.name}'."))
            whole = False
    ordered = [name for name in known if name in written]
    found = [name for name in written if name in known]
    if found != ordered:
        wrong = next(mine for mine, right in zip(found, ordered) if mine != right)
        sentence = f"the fields of a {what} stand in a fixed order: {', '.join(ordered)}."
        problems.append(Problem(node.key_place(wrong), "field-order", sentence))
    return Draft(place, taken, name, whole)


def read_records(node: Node | None, fields: tuple[Field, ...], what: str, problems: list[Problem]) -> tuple[Draft, ...]:
    """Read a list of records."""
    if not isinstance(node, Sequence):
        return ()
    return tuple(read_record(item, fields, what, problems) for item in node.items)


def read_named(node: Node | None, fields: tuple[Field, ...], what: str, problems: list[Problem]) -> tuple[Draft, ...]:
    """Read a mapping of records; the name of each becomes ``Draft.name``, the place is that of the name."""
    if not isinstance(node, Mapping):
        return ()
    return tuple(
        read_record(value, fields, what, problems, name=str(key.value), at=key.place) for key, value in node.entries
    )


def _fits(node: Node, type_: Type) -> bool:
    if type_ is Type.TEXT:
        return _is_text(node)
    if type_ is Type.TEXTS:
        return isinstance(node, Sequence) and bool(node.items) and all(_is_text(item) for item in node.items)
    if type_ is Type.NAMED_TEXTS:
        return isinstance(node, Mapping) and bool(node.entries) and all(_is_text(value) for _key, value in node.entries)
    if type_ is Type.TRUE:
        return isinstance(node, Scalar) and node.value is True
    if type_ is Type.TRUTH:
        return isinstance(node, Scalar) and isinstance(node.value, bool)
    if type_ is Type.RECORDS:
        return isinstance(node, Sequence)
    if type_ in (Type.RECORD, Type.NAMED_RECORDS):
        return isinstance(node, Mapping)
    if type_ is Type.NUMBER:
        return isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool)
    if type_ is Type.TEXT_OR_TEXTS:
        return _fits(node, Type.TEXT) or _fits(node, Type.TEXTS)
    return True


def _is_text(node: Node) -> bool:
    # A ticket number is text to us, although YAML reads a number.
    return isinstance(node, Scalar) and not isinstance(node.value, bool) and bool(str(node.value or "").strip())


def _found(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a record" if node.entries else "an empty record"
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    return "nothing" if node.value is None or not str(node.value).strip() else f"'{str(node.value)[:40]}'"
