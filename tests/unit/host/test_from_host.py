# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer of a host becomes an observation, or one sentence that says what is wrong with it."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.journals import KEY, journal, packed

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    Observation,
    ObservationError,
    RegistryValue,
    from_host,
)

pytestmark = pytest.mark.proves("hostile_answers")

PROTOCOLS = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
ASKED = {"keys": [{"path": PROTOCOLS, "depth": 4}], "user_keys": [{"path": r"Software\Internet Settings", "depth": 0}]}


def key(path: str, **members: t.Any) -> dict[str, t.Any]:
    return {"path": path, "exists": True, "written": "133000000000000000", "values": [], "keys": [], **members}


def value(name: str, kind: int, data: t.Any, raw: bool = False) -> dict[str, t.Any]:
    return {"name": name, "kind": kind, "data": data, **({"raw": True} if raw else {})}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


ANSWER: dict[str, t.Any] = {
    "contract": 1,
    "changed": False,
    "identity": {
        "computer": "EX01",
        "domain": "example.org",
        "now": "134000000000000000",
        "boot": "133000000000000000",
        "powershell": "5.1.17763.1",
        "elevated": True,
    },
    "files": [
        {
            "path": r"C:\Exchange\Bin\ExSetup.exe",
            "exists": True,
            "version": "15.2.1748.10",
            "size": 10,
            "content": None,
        },
        {"path": None, "exists": False, "version": None, "size": None, "content": None},
        {"path": r"C:\ProgramData\ntuser.pol", "exists": True, "version": None, "size": 4, "content": encoded(b"PReg")},
    ],
    "keys": [
        key(
            PROTOCOLS,
            values=[
                value("EventLogging", 4, 7),
                value("Big", 11, "18446744073709551615"),
                value("Text", 1, "abc"),
                value("List", 7, ["a", "b"]),
                value("Empty list", 7, []),
                value("Short", 4, encoded(b"\1\0"), raw=True),
                value("None", 0, encoded(b""), raw=True),
            ],
            keys=[key(PROTOCOLS + r"\Ciphers", exists=None, written=None)],
        ),
        key(r"HKEY_USERS\S-1-5-21-1-2-3-500\Software\Internet Settings", values=[value("SecureProtocols", 4, 2048)]),
    ],
    "journal": [
        {"id": "change-0001", "gzip": packed(journal(meta={"ticket": "CHG1"}))},
        {"id": "change-0002", "error": "unexpected end"},
    ],
    "errors": [{"path": PROTOCOLS + r"\Ciphers", "code": 5, "text": "Access is denied."}],
}


def read(**changes: t.Any) -> Observation:
    return from_host({**copy.deepcopy(ANSWER), **changes}, ASKED)


def test_every_kind_of_value_keeps_its_type() -> None:
    observation = read()
    typed = {found.name: found for found in observation.keys[0].values}
    assert typed["EventLogging"] == RegistryValue("EventLogging", 4, 7)
    assert typed["Big"].data == 2**64 - 1
    assert typed["Text"].data == "abc"
    assert typed["List"].data == ("a", "b")
    assert typed["Empty list"].data == ()
    assert typed["Short"] == RegistryValue("Short", 4, b"\1\0", True)
    assert typed["None"] == RegistryValue("None", 0, b"", True)


def test_identity_times_files_and_journal_arrive_typed() -> None:
    observation = read()
    assert (observation.machine.computer, observation.machine.boot) == ("EX01", 133000000000000000)
    assert observation.journal[0].values == ((KEY, "Enabled"),)
    assert observation.journal[0].meta == {"ticket": "CHG1"}
    assert (observation.journal[1].state, observation.journal[1].error) == ("torn", "unexpected end")
    found = observation.file(r"bin\exsetup.exe")
    assert found is not None
    assert found.version == "15.2.1748.10"
    archive = observation.file("NTUSER.POL")
    assert archive is not None
    assert archive.content == b"PReg"


def test_a_file_whose_folder_is_not_known_is_no_error() -> None:
    assert [fact.exists for fact in read().files] == [True, False, True]


def test_a_denied_key_is_not_read_and_an_absent_one_is() -> None:
    observation = read()
    assert not observation.was_read(PROTOCOLS + r"\Ciphers")
    assert not observation.was_read(PROTOCOLS + r"\Ciphers\NULL")
    assert observation.was_read(PROTOCOLS + r"\Protocols\TLS 1.2\Server")
    assert not observation.was_read(r"HKEY_LOCAL_MACHINE\SOFTWARE\Never\Asked")


