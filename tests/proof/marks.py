# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the three words about Windows a test carries, so that nobody has to write it down.

A test that runs on the lab says nothing about Windows until it ran there. One with a ``windows`` target carries
``needs_windows`` until a run with ``MSEXCHANGE_TLS_HOST`` has written it into ``records/windows.yml``, then
``confirmed_on_windows`` with date and build; all others of the lab are ``lab_only``.
"""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest

from .record import RECORDS, read_records

#: Tests below these folders stand on the lab.
LAB_FOLDERS = ("tests/integration/", "tests/unit/lab/")
WINDOWS_MARKERS = ("confirmed_on_windows", "needs_windows", "lab_only")
RECORD = "windows"


@dataclasses.dataclass(frozen=True)
class Confirmed:
    """What a run on a real Windows has shown. ``tests``: their ids."""

    date: str = ""
    build: str = ""
    tests: frozenset[str] = frozenset()


def confirmed(folder: pathlib.Path = RECORDS) -> Confirmed:
    """The newest run on a real Windows, as it wrote itself down."""
    record = read_records(folder).get(RECORD)
    if record is None:
        return Confirmed()
    return Confirmed(str(record["date"]), str(record["on"]["Windows"]), frozenset(record["figures"]["confirmed"]))


def mark(items: t.Iterable[pytest.Item], known: Confirmed) -> None:
    """Give every test of the lab its one word."""
    for item in items:
        if not item.nodeid.startswith(LAB_FOLDERS):
            continue
        if item.nodeid in known.tests:
            item.own_markers[:] = [one for one in item.own_markers if one.name != "needs_windows"]
            item.add_marker(pytest.mark.confirmed_on_windows(known.date, known.build))
        elif not any(item.get_closest_marker(name) for name in WINDOWS_MARKERS):
            item.add_marker(pytest.mark.lab_only)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before ``-m`` chooses."""
    mark(items, confirmed())
