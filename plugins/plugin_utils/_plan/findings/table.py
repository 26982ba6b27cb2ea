# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of all findings; ids are stable, a new check is a new row."""

from __future__ import annotations

import typing as t

from . import (
    changes,
    clients,
    copies,
    curves,
    key_names,
    observed,
    platform,
    protocols,
    reading,
    suites,
    values,
)
from .check import Check

#: Families in the order of the documentation.
FAMILIES: t.Mapping[str, tuple[Check, ...]] = {
    "Protocol versions": protocols.CHECKS,
    "Values": values.CHECKS,
    "Key names": key_names.CHECKS,
    "Copies": copies.CHECKS,
    "Cipher suites": suites.CHECKS,
    "Curves": curves.CHECKS,
    ".NET, WinHTTP, WinINet": clients.CHECKS,
    "Changes and boots": changes.CHECKS,
    "Windows and Exchange": platform.CHECKS,
    "Endpoints": observed.CHECKS,
    "Reading": reading.CHECKS,
}

FINDINGS: t.Mapping[str, Check] = {check.id: check for checks in FAMILIES.values() for check in checks}
