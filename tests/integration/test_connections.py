# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same modules over every connection: the same answers, the same few requests, the same bytes in the registry."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.controller import Controller, Result, Run, task
from lab.counters import Counters
from lab.lab import Lab

pytestmark = pytest.mark.proves("connections")

PERSONA = "ex2016_ws2016_mistakes"
CONNECTIONS = [(connection, scheme) for connection in ("winrm", "psrp") for scheme in ("http", "https")]
SETTING = {"setting": "schannel.event_logging", "value": 3}
STAGE = {"stage": "obsolete"}
SYSTEM = {"become": True, "become_method": "ansible.builtin.runas", "become_user": "SYSTEM"}
TASKS = {
    "state": task("state", "state_info"),
    "as system": task("as system", "state_info", **SYSTEM),
    "check": task("check", "baseline", STAGE, check_mode=True),
    "bring": task("bring", "baseline", STAGE, diff=True),
    "bring again": task("bring again", "baseline", STAGE),
    "set": task("set", "schannel", SETTING),
    "set again": task("set again", "schannel", SETTING),
    "in a loop": task(
        "in a loop", "schannel", {"setting": "{{ item }}", "value": "absent"}, loop=["schannel.event_logging"] * 2
    ),
}
KEYS = (
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders",
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\.NETFramework",
)
OF_THE_TIME = ("change", "journal", "debt", "host", "undo")
#: Tasks that read and write; the others only read. The loop does each once, in one shell.
WRITES = ("bring", "set")


@dataclasses.dataclass(frozen=True)
class Story:
    """One play over one connection."""

    run: Run
    counters: Counters
    registry: dict[str, t.Any]
    unanswered: list[str]

    def plain(self, name: str) -> Result:
        """A result without what is made of the time: the boot, the id of a change; and without who reaches the server,
        since only a connection by TLS can be cut off.
        """
        left_out = (*OF_THE_TIME, "reach")
        return {key: value for key, value in self.run.result(name).items() if key not in left_out}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Story]:
    found = {}
    for connection, scheme in CONNECTIONS:
        with Lab.start(ex1={"persona": PERSONA, "connection": connection, "scheme": scheme}) as lab:
            controller = Controller(tmp_path_factory.mktemp(f"{connection}-{scheme}"), lab.inventory_path)
            run = controller.play(*TASKS.values())
            host = lab.host("ex1")
            registry = {path: content for key in KEYS for path, content in host.snapshot(key).items()}
            found[connection, scheme] = Story(run, host.counters, registry, host.unanswered)
    return found


@pytest.fixture(params=CONNECTIONS, ids="-".join)
def story(request: pytest.FixtureRequest, stories: dict[tuple[str, str], Story]) -> Story:
    return stories[request.param]


def test_check_mode_predicts_and_a_second_run_changes_nothing(story: Story) -> None:
    changed = {name: story.run.result(name)["changed"] for name in TASKS}
    assert changed == {name: name in ("check", "bring", "set", "in a loop") for name in TASKS}
    assert story.run.result("check")["operations"] == story.run.result("bring")["operations"] != []


@pytest.mark.parametrize("name", [name for name in TASKS if name != "in a loop"])
def test_every_connection_brings_the_same_answer(
    stories: dict[tuple[str, str], Story], story: Story, name: str
) -> None:
    assert story.plain(name) == stories[CONNECTIONS[0]].plain(name)


def test_a_connection_by_tls_is_one_that_a_change_could_cut_off(story: Story, request: pytest.FixtureRequest) -> None:
    dummy, scheme = request.node.callspec.params["story"]
    kinds = {row["kind"] for row in story.run.result("check")["reach"]}
    assert ("management" in kinds) == (scheme == "https")


def test_every_connection_leaves_the_same_registry(stories: dict[tuple[str, str], Story], story: Story) -> None:
    assert story.registry == stories[CONNECTIONS[0]].registry


def test_become_is_carried_out_and_reads_the_same(story: Story) -> None:
    assert story.plain("as system") == story.plain("state")
    assert story.counters.become == 1


def test_a_reading_is_one_execution_in_a_shell_of_its_own_and_a_change_two_in_one(story: Story) -> None:
    writes = len(WRITES) + 1
    assert story.counters.executions == {
        "msexchange.tls.host_read": len(TASKS) + 1,
        "msexchange.tls.host_write": writes,
    }
    requests = story.counters.requests
    assert story.counters.shells == requests["Create"] == requests["Delete"] == len(TASKS)
    assert requests["Command"] == len(TASKS) + 1 + writes


def test_six_requests_read_and_ten_read_and_write(story: Story) -> None:
    # The loop reads twice and writes once: 14. With become the input is larger: one Send more over winrm.
    more = sum(story.counters.requests.values()) - (6 * (len(TASKS) - len(WRITES) - 1) + 10 * len(WRITES) + 14)
    assert more in (0, 1)


def test_nothing_was_left_without_an_answer(story: Story) -> None:
    assert story.unanswered == []
