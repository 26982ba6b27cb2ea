# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read gives every value as it is: plain where the bytes are canonical, the bytes themselves elsewhere."""

from __future__ import annotations

import base64
import random
import typing as t

import pytest
from tools.host_stage import SOFTWARE, Json, Stage, T

pytestmark = [pytest.mark.proves("registry_read"), pytest.mark.engine_powershell]

NONE, SZ, EXPAND_SZ, BINARY, DWORD, BIG_ENDIAN, LINK, MULTI_SZ, RESOURCE_LIST, QWORD = 0, 1, 2, 3, 4, 5, 6, 7, 8, 11
UTF16 = "utf-16-le"


def raw(data: bytes) -> Json:
    return {"data": base64.b64encode(data).decode(), "raw": True}


def plain(data: t.Any) -> Json:
    return {"data": data}


VALUES: dict[str, tuple[int, bytes, Json]] = {
    "": (SZ, "the default\0".encode(UTF16), plain("the default")),
    "dword": (DWORD, b"\xff\xff\xff\xff", plain(0xFFFFFFFF)),
    "dword beyond signed": (DWORD, b"\x00\x00\x00\x80", plain(0x80000000)),
    "dword of no bytes": (DWORD, b"", raw(b"")),
    "dword of two bytes": (DWORD, b"\x01\x00", raw(b"\x01\x00")),
    "dword of eight bytes": (DWORD, b"\x01\0\0\0\0\0\0\0", raw(b"\x01\0\0\0\0\0\0\0")),
    "qword": (QWORD, b"\xff" * 8, plain("18446744073709551615")),
    "qword of four bytes": (QWORD, b"\x01\0\0\0", raw(b"\x01\0\0\0")),
    "text": (SZ, "a\u00e4\u20ac\U0001f512\0".encode(UTF16), plain("a\u00e4\u20ac\U0001f512")),
    "text with quotes": (SZ, 'C:\\a "b"\t\r\n\x7f\0'.encode(UTF16), plain('C:\\a "b"\t\r\n\x7f')),
    "text like a date": (SZ, "2026-11-26T10:00:00Z\0".encode(UTF16), plain("2026-11-26T10:00:00Z")),
    "text like a number": (SZ, "0x10\0".encode(UTF16), plain("0x10")),
    "text of no characters": (SZ, b"\0\0", plain("")),
    "text of no bytes": (SZ, b"", raw(b"")),
    "text without end": (SZ, "ab".encode(UTF16), raw("ab".encode(UTF16))),
    "text with two ends": (SZ, "ab\0\0".encode(UTF16), raw("ab\0\0".encode(UTF16))),
    "text with NUL inside": (SZ, "a\0b\0".encode(UTF16), raw("a\0b\0".encode(UTF16))),
    "text of three bytes": (SZ, b"a\0b", raw(b"a\0b")),
    "text with half a pair": (SZ, b"\x00\xd8\0\0", raw(b"\x00\xd8\0\0")),
    "text with the other half": (SZ, b"a\0\x00\xdc\0\0", raw(b"a\0\x00\xdc\0\0")),
    "expandable": (EXPAND_SZ, "%SystemRoot%\\x\0".encode(UTF16), plain("%SystemRoot%\\x")),
    "expandable without end": (EXPAND_SZ, "%x%".encode(UTF16), raw("%x%".encode(UTF16))),
    "list": (MULTI_SZ, "one\0two\0\0".encode(UTF16), plain(["one", "two"])),
    "list of one": (MULTI_SZ, "one\0\0".encode(UTF16), plain(["one"])),
    "list of none": (MULTI_SZ, b"\0\0", plain([])),
    "list of no bytes": (MULTI_SZ, b"", raw(b"")),
    "list of none, two ends": (MULTI_SZ, b"\0\0\0\0", raw(b"\0\0\0\0")),
    "list without last end": (MULTI_SZ, "one\0two\0".encode(UTF16), raw("one\0two\0".encode(UTF16))),
    "list with an empty element": (MULTI_SZ, "one\0\0two\0\0".encode(UTF16), raw("one\0\0two\0\0".encode(UTF16))),
    "list of three bytes": (MULTI_SZ, b"\0\0\0", raw(b"\0\0\0")),
    "binary": (BINARY, bytes(range(256)), raw(bytes(range(256)))),
    "binary of no bytes": (BINARY, b"", raw(b"")),
    "none": (NONE, b"\x01", raw(b"\x01")),
    "big endian": (BIG_ENDIAN, b"\0\0\0\x01", raw(b"\0\0\0\x01")),
    "resource list": (RESOURCE_LIST, b"\x01\x02", raw(b"\x01\x02")),
    "a kind nobody knows": (99, b"\x01\x02\x03", raw(b"\x01\x02\x03")),
    "a kind beyond signed": (0xFFFF0001, b"\x01", raw(b"\x01")),
    "large": (BINARY, bytes(150_000), raw(bytes(150_000))),
    "\u00c4\u03a9 name": (DWORD, b"\x01\0\0\0", plain(1)),
    "name with \\ and /": (DWORD, b"\x01\0\0\0", plain(1)),
    "name with half a pair \ud83d": (DWORD, b"\x01\0\0\0", plain(1)),
    "n" * 16383: (DWORD, b"\x01\0\0\0", plain(1)),
}


