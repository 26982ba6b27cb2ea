# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads Clixml, the form in which PowerShell's Export-Clixml writes objects down ([MS-PSRP] 2.2.5).

Objects become dictionaries of their properties, dictionaries and lists what they are; types and methods are left out.
"""

from __future__ import annotations

import re
import typing as t
import xml.etree.ElementTree as ET

_NAMESPACE = "{http://schemas.microsoft.com/powershell/2004/04}"
_NUMBERS = frozenset({"I32", "U32", "I64", "U64", "I16", "U16", "By", "SB"})
_TEXTS = frozenset({"S", "Version", "G", "DT"})
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


class ClixmlError(ValueError):
    """What is no Clixml, or more than this reader knows."""


class _NoDoctype(ET.TreeBuilder):
    """A document type may name other files and multiply itself; Clixml has none."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ClixmlError("a document type has no place in Clixml")


def read_clixml(text: str | bytes) -> list[t.Any]:
    """The objects of a document. Raises ClixmlError."""
    try:
        root = ET.fromstring(text, ET.XMLParser(target=_NoDoctype()))
    except ET.ParseError as error:
        raise ClixmlError(f"no XML: {error}") from error
    if root.tag != f"{_NAMESPACE}Objs":
        raise ClixmlError(f"the root is {root.tag}, not Objs")
    known: dict[str, t.Any] = {}
    return [_value(element, known) for element in root]


def _value(element: ET.Element, known: dict[str, t.Any]) -> t.Any:
    name = element.tag.removeprefix(_NAMESPACE)
    text = element.text or ""
    if name == "Nil":
        return None
    if name in _TEXTS:
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if name in _NUMBERS:
        return int(text)
    if name == "B":
        return text == "true"
    if name == "Obj":
        return _object(element, known)
    if name == "Ref":
        return known[element.get("RefId", "")]
    raise ClixmlError(f"this reader knows no element {name}")


def _object(element: ET.Element, known: dict[str, t.Any]) -> t.Any:
    found: t.Any = {}
    for part in element:
        name = part.tag.removeprefix(_NAMESPACE)
        if name in ("Props", "MS"):
            found.update({item.get("N", ""): _value(item, known) for item in part})
        elif name in ("LST", "QUE", "STK", "IE"):
            found = [_value(item, known) for item in part]
        elif name == "DCT":
            found = dict(_entry(entry, known) for entry in part)
    known[element.get("RefId", "")] = found
    return found


def _entry(entry: ET.Element, known: dict[str, t.Any]) -> tuple[t.Any, t.Any]:
    members = {item.get("N"): _value(item, known) for item in entry}
    return members["Key"], members["Value"]
