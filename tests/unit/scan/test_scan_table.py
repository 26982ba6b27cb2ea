# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person sees, and what the shell is told."""

from __future__ import annotations

import contextlib
import datetime
import io
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.answers import ECDHE_GCM, RC4, TLS_1_3, answer

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (
    Context,
    judge,
    judge_partners,
    load_clients,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan.ending import Exit, exit_status
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan.progress import Progress, progress_bar
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan.table import table

pytestmark = pytest.mark.proves("scan")

TODAY = datetime.date(2026, 11, 26)
HARDENED = answer(tls_1_2=[ECDHE_GCM], tls_1_3=[TLS_1_3], facts={"secure_renegotiation": True})
OLD = answer(host="old.example.org", tls_1_0=[RC4])
SILENT = answer("smtp", 25, "smtp", status="unreachable", detail="No connection: Connection refused.")

#: Letters that steer terminals, reverse lines or break them.
HOSTILE = st.text(st.sampled_from("aZ \x1b[31m\x07\r\n\t\x00\x9b\u202e\u2028\ud800"), max_size=300)


def result(*answers: dict[str, t.Any], partners: t.Sequence[dict[str, t.Any]] = ()) -> dict[str, t.Any]:
    judged = judge(answers, Context(TODAY, load_clients()))
    return {**judged, "partners": judge_partners(partners, (), TODAY, "retire")}


def conformance(verdict: str) -> dict[str, t.Any]:
    found = [{"kind": "version_accepted", "version": "tls_1_0", "suite": None, "detail": "TLS 1.0 is accepted."}]
    deviations = found if verdict == "deviates" else []
    open_questions = ["whether TLS 1.1 is refused"] if verdict == "unknown" else []
    return {"conformance": {"verdict": verdict, "deviations": deviations, "open_questions": open_questions}}


def test_each_endpoint_has_a_line_with_what_matters() -> None:
    lines = table(result(HARDENED, OLD, SILENT)).splitlines()
    assert lines[0].split() == ["Endpoint", "Versions", "Suites", "Order", "Certificate", "ends", "Score"]
    hardened, old, silent = (line.split() for line in lines[1:4])
    assert hardened[:7] == ["ex01.example.org:443", "(https)", "TLS", "1.2", "1.3", "2", "server"]
    assert (hardened[-1], old[-1]) == ("A", "F")
    assert old[2:6] == ["TLS", "1.0", "1", "server"]
    assert " ".join(silent) == "ex01.example.org:25 (smtp) unreachable: No connection: Connection refused."


def test_a_version_that_is_not_known_is_never_left_out() -> None:
    assert "TLS 1.2 1.3?" in table(result(answer(tls_1_2=[ECDHE_GCM], tls_1_3=None)))


def test_findings_come_with_the_worst_first_and_with_their_remedy() -> None:
    text = table(result(HARDENED, OLD, SILENT))
    places = [text.index(f"  {severity}") for severity in ("error ", "warning ", "note ")]
    assert places == sorted(places)
    assert "endpoint.no_tls_1_2" in text
    assert "-> " in text


def test_who_does_not_connect_is_named_below_the_reason() -> None:
    text = table(result(HARDENED))
    at = text.index("It speaks SSL 3.0 to TLS 1.0; the endpoint accepts")
    assert text.index("Android 2.3", at) > at
    assert "Android 10" not in text


def test_partners_have_their_own_section() -> None:
    partners = [
        {"domain": "a.example", "source": "mx", "detail": "", "endpoints": [answer("smtp", 25, "smtp", tls_1_0=[RC4])]},
        {"domain": "b.example", "source": "mx", "detail": "b.example does not exist", "endpoints": []},
    ]
    text = table(result(partners=partners))
    assert text.index("Partners") < text.index("  a.example\n    ex01.example.org:25 (smtp)  TLS 1.0;")
    assert "b.example does not exist." in text


def test_conformance_names_what_deviates() -> None:
    text = table(result({**HARDENED, **conformance("deviates")}))
    assert "ex01.example.org:443 (https): deviates.\n    TLS 1.0 is accepted.\n" in text


@given(host=HOSTILE, detail=HOSTILE, service=HOSTILE, status=st.sampled_from(["answered", "no_tls", "unreachable"]))
def test_no_text_of_a_peer_steers_the_terminal_or_is_wider_than_the_table(
    host: str, detail: str, service: str, status: str
) -> None:
    hostile = answer(host=host, detail=detail, status=status, service=service, tls_1_2=[ECDHE_GCM, detail])
    partners = [{"domain": host, "source": "mx", "detail": detail, "endpoints": [hostile]}]
    for line in table(result(hostile, HARDENED, SILENT, partners=partners)).split("\n"):
        assert len(line) <= 120
        assert line.isprintable()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([HARDENED], Exit.NOTHING_WRONG),
        ([HARDENED, OLD], Exit.ERRORS),
        ([OLD, SILENT], Exit.ERRORS),
        ([HARDENED, SILENT], Exit.NOT_PROVEN),
        ([{**HARDENED, **conformance("in_force")}], Exit.NOTHING_WRONG),
        ([{**HARDENED, **conformance("deviates")}], Exit.ERRORS),
        ([{**HARDENED, **conformance("unknown")}], Exit.NOT_PROVEN),
    ],
)
def test_the_exit_status_is_good_only_if_everything_was_seen(answers: list[dict[str, t.Any]], expected: Exit) -> None:
    assert exit_status(result(*answers)) is expected


def test_a_partner_of_whom_nothing_is_known_is_not_proven() -> None:
    unknown = {"domain": "b.example", "source": "mx", "detail": "no answer", "endpoints": []}
    assert exit_status(result(partners=[unknown])) is Exit.NOT_PROVEN


def test_a_partner_of_whom_some_hosts_were_left_out_is_not_proven_and_says_so() -> None:
    some = {"domain": "b.example", "source": "mx", "detail": "1 of the 2 was not asked.", "endpoints": [HARDENED]}
    found = result(partners=[some])
    assert exit_status(found) is Exit.NOT_PROVEN
    assert "b.example: 1 of the 2 was not asked." in table(found)


def test_how_far_it_is_costs_nothing_where_nobody_can_be_told() -> None:
    with open("/dev/full", "w") as full:
        for stream in (None, full):
            progress = Progress(stream)
            progress(0, 2, None)
            progress.clear()
        with contextlib.suppress(OSError):
            full.close()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_that_is_gone_at_the_end() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress(0, 2, None)
    progress(1, 2, HARDENED)
    progress.clear()
    assert "[###############---------------] 1/2  ex01.example.org:443 (https): answered" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")
    assert "\n" not in stream.getvalue()


def test_anything_else_gets_one_line_of_text() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress(0, 2, None)
    progress(1, 2, HARDENED)
    progress(2, 2, HARDENED)
    progress.clear()
    assert stream.getvalue() == "Asking 2 endpoints ...\n"


@given(host=HOSTILE, width=st.integers(1, 200))
def test_the_bar_is_one_printable_line_however_narrow_the_terminal(host: str, width: int) -> None:
    line = progress_bar(1, 1, answer(host=host), width)
    assert line.isprintable()
    assert len(line) < max(width, 2)
