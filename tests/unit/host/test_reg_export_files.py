# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole files: encodings, headers, what the user states about the host, hostile bytes."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    ObservationError,
    RegExport,
    from_reg_export,
    identify,
)

pytestmark = pytest.mark.proves("reg_export")

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\msexchange_tls_test"
FIVE = "Windows Registry Editor Version 5.00"
TEXT = f'{FIVE}\r\n\r\n[{KEY}]\r\n"a"="\u00fc"\r\n"b"=hex(7):4c,00,00,00,00,00\r\n'


def read(data: bytes, os: str = "ws2016", exchange: str | None = None, role: str | None = None) -> RegExport:
    return from_reg_export(data, os=os, exchange=exchange, role=role, catalogue=load())


ENCODINGS: tuple[tuple[bytes, bool], ...] = (
    (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), True),
    (TEXT.encode("utf-8"), True),
    (TEXT.encode("cp1252"), True),
    (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), False),
    (codecs.BOM_UTF8 + TEXT.encode("utf-8"), False),
    (TEXT.encode("utf-16-le"), False),
    (TEXT.encode("utf-16-be"), False),
)


@pytest.mark.parametrize(("data", "regedit_takes_it"), ENCODINGS)
def test_every_encoding_is_read_and_those_that_regedit_refuses_are_remarked(
    data: bytes, regedit_takes_it: bool
) -> None:
    export = read(data)
    text, names = (export.observation.value(KEY, name) for name in "ab")
    assert text is not None
    assert text.data == "\u00fc"
    assert names is not None
    assert names.data == ("L",)
    assert [ignored.line for ignored in export.ignored] == ([] if regedit_takes_it else [1])
    assert all("refuses" in ignored.why for ignored in export.ignored)


@pytest.mark.parametrize("header", ["REGEDIT4", "  REGEDIT4", "\tREGEDIT4", FIVE, f" \t{FIVE}"])
def test_these_headers_are_taken(header: str) -> None:
    export = read(f'{header}\n[{KEY}]\n"a"="1"\n'.encode("utf-16"))
    assert export.observation.value(KEY, "a") is not None


@pytest.mark.parametrize("header", ["REGEDIT", "REGEDIT3", "REGEDIT5", "REGEDIT 4", "REGEDIT4 FOO", "REGEDIT4FOO"])
def test_windows_3_1_files_are_taken_and_nothing_in_them_counts(header: str) -> None:
    export = read(f'{header}\n\n[{KEY}]\n"a"="1"\n'.encode("ascii"))
    assert export.observation.value(KEY, "a") is None
    assert [ignored.line for ignored in export.ignored] == [3, 4]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "regedit4",
        "Regedit4",
        "\nREGEDIT4",
        "AREGEDIT4",
        FIVE.upper(),
        "Windows Registry Editor Version 5",
        FIVE.replace("5", "4"),
    ],
)
def test_another_first_line_is_no_export_and_is_quoted(header: str) -> None:
    with pytest.raises(ObservationError) as caught:
        read(f'{header}\n\n[{KEY}]\n"a"="1"\n'.encode("ascii"))
    assert str(caught.value).startswith("This is no registry export: ")
    assert f"found '{header.splitlines()[0] if header.strip() else ''}'" in str(caught.value)


def test_what_lies_below_an_exported_key_is_known_and_all_else_is_not() -> None:
    export = read(f"REGEDIT4\n[{KEY}]\n[{KEY}\\a]\n".encode("ascii"))
    assert export.observation.was_read(KEY + r"\a\b\c\d")
    assert export.observation.was_read(KEY + r"\missing")
    assert not export.observation.was_read(r"HKEY_LOCAL_MACHINE\SOFTWARE\Other")
    assert not export.observation.was_read(r"HKEY_LOCAL_MACHINE\SOFTWARE")


@pytest.mark.parametrize("os", ["ws2016", "WS2016", "2016", "Windows Server 2016", "server 2016"])
def test_a_windows_may_be_named_in_several_ways(os: str) -> None:
    found = identify(read(b"REGEDIT4\n", os).observation, load()).os
    assert found is not None
    assert found.id == "ws2016"


