# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bounded reader: nothing inside a block sees beyond it, nothing at its end is overlooked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.module_utils._wire._errors import DecodeError
from ansible_collections.msexchange.tls.plugins.module_utils._wire._reader import Reader, vector

pytestmark = pytest.mark.proves("wire_hostile")


@given(st.lists(st.binary(max_size=40)), st.binary(max_size=5))
def test_vectors_come_back_as_they_were_written(parts: list[bytes], rest: bytes) -> None:
    reader = Reader(b"".join(vector(2, part) for part in parts) + rest)
    assert [reader.vector(2) for _part in parts] == parts
    assert reader.rest() == rest


def test_a_field_longer_than_the_data_is_an_error_with_its_place() -> None:
    reader = Reader(b"\x01\x02\x03")
    reader.uint(1)
    with pytest.raises(DecodeError) as caught:
        reader.take(3)
    assert caught.value.at == 1


def test_a_block_longer_than_its_parent_is_an_error() -> None:
    reader = Reader(b"\x02" + b"\x05\x00" + b"\x00" * 9)
    with pytest.raises(DecodeError), reader.block(1), reader.block(1):
        pass


def test_a_field_may_not_cross_the_end_of_its_block_though_bytes_follow() -> None:
    reader = Reader(b"\x01\xaa\xbb\xcc")
    with pytest.raises(DecodeError), reader.block(1):
        reader.uint(2)


def test_bytes_left_over_in_a_block_are_an_error() -> None:
    reader = Reader(b"\x02\x01\x02")
    with pytest.raises(DecodeError), reader.block(1):
        reader.uint(1)


def test_after_a_block_the_outer_window_is_open_again() -> None:
    reader = Reader(b"\x01\xaa\xbb")
    with reader.block(1):
        assert reader.left == 1
        reader.uint(1)
    assert (reader.left, reader.uint(1)) == (1, 0xBB)
