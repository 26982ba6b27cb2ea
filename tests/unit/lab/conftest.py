# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and labs for the tests of the lab itself."""

from __future__ import annotations

import typing as t

import pytest
from lab import Lab, LabHost, Timing
from lab.engine_emulated import EmulatedEngine
from lab.persona import member

#: Makes a host of a persona that is not served anywhere; keywords are persona fields that differ.
MakeHost = t.Callable[..., LabHost]
StartLab = t.Callable[..., Lab]


@pytest.fixture
def make_host() -> MakeHost:
    def make(persona: str = "ex2019cu15_ws2022", **fields: t.Any) -> LabHost:
        return LabHost(member("ex1", {"persona": persona, **fields}), EmulatedEngine())

    return make


@pytest.fixture
def start_lab() -> t.Iterator[StartLab]:
    running: list[Lab] = []

    def start(*personas: str, **hosts: t.Any) -> Lab:
        running.append(Lab.start(*personas, timing=Timing(shutdown=0.0, down=0.1, services=0.0), **hosts))
        return running[-1]

    yield start
    for lab in running:
        lab.stop()
