# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes and typed data: nothing is lost on the way, and only canonical bytes have a typed form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import from_bytes, to_bytes

pytestmark = pytest.mark.proves("registry_read")


@given(st.integers(0, 0xFFFFFFFF), st.binary(max_size=40))
def test_bytes_come_back_as_they_were_whatever_the_kind(kind: int, data: bytes) -> None:
    assert to_bytes(from_bytes("x", kind, data)) == data


@given(st.sampled_from([1, 2, 4, 7, 11]), st.binary(max_size=24))
def test_bytes_of_the_typed_kinds_come_back_as_they_were(kind: int, data: bytes) -> None:
    assert to_bytes(from_bytes("x", kind, data)) == data


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("kind", "data", "typed"),
    [
        (4, b"\1\0\0\0", 1),
        (11, b"\1" + b"\0" * 7, 1),
        (1, utf16("a\0"), "a"),
        (1, utf16("\0"), ""),
        (2, utf16("%PATH%\0"), "%PATH%"),
        (7, utf16("a\0b\0\0"), ("a", "b")),
        # The form in which .NET writes an empty array: one zero character.
        (7, utf16("\0"), ()),
    ],
)
def test_canonical_bytes_have_a_typed_form(kind: int, data: bytes, typed: object) -> None:
    found = from_bytes("x", kind, data)
    assert (found.data, found.raw) == (typed, False)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (4, b""),
        (4, b"\1\0"),
        (4, b"\1\0\0\0\0"),
        (11, b"\1\0\0\0"),
        (1, b""),
        (1, utf16("a")),
        (1, utf16("a\0\0")),
        (1, utf16("a\0b\0")),
        (1, b"a"),
        (1, b"\x00\xd8\0\0"),
        (7, b""),
        (7, utf16("\0\0")),
        (7, utf16("a\0")),
        (7, utf16("a\0\0b\0\0")),
        (3, b"\1"),
        (0, b""),
        (99, b"\1\0\0\0"),
    ],
)
def test_all_other_bytes_stay_raw(kind: int, data: bytes) -> None:
    found = from_bytes("x", kind, data)
    assert (found.data, found.raw) == (data, True)
