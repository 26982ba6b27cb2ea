# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests stand on: labs of both engines, an Ansible beside them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import threading
import typing as t

import pytest
from integration.controller import Controller
from lab.host import LabHost
from lab.lab import Lab
from tools.powershell import WINE, NoEngineError, find_engine

#: Starts a lab of these personas; see Lab.start.
StartLab = t.Callable[..., Lab]
#: From a persona to a lab with that one host (ex1) on an engine, its controller, and the name of the engine.
TargetOf = t.Callable[[str], tuple[Lab, Controller, str]]

ENGINES = ["emulated", pytest.param("powershell", marks=pytest.mark.engine_powershell)]


@pytest.fixture(scope="module", params=ENGINES)
def target_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[TargetOf]:
    """The same tests on each engine; a reason to skip where there is no real PowerShell."""
    engine = request.param
    if engine == "powershell":
        _require_powershell()
    with contextlib.ExitStack() as running:

        def target(persona: str) -> tuple[Lab, Controller, str]:
            lab = running.enter_context(Lab.start(persona, engine=engine))
            return lab, Controller(tmp_path_factory.mktemp("controller"), lab.inventory_path), engine

        yield target


@dataclasses.dataclass(frozen=True)
class Server:
    """A server that a test may read, and write below a key of its own. ``lab``: None where it is a real one."""

    name: str
    kind: str
    controller: Controller
    lab: Lab | None


@pytest.fixture(scope="module", params=[*ENGINES, pytest.param("windows", marks=pytest.mark.needs_windows)])
def any_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Server]:
    """The same tests on each engine and, where ``MSEXCHANGE_TLS_HOST`` names one of ``MSEXCHANGE_TLS_INVENTORY``, on a
    real server.
    """
    folder = tmp_path_factory.mktemp("controller")
    if request.param == "windows":
        name, inventory = (os.environ.get(f"MSEXCHANGE_TLS_{word}") for word in ("HOST", "INVENTORY"))
        if not name or not inventory:
            pytest.skip("no real server: MSEXCHANGE_TLS_HOST and MSEXCHANGE_TLS_INVENTORY name one")
        yield Server(name, "windows", Controller(folder, pathlib.Path(inventory).resolve()), None)
        return
    if request.param == "powershell":
        _require_powershell()
    with Lab.start("ex2016_ws2016_mistakes", engine=request.param) as lab:
        yield Server("ex1", request.param, Controller(folder, lab.inventory_path), lab)


def _require_powershell() -> None:
    try:
        find_engine()
    except NoEngineError as error:
        pytest.skip(str(error))
    if not WINE.exists():
        pytest.skip("wine64 is not installed")


@pytest.fixture
def start_lab() -> t.Iterator[StartLab]:
    """Labs of the emulated engine, ended after the test; no question may have been left without an answer."""
    running: list[Lab] = []

    def start(*personas: str, **hosts: t.Any) -> Lab:
        running.append(Lab.start(*personas, **hosts))
        return running[-1]

    yield start
    unanswered = [question for lab in running for host in lab.hosts.values() for question in host.unanswered]
    for lab in running:
        lab.stop()
    assert unanswered == []


@pytest.fixture
def controller_of(tmp_path: pathlib.Path) -> t.Callable[[Lab], Controller]:
    """A controller for a lab, with a folder of its own."""
    return lambda lab: Controller(tmp_path, lab.inventory_path)


def reboot(lab: Lab, name: str) -> None:
    """Restarts a host, which takes minutes on its own clock: two boots within seconds are taken for one."""
    lab.host(name).clock.offset += 300
    lab.reboot(name)


def after_reading(host: LabHost, act: t.Callable[[], None]) -> contextlib.AbstractContextManager[None]:
    """Does something on a host as soon as host_read has run there."""
    return _after("msexchange.tls.host_read", host, act)


def after_writing(host: LabHost, act: t.Callable[[], None]) -> contextlib.AbstractContextManager[None]:
    """Does something on a host as soon as host_write has run there."""
    return _after("msexchange.tls.host_write", host, act)


@contextlib.contextmanager
def _after(job: str, host: LabHost, act: t.Callable[[], None]) -> t.Iterator[None]:
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            if host.counters.executions[job]:
                act()
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
