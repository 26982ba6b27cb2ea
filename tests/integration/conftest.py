# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests stand on: a lab for each engine, and an Ansible beside it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from integration.controller import Controller
from lab.lab import Lab

#: Starts a lab of these personas; see Lab.start.
StartLab = t.Callable[..., Lab]


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
