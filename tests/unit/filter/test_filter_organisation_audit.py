# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter organisation takes an audit by the path of its file."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.filter.observed import FilterModule
from ansible_collections.msexchange.tls.plugins.filter.organisation import organisation

pytestmark = pytest.mark.proves("stages_and_gates")

observed = FilterModule().filters()["observed"]


def test_an_audit_may_be_named_by_its_path(tmp_path: pathlib.Path) -> None:
    made_at = datetime.datetime.now(datetime.timezone.utc).isoformat()
    report = {"made_at": made_at, "hosts": [{"name": "ex1", "prepared": True}]}
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    assert organisation(["ex1"], {}, audit=str(file)) == organisation(["ex1"], {}, audit=report)
    assert organisation(["ex1"], {}, audit=str(file))["ex1"]["prepared"] is True


def test_a_path_is_relative_to_where_ansible_was_started(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.json").write_text('{"made_at": "2020-01-01T00:00:00Z", "hosts": []}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert organisation(["ex1"], {}, audit="report.json")["ex1"]["prepared"] is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, r"audit file \S+ cannot be read: No such file or directory\. Name the report\.json of an audit\.$"),
        (b"{torn", r"audit file \S+ is no JSON\. Name the report\.json of an audit\.$"),
        (b"\xff\xfe", r"audit file \S+ is no JSON\."),
        (b"[]", r"audit file is no report of msexchange\.tls"),
        (b"null", r"audit file is no report of msexchange\.tls"),
        (b"[" * 100_000, r"audit file \S+ is no JSON\."),
        (
            b'{"made_at": "2026-11-26T10:00:00Z", "hosts": [{"name": "ex1"}, {"name": "ex1", "prepared": true}]}',
            r"audit file has the host ex1 twice\.",
        ),
    ],
)
def test_a_file_that_is_no_audit_is_refused_in_one_sentence(
    tmp_path: pathlib.Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "report.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AnsibleFilterError, match=f"^organisation: the {words}") as caught:
        organisation(["ex1"], {}, audit=str(file))
    assert caught.value.__cause__ is None


def test_a_pipe_in_the_place_of_an_audit_keeps_nobody_waiting(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AnsibleFilterError, match="is a folder or a device"):
        organisation(["ex1"], {}, audit=str(tmp_path / "pipe"))


@pytest.mark.parametrize("days", [-1, 10**10, 10**400, "7", None])
def test_an_age_that_is_no_number_of_days_is_refused_in_one_sentence(days: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"max_age_days is a number of days, at most 36500\.$"):
        organisation(["ex1"], {}, audit={"made_at": "2026-11-26T10:00:00Z", "hosts": []}, max_age_days=days)


@pytest.mark.parametrize("result", [None, 5, {}, {"endpoints": None}, {"endpoints": 5}, {"endpoints": [5, {}]}])
def test_of_a_result_without_answers_nothing_is_observed(result: t.Any) -> None:
    assert observed(result, "ex1") == []
