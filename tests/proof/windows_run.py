# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run with ``MSEXCHANGE_TLS_HOST`` writes down what a real Windows has confirmed.

Tests with a ``windows`` target give the version with ``record_property(WINDOWS, ...)``.
"""

from __future__ import annotations

import os

import pytest

from .marks import RECORD
from .record import write_record

#: The property with the version and build of the server.
WINDOWS = "windows"
_passed: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what has passed on the real server; a test that names no version does not count."""
    version = dict(report.user_properties).get(WINDOWS)
    if report.when == "call" and report.passed and version:
        _passed[report.nodeid] = str(version)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the record; with several processes, in the one that has all reports."""
    if "MSEXCHANGE_TLS_HOST" in os.environ and _passed and not hasattr(session.config, "workerinput"):
        versions = " and ".join(sorted(set(_passed.values())))
        figures = {"confirmed": sorted(_passed)}
        command = "make windows HOST=<name in the inventory> INVENTORY=<inventory>"
        write_record(RECORD, command=command, on={"Windows": versions}, figures=figures)
