# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the report share."""

from __future__ import annotations

import typing as t

import pytest
from unit.report.report_material import example_hosts, make_report, partner


@pytest.fixture
def example() -> dict[str, t.Any]:
    """A report with everything in it."""
    return make_report(*example_hosts(), partners=[partner("contoso.example"), {"domain": "fabrikam.example"}])
