# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects that PowerShell wrote down are read as they were; a document that could do harm is not read."""

from __future__ import annotations

import pytest
from tools.clixml import ClixmlError, read_clixml

BEGIN = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'


def read(text: str) -> object:
    return read_clixml(f"{BEGIN}{text}</Objs>")


def test_plain_values_are_what_they_were() -> None:
    assert read("<S>a_x000A_b</S><I32>-1</I32><U32>4294967295</U32><B>true</B><B>false</B><Nil /><S />") == [
        *("a\nb", -1, 4294967295, True, False, None, "")
    ]


def test_objects_dictionaries_and_lists_are_read_with_what_is_in_them() -> None:
    text = """<Obj RefId="0"><TN RefId="0"><T>System.Object</T></TN><ToString>x</ToString><MS>
      <Obj N="Table" RefId="1"><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En></DCT></Obj>
      <Obj N="List" RefId="2"><LST><S>x</S><Obj RefId="3"><Props><S N="Name">y</S></Props></Obj></LST></Obj>
      <Ref N="Again" RefId="1" />
    </MS></Obj>"""
    assert read(text) == [{"Table": {"a": 1}, "List": ["x", {"Name": "y"}], "Again": {"a": 1}}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no XML"),
        ("<Objs>", "no XML"),
        ("<Other />", "not Objs"),
        (f"{BEGIN}<Scriptblock>x</Scriptblock></Objs>", "no element"),
        (f'<!DOCTYPE x [<!ENTITY a "b">]>{BEGIN}<S>&a;</S></Objs>', "document type"),
        (f'<!DOCTYPE x SYSTEM "file:///etc/hostname">{BEGIN}<S>x</S></Objs>', "document type"),
    ],
)
def test_what_is_no_clixml_is_refused(text: str, words: str) -> None:
    with pytest.raises(ClixmlError, match=words):
        read_clixml(text)
