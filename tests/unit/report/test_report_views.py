# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The views: what people see, and what a hostile name cannot do to them."""

from __future__ import annotations

import copy
import html.parser
import itertools
import json
import pathlib
import re
import shlex
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from unit.report.report_material import HOSTILE, answer, example_hosts, finding, make_report, material, rule, state

from ansible_collections.msexchange.tls.plugins.plugin_utils._report import (
    ReportError,
    render_html,
    render_markdown,
    render_text,
)

pytestmark = pytest.mark.proves("report")

Data = dict[str, t.Any]
Render = t.Callable[[Data], str]

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
RENDERERS: dict[str, Render] = {"report.txt": render_text, "report.md": render_markdown, "report.html": render_html}
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(html.parser.HTMLParser):
    """What a browser would make of the page: open tags are closed, ids, links, and text outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "action", "data", "srcset", "poster"):
                self.links.append(value or "")
            assert not name.startswith("on"), f"{tag} has {name}"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.scripts if self.open and self.open[-1] == "script" else self.texts).append(data)


def hostile_report() -> Data:
    """The hostile text wherever a server, a file or a peer can put one."""
    read = state(("tls_1_2",), [rule(HOSTILE, "fail", before=HOSTILE, after=[HOSTILE], detail=HOSTILE, stage=HOSTILE)])
    read["host"] = {"computer": HOSTILE, "os": {"name": HOSTILE}, "exchange": {"release": HOSTILE, "role": HOSTILE}}
    read["findings"] = [{**finding(HOSTILE, "error", HOSTILE), "message": HOSTILE, "sources": [HOSTILE, "S1"]}]
    read["read_errors"] = [{"path": HOSTILE, "code": 5, "text": HOSTILE}]
    read["ignored"] = [{"line": 1, "text": HOSTILE, "why": HOSTILE}]
    read["stages"] = [{"stage": HOSTILE, "state": HOSTILE, "detail": HOSTILE}]
    read["next_stage"] = read["profile"] = HOSTILE
    gate = {"stage": HOSTILE, "reason": HOSTILE, "remedy": HOSTILE}
    change = {"changed": True, "change": HOSTILE, "journal": HOSTILE, "gates": [gate]}
    wire = [{**answer(HOSTILE, tls_1_2="accepted"), "status": HOSTILE, "detail": HOSTILE, "service": HOSTILE}]
    return make_report(
        material(HOSTILE, read, change=change, wire=wire),
        material(HOSTILE, {"failed": True, "msg": HOSTILE}, unprobed=HOSTILE),
        title=HOSTILE,
        partners_unprobed=HOSTILE,
    )


@pytest.mark.parametrize("file", [*RENDERERS, "report.json"])
def test_the_views_look_as_they_did(file: str, example: Data, tmp_path: pathlib.Path) -> None:
    actual = RENDERERS[file](example) if file in RENDERERS else json.dumps(example, indent=1, sort_keys=True) + "\n"
    if actual != (GOLDEN / file).read_text(encoding="utf-8"):
        (tmp_path / file).write_text(actual, encoding="utf-8")
        accept = f"cp {shlex.quote(str(tmp_path / file))} {shlex.quote(str(GOLDEN / file))}"
        pytest.fail(f"{file} looks different. When that is right, accept it with: {accept}")


@pytest.mark.parametrize("released", sorted((GOLDEN / "released").glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_every_released_form_of_the_data_can_still_be_rendered(released: pathlib.Path, render: Render) -> None:
    assert "ex16-1" in render(json.loads(released.read_text(encoding="utf-8")))


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "something else"}, "no report of msexchange.tls"),
        ({"schema_version": 2}, "use the version of the collection that wrote it"),
        ({"schema_version": None}, "version None"),
    ],
)
def test_what_is_no_report_of_ours_is_refused_with_a_sentence(
    render: Render, change: Data, words: str, example: Data
) -> None:
    with pytest.raises(ReportError, match=words):
        render({**example, **change})


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_rendering_leaves_the_data_alone(render: Render, example: Data) -> None:
    kept = copy.deepcopy(example)
    render(example)
    assert example == kept


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_a_report_about_no_server_is_a_report(render: Render) -> None:
    assert "0 servers" in render(make_report())


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_every_view_shows_every_server_with_a_verdict_in_words(render: Render, example: Data) -> None:
    text = render(example)
    for host in example["hosts"]:
        assert host["name"] in text
    for verdict in ("pass", "unknown", "fail"):
        assert verdict in text.lower()


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_no_view_has_control_or_direction_characters(render: Render) -> None:
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", render(hostile_report())
    )


def test_the_text_fits_120_columns_and_is_plain(example: Data) -> None:
    text = render_text(example)
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 120
    assert not any(line.endswith(" ") for line in text.splitlines())


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(st.lists(st.text(min_size=1, max_size=90), min_size=1, max_size=4))
def test_the_text_fits_120_columns_whatever_servers_are_called(names: list[str]) -> None:
    lines = render_text(make_report(*(material(name, example_hosts()[0]["before"]) for name in names))).splitlines()
    assert max(len(line) for line in lines) <= 120


def test_wide_characters_take_two_columns() -> None:
    lines = render_text(make_report(material("服务器", state(("tls_1_2",), []), None), material("ex1"))).splitlines()
    (wide,) = [line for line in lines if line.startswith("服务器 ")]
    head = next(line for line in lines if line.startswith("SERVER"))
    assert wide.index("2016") + 3 == head.index("EXCHANGE")


def test_two_readings_are_two_rows_and_the_second_does_not_repeat_the_name(example: Data) -> None:
    lines = render_text(example).splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("ex16-1.example "))
    assert "before" in lines[place]
    assert lines[place].endswith("FAIL")
    assert lines[place + 1].startswith(" ")
    assert "after" in lines[place + 1]
    assert lines[place + 1].endswith("PASS")


def test_what_was_not_read_is_said_in_words(example: Data) -> None:
    text = render_text(example)
    assert "Reading the server failed, it was unreachable: timed out." in text
    assert "The server was not read in this run." in text


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_every_view_says_that_no_port_was_connected_to_and_why(render: Render) -> None:
    read = state(("tls_1_2",), [rule("protocols.tls_1_2.server", "pass")])
    blind = make_report(
        *(material(name, read, unprobed="jump1 did not answer") for name in ("ex1", "ex2")),
        partners_unprobed="a.example is no list",
    )
    text = render(blind)
    assert "No port of ex1, ex2 was connected to: jump1 did not answer." in text
    assert "No mail partner was connected to: a.example is no list." in text
    assert "was connected to" not in render(make_report(material("ex1", read)))


def test_tables_in_markdown_keep_their_columns_whatever_a_server_says() -> None:
    lines = render_markdown(hostile_report()).splitlines()
    heads = [place for place, line in enumerate(lines) if re.fullmatch(r"\|(---\|)+", line)]
    assert len(heads) == 3
    for place in heads:
        wanted = lines[place].count("|")
        for line in lines[place - 1 :]:
            if not line.startswith("|"):
                break
            assert len(re.findall(r"(?<!\\)\|", line)) == wanted, line


def test_a_server_cannot_put_markup_links_or_mentions_into_a_ticket() -> None:
    text = render_markdown(hostile_report())
    assert not re.search(r"<|(?<!\\)\[|://|@|www\.|(?<!\\)`", text)


def test_the_page_shows_hostile_text_as_text_and_runs_nothing() -> None:
    page = Page(render_html(hostile_report()))
    assert page.open == []
    assert "img" not in page.tags
    assert page.tags.count("script") == 1
    shown = "".join(page.texts)
    assert "</script><img src=x onerror=1>{{7*7}}" in shown
    assert "49" not in re.findall(r"\d+", shown.replace("49200", ""))


def test_the_page_holds_its_data_as_json(example: Data) -> None:
    (script,) = Page(render_html(example)).scripts
    assert json.loads(script) == example
    (script,) = Page(render_html(hostile_report())).scripts
    assert json.loads(script) == hostile_report()


@pytest.mark.parametrize("make", [lambda: make_report(*example_hosts()), hostile_report], ids=["example", "hostile"])
def test_every_link_of_the_page_leads_to_a_place_in_it(make: t.Callable[[], Data]) -> None:
    page = Page(render_html(make()))
    assert len(page.ids) == len(set(page.ids))
    assert page.links
    for link in page.links:
        assert link.startswith("#"), link
        assert link[1:] in page.ids, link


def test_the_page_needs_no_network_and_no_script(example: Data) -> None:
    text = render_html(example)
    assert "default-src 'none'" in text
    assert not re.search(r"@import|url\(", text)
    assert re.findall(r"<script([^>]*)>", text) == [' type="application/json" id="data"']
    assert "<summary>" in text


def test_what_needs_somebody_is_open_on_the_page_and_the_rest_is_folded(example: Data) -> None:
    text = render_html(example)
    assert '<details id="host-1">' in text
    assert '<details id="host-2" open>' in text


def test_found_and_wanted_of_a_failed_rule_stand_side_by_side(example: Data) -> None:
    row = r"<tr><td>retire</td><td>TLS 1.0, server side</td><td>(.*?)</td><td>(.*?)</td>"
    assert ("on", "off") in re.findall(row, render_html(example))


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        ((), "none"),
        (("tls_1_2",), "TLS 1.2"),
        (("tls_1_0", "tls_1_1", "tls_1_2"), "TLS 1.0 to 1.2"),
        (("ssl_3_0", "tls_1_0", "tls_1_2"), "SSL 3.0 to TLS 1.0, 1.2"),
        (("ssl_2_0", "tls_1_1", "tls_1_3"), "SSL 2.0, TLS 1.1, 1.3"),
    ],
)
def test_versions_are_written_as_short_as_they_can_be_understood(versions: tuple[str, ...], text: str) -> None:
    assert f"  {text}  " in render_text(make_report(material("ex1", state(versions, []))))


def cells_of_overview(report: Data) -> list[list[str]]:
    lines = render_markdown(report).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("|---"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start + 1 :])
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in rows]


def counts(report: Data) -> list[tuple[str, str]]:
    return [(cells[6], cells[7]) for cells in cells_of_overview(report)]


def test_errors_and_warnings_count_what_is_said_of_ports_as_well_once_for_each_endpoint() -> None:
    read = state(
        ("tls_1_2",), [rule("protocols.tls_1_2.server", "pass")], [finding("values.algorithm_data", "warning", "c")]
    )
    rc4, expired = finding("suites.rc4", "error", "ex1:443"), finding("certificate.sha1", "warning", "ex1:443")
    wire = [
        {**answer("ex1", tls_1_2="accepted"), "findings": [rc4, rc4, expired]},
        {
            **answer("ex1", tls_1_2="accepted"),
            "port": 444,
            "findings": [rc4, finding("endpoint.hint", "note", "ex1:444")],
        },
    ]
    report = make_report(material("ex1", read, wire=wire))
    assert counts(report) == [("2", "2")]
    (row,) = [line for line in render_text(report).splitlines() if line.startswith("ex1 ")]
    assert re.search(r" 2 +2 +prepare +PASS$", row)
    assert "<td>2</td><td>2</td><td>prepare</td>" in render_html(report)


def test_ports_count_in_the_last_row_of_a_server_also_where_its_registry_could_not_be_read() -> None:
    read = state(("tls_1_2",), [rule("protocols.tls_1_2.server", "pass")])
    wire = [{**answer("ex1", tls_1_2="accepted"), "findings": [finding("suites.rc4", "error", "ex1:443")]}]
    failed = {"failed": True, "msg": "Access was denied."}
    assert counts(make_report(material("ex1", read, read, wire=wire))) == [("0", "0"), ("1", "0")]
    assert counts(make_report(material("ex1", read, failed, wire=wire))) == [("0", "0"), ("1", "0")]
    assert counts(make_report(material("ex1", failed, wire=wire))) == [("1", "0")]
    assert counts(make_report(material("ex1", failed))) == [("-", "-")]


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_every_view_names_the_mail_partners_and_what_a_stage_would_end(render: Render, example: Data) -> None:
    text = render(example)
    assert "Mail partners" in text
    assert "mx1.contoso.example TLS 1.0" in text
    assert "Mail partners" not in render(make_report())


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_a_mail_exchanger_that_did_not_answer_is_not_said_to_accept_none(render: Render) -> None:
    silent = {"domain": "a.example", "endpoints": [{"host": "mx1.a.example", "status": "timeout", "versions": {}}]}
    text = render(make_report(partners=[silent]))
    assert "mx1.a.example (timeout)" in text
    assert "mx1.a.example none" not in text


@pytest.mark.parametrize(
    ("status", "states", "accepts", "refuses"),
    [
        ("unreachable", {}, "not known", "not known"),
        ("timeout", {"tls_1_2": "accepted"}, "TLS 1.2", "not known"),
        ("no_tls", {}, "none", "not known"),
        ("answered", dict.fromkeys(("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"), "refused"),
         "none", "SSL 2.0 to TLS 1.3"),
        ("answered", dict.fromkeys(("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"), "accepted"),
         "SSL 2.0 to TLS 1.3", "none"),
    ],
)  # fmt: skip
def test_a_port_of_which_nothing_is_known_is_not_said_to_accept_or_refuse_none(
    status: str, states: dict[str, str], accepts: str, refuses: str
) -> None:
    report = make_report(material("ex1", state(("tls_1_2",), []), wire=[answer("ex1", status, **states)]))
    (row,) = [line for line in render_markdown(report).splitlines() if line.startswith("| https ex1:443")]
    assert [cell.strip() for cell in row.split("|")][3:5] == [accepts, refuses]
    assert f"<td>{accepts}</td>\n<td>{refuses}</td>" in render_html(report)
