# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wine's registry file: what the lab writes into it is what it reads back, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import hive_data
from lab.clock import Clock
from lab.engine_powershell import hive_file
from lab.registry import Registry

pytestmark = pytest.mark.proves("emulation_equal")

NAMES = st.text(st.characters(min_codepoint=1, exclude_characters="\\"), min_size=1, max_size=12)
VALUES = st.dictionaries(
    st.text(st.characters(min_codepoint=1), max_size=12),
    st.tuples(st.integers(0, 0xFFFFFFFF), st.binary(max_size=40)),
    max_size=4,
)


@given(st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), VALUES), max_size=4))
def test_names_kinds_and_bytes_survive(content: list[tuple[list[str], dict[str, tuple[int, bytes]]]]) -> None:
    registry = Registry(Clock())
    for names, values in content:
        path = "\\".join(["HKEY_LOCAL_MACHINE\\SOFTWARE\\T", *names])
        registry.create(path)
        for name, (kind, data) in values.items():
            registry.set_value(path, name, kind, data)
    found = hive_file.parse(hive_file.render(registry, "HKEY_LOCAL_MACHINE"), ["Software\\T"])
    wanted = hive_data.dump(registry, "HKEY_LOCAL_MACHINE\\SOFTWARE\\T")
    assert {f"HKEY_LOCAL_MACHINE\\{path}": values for path, values in found.items()} == wanted


def test_what_wine_itself_writes_is_understood() -> None:
    lines = (
        "WINE REGISTRY Version 2",
        "",
        "[Software\\\\T\\\\RC4 128/128] 1795689809",
        "#time=1dd7d92f99d160e",
        "@=hex(63):01,02",
        '"Enabled"=dword:ffffffff',
        '"m"=str(7):"A\\0B\\0"',
        '"e"="x\\\\y\\"\\x20ac"',
        '"b"=hex:00,01,\\',
        "  02",
        "",
        "[Software\\\\U] 1",
        '"no"="x"',
    )
    values = hive_file.parse("\n".join(lines), ["software\\t"])["Software\\T\\RC4 128/128"]
    assert values[""] == (0x63, b"\1\2")
    assert values["Enabled"] == (4, b"\xff\xff\xff\xff")
    assert values["m"] == (7, "A\0B\0\0".encode("utf-16-le"))
    assert values["e"] == (1, 'x\\y"\u20ac\0'.encode("utf-16-le"))
    assert values["b"] == (3, b"\0\1\2")
