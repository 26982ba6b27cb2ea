# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The article of 2015 on the machine that it was written for: its profile takes away what the article says and no more,
and the ports of the server score higher afterwards.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.playbooks import FAST, Estate, PlaybookRun
from lab.lab import Lab

pytestmark = [pytest.mark.proves("article_2015"), pytest.mark.lab_only]

PORTS = [{"service": "https", "transport": "tls", "port": 443}, {"service": "smtp", "transport": "smtp", "port": 25}]
EVERY_STAGE = {"profile": "exchange_2015", "stage": "tls13", "reboot": "always", "wire_mode": "inventory"}
EX2013 = {"persona": "ex2013_ws2012r2", "endpoints": PORTS}


@dataclasses.dataclass(frozen=True)
class Story:
    """An audit, harden until nothing changes any more, an audit again."""

    before: PlaybookRun
    hardened: list[PlaybookRun]
    after: PlaybookRun


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, ex1=EX2013) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        audit = {"profile": "exchange_2015", "wire_mode": "inventory"}
        before = estate.run("audit", **audit)
        hardened = [estate.run("harden", **EVERY_STAGE)]
        while hardened[-1].changed("ex1") and len(hardened) < 6:
            lab.host("ex1").clock.offset += 300
            hardened.append(estate.run("harden", **EVERY_STAGE))
        yield Story(before, hardened, estate.run("audit", **audit))


def endpoint(run: PlaybookRun, service: str) -> dict[str, t.Any]:
    (found,) = (one for one in run.row("ex1")["endpoints"] if one["service"] == service)
    return t.cast("dict[str, t.Any]", found)


def findings(run: PlaybookRun, service: str) -> set[str]:
    return {finding["id"] for finding in endpoint(run, service)["findings"]}


def test_the_profile_comes_to_its_end_and_a_further_run_changes_nothing(story: Story) -> None:
    assert all(run.succeeded for run in story.hardened)
    assert story.hardened[-1].changed("ex1") == []
    assert story.after.row("ex1")["verdict"] == "pass"


@pytest.mark.parametrize("service", ["https", "smtp"])
def test_ssl_and_rc4_are_gone_from_every_port_and_tls_1_0_stays(story: Story, service: str) -> None:
    assert "ssl_3_0" in endpoint(story.before, service)["accepted"]
    assert {"endpoint.broken_version", "endpoint.broken_suite"} <= findings(story.before, service)
    assert not {"endpoint.broken_version", "endpoint.broken_suite"} & findings(story.after, service)
    assert endpoint(story.after, service)["accepted"] == ["tls_1_0", "tls_1_1", "tls_1_2"]


@pytest.mark.parametrize("service", ["https", "smtp"])
def test_the_score_of_every_port_rises(story: Story, service: str) -> None:
    before, after = endpoint(story.before, service)["score"], endpoint(story.after, service)["score"]
    assert before["complete"]
    assert after["complete"]
    assert before["points"] < after["points"]
    assert before["letter"] == "F"
    assert after["letter"] in ("B", "C")  # the certificate that Exchange makes for itself is not for clients


def test_clients_of_its_time_still_connect(story: Story) -> None:
    cut_off = {client["name"] for client in endpoint(story.after, "https")["cut_off"]}
    connected = {client["name"] for client in endpoint(story.before, "https")["cut_off"]} ^ cut_off
    # Only who has nothing but SSL or RC4 is lost; Outlook on Windows 7 and Android 2.3 are not.
    assert not {name for name in connected if "Outlook" in name or "Android" in name}
