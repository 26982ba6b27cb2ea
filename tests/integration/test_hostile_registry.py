# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registries that hold what nobody would put there, from the wire to the plan and to the report."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.lab import Lab
from lab.winvalue import REG_BINARY, REG_SZ

pytestmark = [pytest.mark.proves("hostile_answers"), pytest.mark.lab_only]

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
EVIL = "\x1b[31m<script>alert(1)</script>|`x`{{ 8191*8191 }}\u202e"
PERSONA = "ex2016_ws2016_mistakes"


class Story(t.NamedTuple):
    """``run``: everybody read and planned; ``report``: its three forms by name."""

    run: Run
    report: dict[str, str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    folder: pathlib.Path = tmp_path_factory.mktemp("hostile")
    with Lab.start(half=PERSONA, huge=PERSONA, evil=PERSONA) as lab:
        for name, key in (("half", "Protocols\\TLS 1.2\\\ud800"), ("evil", f"Protocols\\{EVIL}")):
            lab.host(name).registry.create(f"{SCHANNEL}\\{key}")
        evil = (EVIL + "\0").encode("utf-16-le")
        lab.host("evil").registry.set_value(f"{SCHANNEL}\\Protocols\\{EVIL}", EVIL, REG_SZ, evil)
        server = f"{SCHANNEL}\\Protocols\\TLS 1.0\\Server"
        lab.host("huge").registry.create(server)
        lab.host("huge").registry.set_value(server, "Enabled", REG_BINARY, b"\xff" * 70_000)
        controller = Controller(folder, lab.inventory_path)
        here: dict[str, t.Any] = {"run_once": True, "delegate_to": "localhost"}
        everybody = ["half", "huge", "evil"]
        run = controller.play(
            task("read", "state_info", register="msexchange_tls_state"),
            task("plan", "baseline", check_mode=True, register="msexchange_tls_change"),
            task("write", "plan_file", {"path": "plan.json", "members": ["huge", "evil"]}, **here),
            task("report", "report", {"members": everybody, "directory": "reports"}, **here),
            hosts="half:huge:evil",
        )
        files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("reports/*/*")}
        yield Story(run, files)


def test_a_name_with_half_a_character_is_read_or_is_one_sentence_with_a_remedy(story: Story) -> None:
    if story.run.of("read", "half").status == "failed":  # ansible-core 2.19 and later
        assert "holds half a character" in story.run.sentence("read", "half")


def test_a_value_that_no_plan_can_hold_is_told_with_its_server_and_what_to_do(story: Story) -> None:
    found = next(one for one in story.run.recorded if one.task == "write")
    assert found.status == "failed"
    sentence = found.result["msg"]
    assert sentence.startswith("No plan was written: huge has something that no plan can hold (huge.prior[")
    assert "evil" not in sentence
    assert sentence.endswith("leave one out with --limit.")


def test_every_server_is_in_the_report_and_nothing_of_it_is_markup_or_steers_a_terminal(story: Story) -> None:
    assert set(story.report) == {"report.html", "report.json", "report.md"}
    for text in story.report.values():
        assert all(name in text for name in ("half", "huge", "evil"))
        assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert "<script>alert" not in story.report["report.html"] + story.report["report.md"]
    assert str(8191 * 8191) not in "".join([*story.report.values(), story.run.output])
