# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML that remembers where everything stood, and that refuses what YAML would pass over in silence.

A duplicate key silently wins, ``no`` silently becomes false, ``010`` silently becomes 8: in a file that decides about
mail servers each of these is an error with its place. Anchors, aliases and tags are refused, a reviewer should not
have to resolve them in the head.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

import yaml

from .problems import Place, Problem

#: Larger files were not written by a person but are an accident, or an attack on the memory of the controller.
LARGEST_FILE = 512 * 1024

#: Deeper nesting than any record has; YAML parsers recurse.
DEEPEST_NESTING = 12

# libyaml is ten times faster, and every forked worker of ansible has to read its files again.
_Loader: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NUMBER = re.compile(r"0|-?[1-9][0-9]*|0x[0-9a-fA-F]+")
# A longer one is text: Python refuses to read thousands of digits, and nothing here is that large.
_LONGEST_NUMBER = 20
_TRUTH = {"true": True, "false": False}
# What YAML 1.1 takes for a boolean and nobody means as one (yaml.org/type/bool.html).
_OLD_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off"})
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")


@dataclasses.dataclass(frozen=True)
class Scalar:
    """A single value: text, whole number, true, false or nothing (None)."""

    place: Place
    value: str | int | bool | None


@dataclasses.dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclasses.dataclass(frozen=True)
class Mapping:
    """Names with their values, in the order of the file; of a duplicate name the first one is kept."""

    place: Place
    entries: tuple[tuple[Scalar, Node], ...]

    def get(self, name: str) -> Node | None:
        """The value of ``name``; None when it is not there."""
        return next((node for key, node in self.entries if key.value == name), None)

    def key_place(self, name: str) -> Place:
        """Where ``name`` stands; the place of the whole record when it is not there."""
        return next((key.place for key, _node in self.entries if key.value == name), self.place)


Node = Scalar | Sequence | Mapping


def read_yaml(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read one YAML document. ``file`` is the name that problems quote.

    Returns the tree (None when there is nothing to work with) and everything that reading found wrong.
    """
    start = Place(file, 1, 1)
    if len(text) > LARGEST_FILE:
        return None, (Problem(start, "yaml-syntax", f"the file is larger than {LARGEST_FILE // 1024} KiB."),)
    try:
        problem = _structure(text, file)
        if problem is not None:
            return None, (problem,)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else start
        words = " ".join(str(error.problem or error.context or "cannot be read").split())
        return None, (Problem(place, "yaml-syntax", f"this is not valid YAML: {words}."),)
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        return None, (Problem(start, "yaml-syntax", f"this is not valid YAML: {words}."),)
    if root is None:
        return None, (Problem(start, "file-shape", "the file is empty."),)
    problems: list[Problem] = []
    return _convert(root, file, problems), tuple(problems)


def _place(found: t.Any, file: str) -> Place:
    """Where an event or a node begins."""
    return Place(file, found.start_mark.line + 1, found.start_mark.column + 1)


def _structure(text: str, file: str) -> Problem | None:
    """Nesting, anchors and aliases, seen before the recursive composer sees them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > DEEPEST_NESTING:
                return Problem(_place(event, file), "yaml-syntax", f"nested deeper than {DEEPEST_NESTING} levels.")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            return Problem(
                _place(event, file), "yaml-alias", f"anchor or alias '{anchor}': write the values out where they count."
            )
    return None


def _convert(node: yaml.Node, file: str, problems: list[Problem]) -> Node:
    place = _place(node, file)
    if node.tag not in _PLAIN_TAGS:
        problems.append(Problem(place, "yaml-tag", f"the tag '{node.tag}' has no meaning here; write the plain value."))
    if isinstance(node, yaml.ScalarNode):
        return Scalar(place, _value(node, place, problems))
    if isinstance(node, yaml.SequenceNode):
        return Sequence(place, tuple(_convert(item, file, problems) for item in node.value))
    entries: list[tuple[Scalar, Node]] = []
    first: dict[t.Any, int] = {}
    for key_node, value_node in node.value:
        key_place = _place(key_node, file)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(key_place, "yaml-syntax", "a name must be plain text."))
            continue
        name = str(key_node.value)
        value = _convert(value_node, file, problems)
        if name in first:
            sentence = f"'{name}' stands here a second time, first in line {first[name]}; keep one of them."
            problems.append(Problem(key_place, "yaml-duplicate-key", sentence))
            continue
        first[name] = key_place.line
        entries.append((Scalar(key_place, name), value))
    return Mapping(place, tuple(entries))


def _value(node: yaml.ScalarNode, place: Place, problems: list[Problem]) -> str | int | bool | None:
    text = str(node.value)
    if node.style:  # quoted or block text: meant as text (libyaml says "" for plain, PyYAML None)
        return text
    if text in ("", "~", "null"):
        return None
    if text.casefold() in _OLD_BOOLEANS:
        sentence = f"'{text}' is a boolean for some YAML readers and text for others; write true or false, or quote it."
        problems.append(Problem(place, "yaml-boolean", sentence))
        return text
    if text in _TRUTH:
        return _TRUTH[text]
    if text.casefold() in _TRUTH:
        sentence = f"'{text}' is read differently by YAML readers; write {text.casefold()}, or quote it."
        problems.append(Problem(place, "yaml-boolean", sentence))
        return text
    if _LEADING_ZERO.fullmatch(text):
        problems.append(Problem(place, "yaml-number", f"'{text}' is octal for some readers; drop the zero."))
        return text
    return int(text, 0) if len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text) else text


#: What PyYAML resolves plain text to; an explicit tag gives something else (or the same, which is harmless).
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in "str int float bool null timestamp merge value map seq".split()
)
