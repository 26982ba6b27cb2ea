# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Schannel that nobody here wrote offers the versions that the state model calls effective, and no others.

Wine's Schannel obeys the client half of SCHANNEL\\Protocols. `make compare-schannel` tries all pairs of values.
"""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest
from integration.controller import ROOT
from tools.host_stage import Driver
from tools.powershell import NoEngineError, find_engine
from tools.wine_schannel import CHANCES, PROFILES, Rig, chance_values, hardened, operations, servers
from wire_servers.processes import program

pytestmark = [pytest.mark.proves("state_meaning"), pytest.mark.engine_powershell]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rig]:
    if program("openssl") is None:
        pytest.skip("openssl is not installed")
    folder: pathlib.Path = tmp_path_factory.mktemp("schannel")
    try:
        windows = find_engine().new_host(folder / "host")
    except NoEngineError as error:
        pytest.skip(str(error))
    driver = Driver.start(windows, ROOT / "tests/unit/host_scripts/driver.ps1")
    with servers(folder) as ports:
        yield Rig(windows, driver, ports)
    driver.stop()
    windows.stop()
    shutil.rmtree(folder / "host", ignore_errors=True)


@pytest.mark.parametrize("profile", PROFILES)
def test_after_a_profile_a_client_has_the_versions_that_are_effective(rig: Rig, profile: str) -> None:
    changes, planned = hardened(profile, "ws2016")
    outcome = rig.try_out(changes)
    assert outcome.connected == outcome.effective == planned, outcome.reasons


@pytest.mark.parametrize("number", range(CHANCES))
def test_whatever_the_two_values_are_a_client_has_the_versions_that_are_effective(rig: Rig, number: int) -> None:
    outcome = rig.try_out([operations(chance_values(number))])
    assert outcome.connected == outcome.effective, outcome.reasons