def test_a_user_key_counts_as_asked_in_every_hive_that_came() -> None:
    assert read().was_read(r"HKEY_USERS\S-1-5-21-1-2-3-500\Software\Internet Settings")
    assert not read().was_read(r"HKEY_USERS\S-1-5-21-9-9-9-500\Software\Internet Settings")


def test_without_a_request_the_standard_reading_counts() -> None:
    observation = from_host(copy.deepcopy(ANSWER))
    assert {request.path for request in observation.asked} >= {entry["path"] for entry in load().reading["keys"]}


def test_a_choice_of_values_and_of_keys_is_kept_in_mind() -> None:
    store = r"HKEY_LOCAL_MACHINE\SOFTWARE\Store"
    named_by = {"path": r"HKEY_LOCAL_MACHINE\SOFTWARE\Source", "value": "Hash"}
    asked = {
        "keys": [
            {"path": PROTOCOLS, "depth": 0, "values": ["EventLogging", "Absent"]},
            {"path": store, "depth": 1, "named_by": named_by},
        ]
    }
    keys = [key(PROTOCOLS, values=[value("EventLogging", 4, 7)]), key(store, keys=[key(store + r"\0A1B")])]
    observation = from_host({**copy.deepcopy(ANSWER), "keys": keys, "errors": []}, asked)
    assert observation.was_read(PROTOCOLS, "absent")
    assert not observation.was_read(PROTOCOLS, "SendTrustedIssuerList")
    assert observation.was_read(store + r"\0a1b", "Blob")
    assert not observation.was_read(store + r"\FFFF")


def test_the_standard_reading_does_not_know_what_it_leaves_out() -> None:
    windows = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    observation = from_host({**copy.deepcopy(ANSWER), "keys": [key(windows)]})
    assert observation.was_read(windows, "UBR")
    assert not observation.was_read(windows, "DigitalProductId")


def test_the_text_of_a_host_is_read_like_the_object() -> None:
    assert from_host(json.dumps(ANSWER), ASKED) == read()


def at(path: str, new: t.Any) -> dict[str, t.Any]:
    """The answer with one member replaced; a path such as ``keys.0.values.0.data``."""
    answer = copy.deepcopy(ANSWER)
    node: t.Any = answer
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        node = node[part]
    node[last] = new
    return answer


BROKEN: tuple[tuple[str, t.Any, str], ...] = (
    ("contract", 2, "contract: this collection understands contract 1, found 2"),
    ("contract", True, "contract: this collection understands contract 1, found True"),
    ("identity", None, "identity: an object is expected, found None"),
    ("identity.now", 5, "identity.now: decimal digits"),
    ("identity.boot", "99999999999999999999999", "identity.boot: decimal digits"),
    ("identity.boot", "\u0661", "identity.boot: decimal digits"),
    ("identity.elevated", "yes", "identity.elevated: true or false is expected, found 'yes'"),
    ("keys", {}, "keys: a list is expected"),
    ("keys.0", "x", "keys[0]: an object is expected"),
    ("keys.0.path", "", "keys[0].path: the path of a registry key is expected"),
    ("keys.0.exists", 1, "keys[0].exists: true or false is expected"),
    ("keys.0.values.0.kind", -1, "keys[0].values[0].kind: a number from 0"),
    ("keys.0.values.0.data", 4294967296, "keys[0].values[0].data: a number from 0 to 4294967295"),
    ("keys.0.values.0.data", True, "keys[0].values[0].data: a number"),
    ("keys.0.values.0.data", "7", "keys[0].values[0].data: a number"),
    ("keys.0.values.1.data", 7, "keys[0].values[1].data: decimal digits"),
    ("keys.0.values.2.data", "a\0b", "keys[0].values[2].data: this is not what the registry can hold in typed form"),
    ("keys.0.values.3.data", ["a", ""], "keys[0].values[3].data: this is not what the registry can hold in typed form"),
    ("keys.0.values.3.data", "a", "keys[0].values[3].data: a list of texts is expected"),
    ("keys.0.values.5.data", "not base64!", "keys[0].values[5].data: base64 is expected"),
    ("keys.0.values.0.kind", 3, "registry kind 3 has no typed form, so raw must be true"),
    ("keys.0.keys.0.path", 7, "keys[0].keys[0].path: text is expected"),
    ("errors.0.code", "5", "errors[0].code: a number"),
    ("files.0.content", "%%%", "files[0].content: base64 is expected"),
)


