# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulation answers what the real scripts answer, on the same random states, value by value."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest
from integration.controller import ROOT
from lab import LabHost
from lab.cases import Case
from lab.comparison import Both, flat
from lab.engine_emulated import EmulatedEngine
from lab.persona import member
from tools.host_stage import Driver, Stage, T
from tools.powershell import NoEngineError, find_engine

pytestmark = [pytest.mark.proves("emulation_equal"), pytest.mark.lab_only, pytest.mark.engine_powershell]

STATES, AT_ONCE = 60, 20
CLEAN = (
    "[Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE', $true).DeleteSubKeyTree('T', $false)\n"
    "Remove-Item -Recurse -Force -ErrorAction Ignore C:\\ProgramData\\msexchange_tls; 1"
)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Driver]:
    folder: pathlib.Path = tmp_path_factory.mktemp("windows") / "host"
    try:
        windows = find_engine().new_host(folder)
    except NoEngineError as error:
        pytest.skip(str(error))
    running = Driver.start(windows, ROOT / "tests/unit/host_scripts/driver.ps1")
    yield running
    running.stop()
    windows.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("first", range(0, STATES, AT_ONCE))
def test_random_states_and_changes_get_the_same_answers(driver: Driver, first: int) -> None:
    stage = Stage(driver)
    both = Both(stage)
    wanted = []
    for seed in range(first, first + AT_ONCE):
        stage.add("script", text=CLEAN)
        both.use(LabHost(member("ex1", "win10_client"), EmulatedEngine()))
        Case(seed, T).put(both)
        stage.add("tree", path=T)
        wanted.append((len(stage.steps) - 1, both.tree(T)))
    compared, answers = both.answers()
    for script, emulated, real in compared:
        assert emulated == real, script
    for number, tree in wanted:
        assert flat(T, answers[number]) == tree
    assert {emulated.get("status") for _script, emulated, _real in compared} >= {
        "written",
        "mismatch",
        "unchanged",
        None,
    }
