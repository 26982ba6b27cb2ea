# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written as a ``.reg`` file is what reading it gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.observations import registry_values

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    RegistryValue,
    from_bytes,
    from_reg_export,
    render_reg,
    to_bytes,
)

pytestmark = pytest.mark.proves("reg_export")

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\msexchange_tls_test"
TEXT_KINDS = (1, 2, 7)


def back(text: str, path: str, name: str) -> RegistryValue | None:
    export = from_reg_export(text.encode("utf-16"), os="ws2016", exchange=None, catalogue=load())
    assert export.ignored == ()
    return export.observation.value(path, name)


def fits(value: RegistryValue) -> bool:
    """All but texts without terminator, which the form cannot carry."""
    data = to_bytes(value)
    whole = len(data) // 2 * 2
    return value.kind not in TEXT_KINDS or not data or data[whole - 2 : whole] == b"\0\0"


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=400, deadline=None)
@given(registry_values(NAMES).filter(fits))
def test_every_value_of_every_kind_comes_back_byte_for_byte(value: RegistryValue) -> None:
    assert back(render_reg([(KEY, value.name, value)]), KEY, value.name) == value


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_every_text_comes_back_also_with_quotes_line_ends_and_backslashes(text: str) -> None:
    value = RegistryValue("x", 1, text)
    assert back(render_reg([(KEY, "x", value)]), KEY, "x") == value


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=20, max_size=400))
def test_long_data_is_broken_into_lines_and_comes_back(data: bytes) -> None:
    text = render_reg([(KEY, "x", RegistryValue("x", 3, data, True))])
    assert max(len(line) for line in text.splitlines()) <= 80
    assert back(text, KEY, "x") == RegistryValue("x", 3, data, True)


@pytest.mark.parametrize("path", [KEY + r"\RC4 128/128", KEY + r"\a]b", KEY + "\\\u00fc\u2215", KEY + r"\ blank "])
def test_every_key_name_comes_back(path: str) -> None:
    value = RegistryValue("Enabled", 4, 0)
    assert back(render_reg([(path, "Enabled", value)]), path, "Enabled") == value


def test_the_form_is_that_of_regedit() -> None:
    text = render_reg(
        [
            (KEY, "Enabled", RegistryValue("Enabled", 4, 1)),
            (KEY, "", RegistryValue("", 1, "a\\b")),
            (KEY, "Old", None),
            (KEY + "\\x", "List", RegistryValue("List", 7, ("a",))),
        ],
        comments=["undo of change-0001"],
        deleted_keys=[KEY + "\\y"],
    )
    assert text.split("\r\n") == [
        "Windows Registry Editor Version 5.00",
        "",
        "; undo of change-0001",
        "",
        f"[{KEY}]",
        '"Enabled"=dword:00000001',
        '@="a\\\\b"',
        '"Old"=-',
        "",
        f"[{KEY}\\x]",
        '"List"=hex(7):61,00,00,00,00,00',
        "",
        f"[-{KEY}\\y]",
        "",
    ]


def test_a_deletion_and_a_deleted_key_are_read_as_such() -> None:
    text = render_reg([(KEY, "a", RegistryValue("a", 4, 1)), (KEY, "a", None)], deleted_keys=[KEY + "\\gone"])
    export = from_reg_export(text.encode("utf-16"), os="ws2016", exchange=None, catalogue=load())
    assert export.observation.value(KEY, "a") is None
    gone = export.observation.key(KEY + "\\gone")
    assert gone is not None
    assert gone.exists is False


def test_a_text_without_terminator_is_remarked_because_regedit_completes_it() -> None:
    text = render_reg([(KEY, "x", from_bytes("x", 1, b"a\0"))])
    assert "; the REG_SZ below has no terminator; regedit adds one" in text
    assert back(text, KEY, "x") == RegistryValue("x", 1, "a")


@pytest.mark.parametrize("name", ["a\r\nb", "x\0y"])
def test_a_key_that_the_form_cannot_name_becomes_a_comment_and_no_other_key(name: str) -> None:
    text = render_reg([(f"{KEY}\\{name}", "x", RegistryValue("x", 4, 1))])
    assert "cannot be written in this form" in text
    export = from_reg_export(text.encode("utf-16"), os="ws2016", exchange=None, catalogue=load())
    assert not [key for key in export.observation.walk() if "msexchange" in key.path]


@given(st.text(max_size=40))
def test_a_comment_stays_a_comment(comment: str) -> None:
    export = from_reg_export(
        render_reg([], comments=[comment]).encode("utf-16"), os="ws2016", exchange=None, catalogue=load()
    )
    assert export.ignored == ()