@pytest.mark.parametrize(("path", "new", "says"), BROKEN)
def test_a_broken_member_is_named_with_its_place_in_one_sentence(path: str, new: t.Any, says: str) -> None:
    with pytest.raises(ObservationError) as caught:
        from_host(at(path, new), ASKED)
    message = str(caught.value)
    assert message.startswith("The host's answer cannot be used: ")
    assert says in message
    assert message.endswith(".")
    assert message.isprintable()


BOMB = base64.b64encode(gzip.compress(b" " * 50_000_000)).decode()
NO_JOURNAL: dict[str, tuple[str, str]] = {
    "not whole": (packed(journal())[:40], "did not come over whole"),
    "not packed": (base64.b64encode(b"{}").decode(), "did not come over whole"),
    "nothing": ("", "is empty"),
    "nothing, packed": (packed(b""), "is empty"),
    "larger than any journal": (BOMB, "larger than 1 MB"),
    "of another change": (packed(journal("change-0009")), "the file is named change-0001, found 'change-0009'"),
    "of a later version": (packed(journal(contract=2)), "this version knows 1, found 2"),
}


@pytest.mark.parametrize("name", NO_JOURNAL)
def test_a_journal_that_is_not_understood_is_torn_and_the_host_is_read_all_the_same(name: str) -> None:
    content, words = NO_JOURNAL[name]
    observation = from_host(at("journal.0.gzip", content))
    assert (observation.journal[0].id, observation.journal[0].state) == ("change-0001", "torn")
    assert words in observation.journal[0].error
    assert observation.keys == from_host(ANSWER).keys


def test_an_answer_that_is_nested_without_end_is_refused_in_one_sentence() -> None:
    endless: t.Any = "x"
    for _level in range(5000):
        endless = [endless]
    with pytest.raises(ObservationError, match="an object is expected"):
        from_host({**ANSWER, "keys": endless})


@pytest.mark.parametrize("name", ["contract", "identity", "files", "keys", "journal", "errors"])
def test_a_missing_member_is_named(name: str) -> None:
    answer = copy.deepcopy(ANSWER)
    del answer[name]
    with pytest.raises(ObservationError, match=rf"{name}: is missing"):
        from_host(answer, ASKED)


NOT_JSON: tuple[tuple[t.Any, str], ...] = (
    ("", "it is empty"),
    ("\r\n  \n", "it is empty"),
    ("\nAccess denied {0}\nline 2", "its first line is: Access denied {0}"),
    ("\x1b[31;1mGet-Item: \x1b[0mno", "its first line is: \\x1b[31;1mGet-Item: \\x1b[0mno"),
    ({"failed": True, "module_stdout": "boom\nmore", "msg": "MODULE FAILURE"}, "its first line is: boom"),
    (
        {"failed": True, "module_stdout": "", "module_stderr": "#< CLIXML\r\n", "msg": ""},
        "its first line is: #< CLIXML",
    ),
)


@pytest.mark.parametrize(("answer", "says"), NOT_JSON)
def test_what_is_not_json_is_quoted_by_its_first_line(answer: t.Any, says: str) -> None:
    with pytest.raises(ObservationError) as caught:
        from_host(answer, ASKED)
    assert str(caught.value) == f"The host did not answer in JSON; {says}."


@pytest.mark.parametrize("answer", [None, [], 7, "[]", "null", "7", "{}", {}, b"x"])
def test_any_other_thing_than_an_object_is_refused_in_one_sentence(answer: t.Any) -> None:
    with pytest.raises(ObservationError):
        from_host(answer, ASKED)


def test_endless_nesting_is_refused() -> None:
    nested = key("HKEY_LOCAL_MACHINE\\A")
    for dummy in range(60):
        nested = key("HKEY_LOCAL_MACHINE\\A", keys=[nested])
    with pytest.raises(ObservationError, match="nested more than 40 deep"):
        read(keys=[nested])


def test_endless_keys_are_refused() -> None:
    with pytest.raises(ObservationError, match="more than 20000 keys"):
        read(keys=[key("HKEY_LOCAL_MACHINE\\A")] * 20_001)


def test_deep_json_text_is_refused() -> None:
    with pytest.raises(ObservationError, match="did not answer in JSON"):
        from_host("[" * 200_000, ASKED)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
PLACES = sorted({path for path, _new, _says in BROKEN} | {"keys.0.values.0", "keys.0.values", "journal", "files.0"})


def complaint(answer: t.Any) -> str:
    """The sentence that refuses an answer, empty when it is taken."""
    try:
        from_host(answer, ASKED)
    except ObservationError as error:
        return str(error)
    return ""


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_in_a_member_only_the_one_error_comes_out(path: str, new: t.Any) -> None:
    assert complaint(at(path, new)).isprintable()
