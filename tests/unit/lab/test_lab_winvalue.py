# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed data and bytes of registry values are two views of the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import winvalue

pytestmark = pytest.mark.proves("emulation_equal")

KINDS = st.one_of(st.sampled_from([0, 1, 2, 3, 4, 5, 7, 11, 99]), st.integers(0, 0xFFFFFFFF))
# Random bytes are hardly ever canonical: text, terminators and small numbers have to be likely.
CONTENT = st.one_of(
    st.binary(max_size=24),
    st.lists(st.sampled_from([b"\0\0", b"a\0", b"B\0", b"\x00\xd8", b"\x01\xdc", b"x"]), max_size=8).map(b"".join),
)


@given(KINDS, CONTENT)
def test_what_is_read_can_be_written_back_byte_for_byte(kind: int, content: bytes) -> None:
    form = winvalue.decode(kind, content)
    assert winvalue.encode(kind, form.data, form.raw) == content


@pytest.mark.parametrize(
    ("kind", "content", "data"),
    [
        (4, b"\xff\xff\xff\xff", 4294967295),
        (11, b"\1" + b"\0" * 7, "1"),
        (1, b"\0\0", ""),
        (2, b"%\0a\0%\0\0\0", "%a%"),
        (7, b"\0\0", []),
        (7, b"a\0\0\0b\0\0\0\0\0", ["a", "b"]),
    ],
)
def test_canonical_bytes_have_a_plain_form(kind: int, content: bytes, data: object) -> None:
    assert winvalue.decode(kind, content) == (data, False)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (4, b"\1\0"),
        (5, b"\0\0\0\1"),
        (11, b"\1\0\0\0"),
        (1, b""),
        (1, b"a\0"),
        (1, b"a\0\0\0\0\0"),
        (1, b"a\0b"),
        (1, b"\x00\xd8\0\0"),
        (7, b""),
        (7, b"\0\0\0\0"),
        (7, b"a\0\0\0"),
        (7, b"a\0\0\0\0\0b\0\0\0\0\0"),
        (0, b"\1"),
        (3, b"\1"),
    ],
)
def test_everything_else_travels_as_base64(kind: int, content: bytes) -> None:
    assert winvalue.decode(kind, content).raw


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (4, -1),
        (4, 1 << 32),
        (4, "1"),
        (4, True),
        (11, 1),
        (11, "01"),
        (11, str(1 << 64)),
        (1, 1),
        (1, "a\0"),
        (7, "a"),
        (7, [""]),
        (3, "AA=="),
    ],
)
def test_data_that_do_not_fit_their_kind_are_refused(kind: int, data: object) -> None:
    with pytest.raises(ValueError, match="must be"):
        winvalue.encode(kind, data)
