# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Group Policy's own record of what it wrote."""

from __future__ import annotations

import dataclasses
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.registry import on_host

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    FileFact,
    ObservationError,
    PolicyRecord,
    group_policy_records,
    parse_registry_pol,
)

pytestmark = pytest.mark.proves("no_lockout")

HEADER = struct.pack("<4sI", b"PReg", 1)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def record(key: str, name: str, kind: int = 4, data: bytes = b"\1\0\0\0") -> bytes:
    parts = (utf16(key + "\0"), utf16(name + "\0"), struct.pack("<I", kind), struct.pack("<I", len(data)), data)
    return utf16("[") + utf16(";").join(parts) + utf16("]")


def test_records_come_in_order_with_kind_and_bytes() -> None:
    content = HEADER + record("Software\\A", "x") + record("Software\\B", "y", 1, utf16("a;]\0"))
    assert parse_registry_pol(content) == (
        PolicyRecord("Software\\A", "x", 4, b"\1\0\0\0"),
        PolicyRecord("Software\\B", "y", 1, utf16("a;]\0")),
    )


def test_a_file_without_records_is_fine() -> None:
    assert parse_registry_pol(HEADER) == ()


WHOLE = HEADER + record("Software\\A", "x")


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_file_that_is_cut_anywhere_is_refused_in_one_sentence(length: int) -> None:
    if length == len(HEADER):
        return
    with pytest.raises(ObservationError) as caught:
        parse_registry_pol(WHOLE[:length])
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PReg",
        b"PReg\2\0\0\0",
        HEADER + b"x",
        WHOLE.replace(utf16(";"), utf16(","), 1),
        HEADER + record("A", "b")[:-2] + b"\0\0",
    ],
)
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(ObservationError, match=r"Registry\.pol"):
        parse_registry_pol(content)


def test_a_size_that_lies_is_refused() -> None:
    lying = record("A", "b").replace(
        struct.pack("<I", 4) + utf16(";") + b"\1", struct.pack("<I", 0xFFFFFFF0) + utf16(";") + b"\1"
    )
    with pytest.raises(ObservationError, match="cut off"):
        parse_registry_pol(HEADER + lying)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_records_or_the_one_error(tail: bytes) -> None:
    for content in (tail, HEADER + tail, WHOLE + tail):
        observation = dataclasses.replace(
            on_host(""), files=(FileFact(r"C:\ProgramData\ntuser.pol", True, None, content),)
        )
        assert isinstance(group_policy_records(observation), tuple)


def test_deleted_values_are_recorded_by_their_name_and_orders_about_keys_are_not_values() -> None:
    content = HEADER + record("A", "**del.Functions") + record("A", "**DeleteValues") + record("B", "EccCurves")
    observation = on_host("", files=[FileFact(r"C:\ProgramData\NTUSER.POL", True, None, content)])
    assert group_policy_records(observation) == (
        ("HKEY_LOCAL_MACHINE\\A", "Functions"),
        ("HKEY_LOCAL_MACHINE\\B", "EccCurves"),
    )


@pytest.mark.parametrize("content", [None, b"", b"broken"])
def test_a_record_that_was_not_read_or_is_broken_names_nothing(content: bytes | None) -> None:
    assert group_policy_records(on_host("", files=[FileFact(r"C:\ProgramData\ntuser.pol", True, None, content)])) == ()
