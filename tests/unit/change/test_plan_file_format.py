# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a saved plan: what is written is read as it was, and nothing else is read at all."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.examples import examples
from tools.planned_host import PREPARED, PlannedHost
from tools.random_hosts import STAGE, hosts
from tools.saved_plans import ends_of, of, record, sealed

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    PlanFileError,
    digest_of,
    read_host_plan,
    read_plan_file,
    render,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._change.planfile.data import host_data_of
from ansible_collections.msexchange.tls.plugins.plugin_utils._change.planfile.read import LARGEST
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import make_plan
from ansible_collections.msexchange.tls.plugins.plugin_utils._version import VERSION

pytestmark = pytest.mark.proves("saved_plan")

EX1 = PlannedHost("ws2016", "15.1.2507.6", {r"SCHANNEL\Protocols\TLS 1.0\Server": {"Enabled": "1"}})
FILE = render(of(record(EX1, "retire")))


def refusal(data: bytes) -> str:
    """The sentence about a file that is no plan."""
    with pytest.raises(PlanFileError) as caught:
        read_plan_file(data, "plan.json")
    return caught.value.sentence


def changed(*path: str | int, to: t.Any) -> bytes:
    """The file with one member set to something else and a digest that fits."""
    data = json.loads(FILE)
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return sealed(data)


@examples(40)
@given(hosts(), STAGE, st.text(max_size=20))
def test_a_plan_is_read_as_it_was_written(host: PlannedHost, stage: str, ticket: str) -> None:
    plan = make_plan(host.state, host.baseline, stage, members=PREPARED, force=True)
    plans = of(record(host, stage, "b", plan), record(host, stage, "a", plan), ticket=ticket)
    assert [one.name for one in plans.hosts] == ["a", "b"]
    assert read_plan_file(render(plans), "plan.json") == plans
    # What a task registers comes through JSON as well.
    assert read_host_plan(json.loads(json.dumps(host_data_of(plans.hosts[0])))) == plans.hosts[0]


def test_the_same_plan_gives_the_same_bytes_in_ascii() -> None:
    again = PlannedHost("ws2016", "15.1.2507.6", {r"SCHANNEL\Protocols\TLS 1.0\Server": {"Enabled": "1"}})
    assert render(of(record(again, "retire"))) == FILE
    assert FILE.isascii()
    assert json.loads(FILE)["sha256"] == digest_of(read_plan_file(FILE, "plan.json"))


@examples(300)
@given(st.integers(0, len(FILE) - 1), st.integers(0, 255))
def test_a_file_with_any_byte_changed_is_refused(position: int, byte: int) -> None:
    if FILE[position] != byte:
        refusal(FILE[:position] + bytes([byte]) + FILE[position + 1 :])


@examples(100)
@given(st.integers(0, len(FILE) - 1))
def test_a_file_that_is_cut_is_refused(length: int) -> None:
    refusal(FILE[:length])


