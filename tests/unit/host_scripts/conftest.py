# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Windows host for the session, and the way to run steps on it (``driver.ps1`` says which)."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Iterator

import pytest
from tools.host_stage import Driver, Stage
from tools.powershell import Engine, NoEngineError, WineHost, find_engine

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def engine() -> Engine:
    try:
        return find_engine()
    except NoEngineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def wine_host(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WineHost]:
    folder = tmp_path_factory.mktemp("windows") / "host"
    try:
        host = engine.new_host(folder)
    except NoEngineError as error:
        pytest.skip(str(error))
    try:
        yield host
    finally:
        host.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def driver(wine_host: WineHost) -> Iterator[Driver]:
    running = Driver.start(wine_host, HERE / "driver.ps1")
    yield running
    running.stop()


@pytest.fixture
def stage(wine_host: WineHost, driver: Driver) -> Iterator[Stage]:
    """A stage without journals and without keys of an earlier test."""
    shutil.rmtree(wine_host.drive / "ProgramData" / "msexchange_tls", ignore_errors=True)
    prepared = Stage(driver)
    prepared.add(
        "script",
        text="foreach ($name in 'T', 'WOW6432Node\\T') {"
        " [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE', $true).DeleteSubKeyTree($name, $false) }; 1",
    )
    yield prepared
    shutil.rmtree(wine_host.drive / "ProgramData" / "msexchange_tls", ignore_errors=True)
