# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""harden with a timer: it confirms what it has proven and what is in effect; the playbook confirm does the rest."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import reboot
from integration.playbooks import CONCLUDE, FAST, HTTPS, Estate, PlaybookRun
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = [pytest.mark.proves("timed_revert"), pytest.mark.lab_only]

CONFIRM = "msexchange.tls.harden : Let the change stay, over a new connection"
WRITE = "msexchange.tls.harden : Bring the server to the baseline"
#: Restarted by the role; in service and so not restarted, of which one is confirmed later and one never.
HOSTS = {"drained": "ex2013_ws2012r2", "later": "ex2013_ws2012r2", "never": "ex2013_ws2012r2"}
SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
#: All of it at once, so that a server that fails does not keep the others from their turn.
OPTIONS = {"hosts": "all", "serial": "100%", "default_endpoints": HTTPS, "report": False}


@dataclasses.dataclass(frozen=True)
class Story:
    """Harden, then a restart of ``later`` and its confirmation, then the time is over; the registries by host."""

    check: PlaybookRun
    harden: PlaybookRun
    confirm: PlaybookRun
    registries: dict[str, list[t.Any]]
    tasks: dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        lab.host("drained").set_maintenance(True)
        registries: dict[str, list[t.Any]] = {name: [] for name in HOSTS}
        tasks: dict[str, list[list[str]]] = {name: [] for name in HOSTS}

        def note() -> None:
            for name in HOSTS:
                registries[name].append(dump(lab.host(name).registry, SCHANNEL))
                tasks[name].append(list(lab.host(name).tasks))

        note()
        check = estate.run("harden", "--check", revert_after="2h", **OPTIONS)
        harden = estate.run("harden", revert_after="2h", **OPTIONS)
        note()
        reboot(lab, "later")
        confirm = estate.run("confirm", hosts="drained,later", default_endpoints=HTTPS)
        note()
        for name in HOSTS:
            lab.start_tasks(name, after=3 * 3600)
        note()
        yield Story(check, harden, confirm, registries, tasks)


def test_check_mode_arms_and_confirms_nothing(story: Story) -> None:
    assert story.check.succeeded, story.check.run.output
    assert CONFIRM not in story.check.all_of("drained")


def test_what_is_proven_and_in_effect_is_confirmed_by_the_role(story: Story) -> None:
    assert story.harden.succeeded, story.harden.run.output
    result = story.harden.run.result(CONFIRM, "drained")
    assert result["confirmed"] == [story.harden.run.result(WRITE, "drained")["change"]]
    assert "https" in [one["service"] for one in result["endpoints"]]
    assert all("tls_1_2" in one["versions"] for one in result["endpoints"])
    assert story.tasks["drained"][1] == []


@pytest.mark.parametrize("name", ["later", "never"])
def test_what_still_waits_for_its_restart_is_not_confirmed_and_it_is_said(story: Story, name: str) -> None:
    assert CONFIRM not in story.harden.all_of(name)
    change = story.harden.run.result(WRITE, name)["change"]
    assert f"The change {change} is not confirmed before that" in story.harden.message(CONCLUDE, name)
    assert story.tasks[name][1] == [f"msexchange_tls-{change}"]


def test_the_playbook_confirms_after_the_restart_and_has_nothing_to_do_elsewhere(story: Story) -> None:
    assert story.confirm.succeeded, story.confirm.run.output
    assert story.confirm.run.result(CONFIRM, "drained")["confirmed"] == []
    assert len(story.confirm.run.result(CONFIRM, "later")["confirmed"]) == 1
    assert story.tasks["later"][2] == []


@pytest.mark.parametrize(("name", "stays"), [("drained", True), ("later", True), ("never", False)])
def test_when_the_time_is_over_only_what_nobody_confirmed_is_back(story: Story, name: str, stays: bool) -> None:
    before, written, _confirmed, last = story.registries[name]
    assert written != before
    assert last == (written if stays else before)
    assert story.tasks[name][3] == []
