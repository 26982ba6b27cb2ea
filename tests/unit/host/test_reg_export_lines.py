# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An export is read line by line as Windows would import it."""

from __future__ import annotations

import pytest
from tools.reg_lines import LOST_SECTIONS, NO_SECTIONS, REGEDIT4, REGEDIT5, SECTIONS, Expected

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegExport, from_reg_export

pytestmark = pytest.mark.proves("reg_export")

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\msexchange_tls_test"


def read(text: str, header: str = "REGEDIT4") -> RegExport:
    data = f"{header}\n\n{text}"
    encoded = data.encode("cp1252") if header == "REGEDIT4" else data.encode("utf-16")
    return from_reg_export(encoded, os="ws2016", exchange=None, catalogue=load())


def found(export: RegExport, names: dict[str, Expected]) -> dict[str, Expected]:
    values = {name: export.observation.value(KEY, name) for name in names}
    return {name: None if value is None else (value.kind, value.data) for name, value in values.items()}


@pytest.mark.parametrize(("lines", "expected"), REGEDIT4)
def test_lines_of_a_regedit4_file(lines: str, expected: dict[str, Expected]) -> None:
    assert found(read(f"[{KEY}]\n{lines}"), expected) == expected


@pytest.mark.parametrize(("lines", "expected"), [*REGEDIT4[:4], *REGEDIT5])
def test_lines_of_a_version_5_file(lines: str, expected: dict[str, Expected]) -> None:
    export = read(f"[{KEY}]\n{lines}", "Windows Registry Editor Version 5.00")
    assert found(export, expected) == expected


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_line_end_ends_a_line(end: str) -> None:
    text = f'REGEDIT4\n\n[{KEY}]\n"a"=hex:11,\\\n  22\n"b"="x"\n'.replace("\n", end)
    export = from_reg_export(text.encode("ascii"), os="ws2016", exchange=None, catalogue=load())
    assert found(export, {"a": None, "b": None}) == {"a": (3, b"\x11\x22"), "b": (1, "x")}


def test_characters_that_are_line_ends_to_unicode_only_are_text() -> None:
    export = read(f'[{KEY}]\n"a"="x\u2028y\x0bz\x85"\n', "Windows Registry Editor Version 5.00")
    assert found(export, {"a": None}) == {"a": (1, "x\u2028y\x0bz\x85")}


@pytest.mark.parametrize(("section", "name"), SECTIONS)
def test_a_section_opens_the_key_between_first_and_last_bracket(section: str, name: str) -> None:
    export = read(section.format(KEY) + '\n"v"="1"\n')
    value = export.observation.value(f"{KEY}\\{name}", "v")
    assert value is not None
    assert export.ignored == ()


@pytest.mark.parametrize("section", LOST_SECTIONS)
def test_a_section_that_windows_does_not_take_loses_its_values_and_both_are_listed(section: str) -> None:
    export = read(section.format(KEY) + '\n"v"="1"\n')
    assert [key.path for key in export.observation.walk() if key.values and "Windows NT" not in key.path] == []
    assert [ignored.line for ignored in export.ignored] == [3, 4]
    assert all(ignored.why for ignored in export.ignored)


@pytest.mark.parametrize("line", NO_SECTIONS)
def test_a_line_that_is_no_section_is_listed_and_leaves_the_key_above_it_open(line: str) -> None:
    export = read(f'[{KEY}]\n{line.format(KEY)}\n"v"="1"\n')
    assert found(export, {"v": None}) == {"v": (1, "1")}
    assert [ignored.line for ignored in export.ignored] == [4]


def test_hive_names_are_taken_in_any_case() -> None:
    export = read(f'[{KEY.replace("HKEY_LOCAL_MACHINE", "hkey_Local_MACHINE")}]\n"v"="1"\n')
    assert export.observation.value(KEY, "v") is not None


def test_the_short_name_of_a_hive_is_refused_as_regedit_does() -> None:
    export = read('[HKLM\\SOFTWARE\\x]\n"v"="1"\n')
    assert "spelled out" in export.ignored[0].why


def test_a_deleted_key_is_gone_with_all_below_and_values_after_it_are_lost() -> None:
    export = read(f'[{KEY}\\a\\b]\n"x"="1"\n[-{KEY}\\A]\n"y"="2"\n')
    key = export.observation.key(f"{KEY}\\a")
    assert key is not None
    assert key.exists is False
    assert export.observation.key(f"{KEY}\\a\\b") is not None
    assert export.observation.value(f"{KEY}\\a\\b", "x") is None
    assert [(ignored.line, ignored.text) for ignored in export.ignored] == [(6, '"y"="2"')]


def test_a_key_that_is_written_again_after_its_deletion_holds_only_the_new_values() -> None:
    export = read(f'[{KEY}]\n"x"="1"\n[-{KEY}]\n[{KEY}\\c]\n[{KEY}]\n"y"="2"\n')
    key = export.observation.key(KEY)
    assert key is not None
    assert (key.exists, [value.name for value in key.values]) == (True, ["y"])


def test_the_same_key_twice_is_one_key_and_the_last_value_wins() -> None:
    export = read(f'[{KEY}]\n"a"="1"\n"b"="1"\n[{KEY.upper()}]\n"A"="2"\n')
    assert found(export, {"a": None, "b": None}) == {"a": (1, "2"), "b": (1, "1")}
    assert [(ignored.line, ignored.why) for ignored in export.ignored] == [(4, "line 7 writes the same value again")]


def test_values_before_any_key_are_lost() -> None:
    assert [ignored.why for ignored in read('"a"="1"\n').ignored] == ["no key is opened above it"]


def test_a_zero_ends_a_line() -> None:
    export = read(f'[{KEY}]\n"a"="1"\0 and more\n"b"="2"\n')
    assert found(export, {"a": None, "b": None}) == {"a": (1, "1"), "b": (1, "2")}


def test_a_whole_hive_is_not_deleted() -> None:
    export = read(f'[{KEY}]\n"a"="1"\n[-HKEY_LOCAL_MACHINE]\n')
    assert found(export, {"a": None}) == {"a": (1, "1")}
    assert [ignored.line for ignored in export.ignored] == [5]


def test_a_name_longer_than_the_registry_takes_is_refused() -> None:
    assert [i.line for i in read(f"[{KEY}\\{'x' * 256}]\n").ignored] == [3]
    assert [i.line for i in read(f"[{KEY}\\{chr(92).join('x' * 600)}]\n").ignored] == [3]


def test_what_is_ignored_is_listed_in_the_order_of_the_lines_and_fit_to_print() -> None:
    export = read(f'[{KEY}]\nnonsense\x1b[31m\n"a"="1"\n"b"=x\n"a"="2"\n')
    assert [ignored.line for ignored in export.ignored] == [4, 5, 6]
    assert export.ignored[0].text == "nonsense\\x1b[31m"
