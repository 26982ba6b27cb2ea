# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a play may cost, in counts: executions, requests and bytes. Times are for ``make bench``."""

from __future__ import annotations

import pathlib

import ansible.release
import pytest
from bench.page import PAGE, fill
from bench.rooms import owner
from bench.subjects import LOOP, PING, STATE, TASKS, VALUES, WRITE, Subject
from integration.controller import Controller
from lab.lab import Lab

pytestmark = pytest.mark.proves("costs")

PERSONA = "ex2016_ws2016_mistakes"
#: Compressed there: scripts shrink less than the C# of win_ping.
IS_PACKED = tuple(int(part) for part in ansible.release.__version__.split(".")[:2]) >= (2, 22)


class Counts:
    """What one subject took on one host."""

    def __init__(self, subject: Subject, folder: pathlib.Path) -> None:
        assert not isinstance(subject.play, str)
        with Lab.start(ex1={"persona": PERSONA, "groups": ["exchange"]}) as lab:
            self.run = Controller(folder, lab.inventory_path).play(*subject.play, hosts="exchange")
            counters = lab.host("ex1").counters.as_dict()
        self.executions = counters["executions"]["total"]
        self.requests = counters["requests"]["total"]
        self.stdin = counters["stdin"]["total"]
        self.sent = counters["bytes_in"]["total"]


@pytest.fixture(scope="module")
def ping(tmp_path_factory: pytest.TempPathFactory) -> Counts:
    return Counts(PING, tmp_path_factory.mktemp("ping"))


def test_reading_takes_one_execution_and_half_the_bytes_of_win_ping(ping: Counts, tmp_path: pathlib.Path) -> None:
    state = Counts(STATE, tmp_path)
    assert (state.executions, state.requests) == (ping.executions, ping.requests) == (1, 6)
    # The paths of both collections on this machine are in it: two digits.
    assert round(state.stdin / ping.stdin, 2) <= (0.66 if IS_PACKED else 0.5)


def test_sixty_values_are_written_by_two_executions_with_a_fortieth_of_the_bytes_of_sixty_tasks(
    tmp_path: pathlib.Path,
) -> None:
    (one,) = TASKS.play[:1]
    task = Counts(Subject("one", (one,)), tmp_path)  # type: ignore[arg-type]
    ours = Counts(WRITE, tmp_path)
    (written,) = (entry.result for entry in ours.run.recorded)
    assert len(written["operations"]) == VALUES
    assert (ours.executions, ours.requests) == (2, 10)
    assert ours.stdin * (20 if IS_PACKED else 40) <= task.stdin * VALUES
    # What is packed fits into one Send less.
    assert (task.executions, task.requests) == (1, 6 if IS_PACKED else 7)


def test_what_is_compared_writes_as_many_values() -> None:
    assert len(TASKS.play) == VALUES
    (loop,) = LOOP.play
    assert isinstance(loop, dict)
    assert len(loop["loop"]) == VALUES


def test_every_table_of_the_command_has_its_place_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in ("costs", "goals", "powershell", "profile", "growth", "paper"):
        assert f"<!-- bench: {name} -->\nnew\n<!-- end -->" in fill(text, {name: "new"})


@pytest.mark.parametrize(
    ("file", "whose"),
    [
        ("/x/ansible_collections/msexchange/tls/plugins/plugin_utils/_plan/judge.py", "ours: _plan"),
        ("/x/ansible_collections/msexchange/tls/plugins/action/state_info.py", "ours: action"),
        ("/x/ansible_collections/msexchange/tls/plugins/plugin_utils/_words.py", "ours: _words"),
        ("/x/site-packages/ansible/plugins/connection/winrm.py", "connection plugin"),
        ("/x/site-packages/ansible/executor/powershell/module_manifest.py", "ansible-core: payload of the module"),
        ("/x/site-packages/ansible/vars/clean.py", "ansible-core"),
        ("/x/lib/python3.11/copy.py", None),
    ],
)
def test_a_profile_knows_whose_a_function_is(file: str, whose: str | None) -> None:
    assert owner(file) == whose
