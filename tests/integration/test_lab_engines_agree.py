# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulation answers what the real scripts answer, on the same random states, value by value.

`make compare-engines` does the same with more states, and `make compare-engines CASE=n` shows one that differs.
"""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest
from integration.controller import ROOT
from lab.engines import Comparison
from tools.host_stage import Driver
from tools.powershell import NoEngineError, find_engine

pytestmark = [pytest.mark.proves("emulation_equal"), pytest.mark.lab_only, pytest.mark.engine_powershell]

STATES, PARTS = 500, 5


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Comparison]:
    folder: pathlib.Path = tmp_path_factory.mktemp("windows") / "host"
    try:
        windows = find_engine().new_host(folder)
    except NoEngineError as error:
        pytest.skip(str(error))
    running = Driver.start(windows, ROOT / "tests/unit/host_scripts/driver.ps1")
    yield Comparison(running)
    running.stop()
    windows.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_states_and_changes_get_the_same_answers(comparison: Comparison, part: int) -> None:
    differences = list(comparison.run(range(part * STATES // PARTS, (part + 1) * STATES // PARTS)))
    assert not differences, "\n".join(map(str, differences))