def ordinal(name: str) -> list[int]:
    """Order of names in an answer: simple upper case of every UTF-16 unit."""
    units = name.encode(UTF16, "surrogatepass")
    chars = (chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2))
    return [ord(char.upper()) if len(char.upper()) == 1 else ord(char) for char in chars]


def by_name(answer: Json) -> dict[str, Json]:
    return {value["name"]: {key: item for key, item in value.items() if key != "name"} for value in answer["values"]}


def test_every_kind_and_every_malformed_value_is_told_from_the_canonical_one(stage: Stage) -> None:
    for name, (kind, data, dummy) in VALUES.items():
        stage.poke(T, name, kind, data)
    answer = stage.read(keys=[{"path": T}]).one()["keys"][0]
    assert by_name(answer) == {name: {"kind": kind, **data} for name, (kind, dummy, data) in VALUES.items()}
    assert [value["name"] for value in answer["values"]] == sorted(VALUES, key=ordinal)


def test_names_that_dotnet_takes_for_one_come_in_the_same_order_every_time(stage: Stage) -> None:
    names = ["\u01c4", "\u01c5"]
    for number, order in enumerate((names, names[::-1])):
        for name in order:
            stage.poke(f"{T}\\{number}", name, DWORD, bytes(4)).poke(f"{T}\\{number}\\{name}", "", DWORD, bytes(4))
    keys = stage.read(keys=[{"path": f"{T}\\{number}", "depth": 1} for number in range(2)]).one()["keys"]
    for key in keys:
        assert [value["name"] for value in key["values"]] == names
        assert [below["path"].rsplit("\\", 1)[1] for below in key["keys"]] == names


def expected(kind: int, data: bytes) -> Json:
    """What the contract says about any bytes, written a second time and differently."""
    if kind == DWORD and len(data) == 4:
        return plain(int.from_bytes(data, "little"))
    if kind == QWORD and len(data) == 8:
        return plain(str(int.from_bytes(data, "little")))
    if kind in (SZ, EXPAND_SZ, MULTI_SZ):
        try:
            text = data.decode(UTF16)
        except UnicodeDecodeError:
            return raw(data)
        if kind == MULTI_SZ:
            items = text[:-1].split("\0")[:-1]
            if all(items) and "".join(f"{item}\0" for item in items) + "\0" == text:
                return plain(items)
        elif text.endswith("\0") and "\0" not in text[:-1]:
            return plain(text[:-1])
    return raw(data)


def test_random_bytes_of_every_kind_come_back_as_the_contract_says(stage: Stage) -> None:
    random_ = random.Random(20261126)
    alphabet = [b"a\0", b"\0\0", b"\0\xd8", b"\0\xdc", b"\xe4\0", b"\0", b"\\\0", b'"\0']
    values: dict[str, tuple[int, bytes]] = {}
    for number in range(400):
        kind = random_.choice([NONE, SZ, SZ, EXPAND_SZ, BINARY, DWORD, MULTI_SZ, MULTI_SZ, MULTI_SZ, QWORD, 12])
        data = b"".join(random_.choices(alphabet, k=random_.randrange(7)))
        values[f"{number:03}"] = (kind, data)
        stage.poke(T, f"{number:03}", kind, data)
    answer = stage.read(keys=[{"path": T}]).one()["keys"][0]
    assert by_name(answer) == {name: {"kind": kind, **expected(kind, data)} for name, (kind, data) in values.items()}