@pytest.mark.parametrize(
    ("os", "expected"), [("2012 R2", "ws2012r2"), ("8.1", "win8_1"), ("10", "win10"), ("2008r2", "ws2008r2")]
)
def test_short_names_of_windows(os: str, expected: str) -> None:
    found = identify(read(b"REGEDIT4\n", os).observation, load()).os
    assert found is not None
    assert found.id == expected


def test_an_unknown_windows_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ObservationError, match=r"'ws2106' is not known\. Did you mean 'ws2016'"):
        read(b"REGEDIT4\n", "ws2106")


def test_an_export_of_another_windows_than_stated_is_refused() -> None:
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    text = f'REGEDIT4\n[{key}]\n"CurrentBuildNumber"="20348"\n'
    with pytest.raises(ObservationError, match="its CurrentBuildNumber is '20348'"):
        read(text.encode("ascii"))
    found = identify(read(text.encode("ascii"), "ws2022").observation, load())
    assert found.build == 20348


def test_build_and_role_of_exchange_are_taken_as_stated() -> None:
    found = identify(read(b"REGEDIT4\n", exchange="15.1.2507.6", role="edge").observation, load())
    assert (found.exchange, found.exchange_build, found.role) == ("ex2016", (15, 1, 2507, 6), "edge")
    found = identify(read(b"REGEDIT4\n", exchange="14.3.513.0", role="mailbox").observation, load())
    assert (found.exchange, found.role) == ("ex2010", "mailbox")
    found = identify(read(b"REGEDIT4\n", exchange="none").observation, load())
    assert (found.exchange, found.role) == ("none", "none")
    assert identify(read(b"REGEDIT4\n").observation, load()).exchange is None


@pytest.mark.parametrize("exchange", ["2016", "15.1", "1.2.3.4", "15.1.2507.x", ""])
def test_a_build_that_is_none_is_refused_with_an_example(exchange: str) -> None:
    with pytest.raises(ObservationError, match=r"is not known; four numbers such as 15\.1\.2507\.6"):
        read(b"REGEDIT4\n", exchange=exchange)


def test_a_role_that_is_none_is_refused() -> None:
    with pytest.raises(ObservationError, match="it is mailbox or edge"):
        read(b"REGEDIT4\n", exchange="15.1.2507.6", role="hub")


PIECES = st.lists(
    st.sampled_from(
        [
            "[",
            "]",
            f"[{KEY}]",
            f"[-{KEY}]",
            '"a"',
            "=",
            "dword:",
            "hex(7):",
            "hex:",
            "1",
            ",",
            "\\",
            "\n",
            "\r\n",
            ";",
            "#",
            '"',
            "@",
            "-",
            " ",
            "\0",
            "\ud800",
        ]
    ),
    max_size=30,
).map("".join)


def outcome(data: bytes) -> RegExport | str:
    try:
        return read(data)
    except ObservationError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=60), PIECES.map(lambda text: text.encode("utf-16-le", "surrogatepass"))))
def test_any_bytes_behind_any_header_are_read_or_refused_in_one_sentence(tail: bytes) -> None:
    for head in (b"", b"REGEDIT4\n", f"{FIVE}\n".encode("utf-16"), codecs.BOM_UTF16_BE, b"REGEDIT\n"):
        found = outcome(head + tail)
        if isinstance(found, str):
            assert found.isprintable()
        else:
            assert all(ignored.text.isprintable() and ignored.why for ignored in found.ignored)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_exports_that_were_joined_are_one_and_their_headers_are_not_worth_a_word(encoding: str) -> None:
    parts = [f'{FIVE}\r\n\r\n[{KEY}\\{name}]\r\n"a"="{name}"\r\n\r\n' for name in ("one", "two", "three")]
    export = read(b"".join(part.encode(encoding) for part in parts))
    assert [export.observation.value(rf"{KEY}\{name}", "a") is not None for name in ("one", "two", "three")] == [
        True
    ] * 3
    assert [ignored.why for ignored in export.ignored if "refuses" not in ignored.why] == []


def test_a_header_of_another_form_in_the_middle_is_told_since_the_first_one_counts() -> None:
    export = read(f"{TEXT}\r\nREGEDIT4\r\n".encode("cp1252"))
    assert [ignored.text for ignored in export.ignored] == ["REGEDIT4"]