@pytest.mark.proves("hostile_answers")
def test_spoiled_files_end_in_a_sentence_or_say_what_was_read() -> None:
    ends = ends_of(FILE, 2000, seed=11)
    assert ends["refused"] > 1500
    assert ends["read"] > 10


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is not JSON, or cut off"),
        (b"[]", "an object is expected, found a list of 0"),
        (b"\xff", "byte 0 is not ASCII"),
        (b"!!python/object/apply:os.system ['true']", "it is not JSON, or cut off"),
        (b"[" * 200_000, "it is not JSON, or cut off"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "has format None"),
        (b'{"format_version": ' + b"9" * 100_000 + b"}", "it is not JSON, or cut off"),
        (b'{"format_version": true}', "has format True, this collection reads format 1"),
        (b'{"format_version": 2}', "has format 2, this collection reads format 1"),
        (b'{"format_version": 1, "version": "x"}', "does not say which version made it, but 'x'"),
        (b'{"format_version": 1, "version": "2.0.0"}', "was made by version '2.0.0' of msexchange.tls"),
        (FILE.replace(b"\n", b"\r\n"), "it says the same in other bytes, as an editor or a change of line endings"),
        (FILE.replace(b'"CHG0042"', b'"CHG0043"'), "was changed after it was made: its sha256 does not fit"),
        (b" " * (LARGEST + 1), f"no plan has more than {LARGEST}"),
    ],
)
def test_what_is_no_plan_is_refused_with_the_reason(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_nesting_costs_no_time_even_where_the_format_is_known() -> None:
    version = VERSION.encode()
    deep = b'{"format_version": 1, "version": "' + version + b'", "x": ' + b"[" * 400 + b"]" * 400 + b"}"
    assert "it is nested deeper than any" in refusal(deep)


@pytest.mark.parametrize(
    ("path", "to", "words"),
    [
        (("extra",), 1, "there is no member 'extra'"),
        (("collection",), "other.thing", "collection: one of msexchange.tls is expected"),
        (("made_at",), "2026-02-30T00:00:00Z", "made_at: a time like 2026-11-26T10:15:00Z is expected"),
        (("hosts",), {}, "hosts: a list of at most"),
        (("hosts",), [1], "hosts[0]: an object is expected, found 1"),
        (("hosts", 0, "stage"), "next week", "hosts[0].stage: one of prepare, obsolete"),
        (("hosts", 0, "complete"), 1, "hosts[0].complete: true or false is expected, found 1"),
        (("hosts", 0, "computer"), "x" * 20_000, "hosts[0].computer: text of at most 16384 characters"),
        (("hosts", 0, "name"), "", "hosts[0].name: the name of a host is expected"),
        (("hosts", 0, "facts", "windows"), "ws2022", "hosts[0].observed: the digest is not that of facts and prior"),
        (("hosts", 0, "prior", 0, "exists"), None, "hosts[0]"),
        (("hosts", 0, "entries", 0, "reason"), "because", "hosts[0].entries[0].reason: one of as_wanted"),
        (("hosts", 0, "exceptions"), [{"rule": "x", "until": "soon"}], "a day like 2026-12-31 is expected"),
    ],
)
def test_a_plan_that_was_written_by_somebody_else_is_refused_with_the_place(
    path: tuple[str | int, ...], to: t.Any, words: str
) -> None:
    sentence = refusal(changed(*path, to=to))
    assert sentence.startswith("The plan plan.json cannot be used: ")
    assert words in sentence


@pytest.mark.parametrize(
    ("member", "to", "words"),
    [
        ("op", "delete_key", "op: one of set, delete_value is expected, found 'delete_key'"),
        ("op", "delete_value", "after: this does not go with delete_value"),
        ("after", None, "after: this does not go with set"),
        ("after", {"kind": 4, "data": -1}, "data: a number from 0 to 0xffffffff is expected, found -1"),
        ("after", {"kind": 4, "data": True}, "data: a number from 0 to 0xffffffff is expected, found True"),
        ("after", {"kind": 1, "data": "a\0b"}, "this is not what the registry can hold in typed form"),
        ("after", {"kind": 3, "data": ""}, "kind: registry kind 3 has no typed form, so raw must be true"),
        ("after", {"kind": 3, "data": "%", "raw": True}, "data: base64 is expected"),
        ("after", {"kind": 4, "data": "AQAAAA==", "raw": True}, "raw must be left out"),
        ("after", {"kind": 11, "data": "9" * 25}, "data: decimal digits are expected as text"),
        ("after", {"kind": 7, "data": [1]}, "data: a list of at most 1000 texts is expected"),
        ("shell", "cmd.exe", "there is no member 'shell'"),
    ],
)
def test_an_operation_is_set_or_delete_of_one_value_that_the_registry_can_hold(
    member: str, to: t.Any, words: str
) -> None:
    entries = json.loads(FILE)["hosts"][0]["entries"]
    index = next(number for number, entry in enumerate(entries) if entry["operations"])
    sentence = refusal(changed("hosts", 0, "entries", index, "operations", 0, member, to=to))
    assert words in sentence


def test_two_records_of_one_host_are_refused() -> None:
    hosts_twice = json.loads(FILE)["hosts"] * 2
    assert "hosts stand there by name, each once" in refusal(changed("hosts", to=hosts_twice))