def test_depth_counts_the_levels_of_subkeys_and_every_returned_key_has_its_values(stage: Stage) -> None:
    names = ["RC4 128/128", "rc2", "\u00c4", "Z\ud83d"]
    for name in names:
        stage.poke(f"{T}\\{name}\\deep", "v", DWORD, b"\x01\0\0\0").poke(f"{T}\\{name}", "v", DWORD, b"\x02\0\0\0")
    stage.read(keys=[{"path": T}, {"path": T, "depth": 1}, {"path": T, "depth": 2}, {"path": T, "depth": 64}])
    flat, one, two, all_ = stage.one()["keys"]
    assert flat == {"path": T, "exists": True, "written": one["written"], "values": [], "keys": []}
    assert [key["path"] for key in one["keys"]] == [f"{T}\\{name}" for name in sorted(names, key=ordinal)]
    assert all(key["keys"] == [] and key["values"][0]["data"] == 2 for key in one["keys"])
    assert all(key["keys"][0]["values"] == [{"name": "v", "kind": DWORD, "data": 1}] for key in two["keys"])
    assert all_ == two


def test_a_slash_in_the_name_of_a_key_is_no_separator(stage: Stage) -> None:
    path = f"{T}\\RC4 128/128"
    stage.poke(path, "Enabled", DWORD, b"\0\0\0\0")
    there, elsewhere = stage.read(keys=[{"path": path}, {"path": f"{T}\\RC4 128\\128"}]).one()["keys"]
    assert there["exists"]
    assert by_name(there) == {"Enabled": {"kind": DWORD, "data": 0}}
    assert not elsewhere["exists"]


def test_the_other_view_is_a_path_of_its_own(stage: Stage) -> None:
    wow = f"{SOFTWARE}\\WOW6432Node\\T"
    stage.poke(T, "v", DWORD, b"\x40\0\0\0").poke(wow, "v", DWORD, b"\x20\0\0\0")
    native, other = stage.read(keys=[{"path": T}, {"path": wow}]).one()["keys"]
    assert (native["values"][0]["data"], other["values"][0]["data"]) == (0x40, 0x20)


def test_the_time_of_the_last_write_is_exact_and_does_not_spread_to_the_parent(stage: Stage) -> None:
    child = f"{T}\\child"
    stage.poke(child, "v", DWORD, b"\0\0\0\0").add("write_time", path=T).add("write_time", path=child)
    stage.read(keys=[{"path": T, "depth": 1}]).poke(child, "v", DWORD, b"\x01\0\0\0").add("write_time", path=child)
    dummy, dummy, parent_time, child_time, before, dummy, later_time, after = stage.read(
        keys=[{"path": T, "depth": 1}]
    ).run()
    assert before["keys"][0]["written"] == parent_time == after["keys"][0]["written"]
    assert before["keys"][0]["keys"][0]["written"] == child_time
    assert after["keys"][0]["keys"][0]["written"] == later_time
    assert int(later_time) > int(child_time)


def test_a_key_that_does_not_exist_is_an_answer_and_no_error(stage: Stage) -> None:
    answer = stage.read(keys=[{"path": f"{T}\\no\\such", "depth": 3}]).one()
    assert answer["keys"] == [{"path": f"{T}\\no\\such", "exists": False, "written": None, "values": [], "keys": []}]
    assert answer["errors"] == []


def test_settings_of_users_are_read_from_every_loaded_hive_and_from_no_other(stage: Stage) -> None:
    one, two = "HKEY_USERS\\S-1-5-21-9-9-9-1001", "HKEY_USERS\\S-1-5-21-9-9-9-1002"
    stage.poke(f"{one}\\Software\\T", "v", DWORD, b"\x01\0\0\0").poke(two, "v", DWORD, b"\x02\0\0\0")
    for other in (f"{one}_Classes", "HKEY_USERS\\S-1-5-18"):
        stage.poke(f"{other}\\Software\\T", "v", DWORD, b"\x03\0\0\0")
    stage.read(keys=[{"path": T}], user_keys=[{"path": "Software\\T"}, {"path": "Software\\None"}])
    answer = stage.one()
    paths = [key["path"] for key in answer["keys"]]
    users = ["HKEY_USERS\\S-1-5-21-0-0-0-1000", one, two]
    assert paths == [T, *(f"{user}\\Software\\{name}" for name in ("T", "None") for user in users)]
    assert {key["path"]: key["exists"] for key in answer["keys"] if key["exists"]} == {f"{one}\\Software\\T": True}
