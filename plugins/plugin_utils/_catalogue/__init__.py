# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue: every setting, operating system, suite and Exchange build that the collection knows, as data.

``load()`` is the only function here that opens files, and it does so once per process.
"""

from __future__ import annotations

from .errors import CatalogueError
from .load import load
from .model import (
    ABILITIES,
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    KIND_NAMES,
    MIXED,
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_NONE,
    REG_QWORD,
    REG_SZ,
    SIDES,
    TRAITS,
    UNKNOWN,
    UNSUPPORTED,
    VERSIONS,
    Catalogue,
    DotnetRelease,
    ExchangeRelease,
    ExchangeVersion,
    Meaning,
    OperatingSystem,
    Place,
    Setting,
    SettingKind,
    Suite,
    SuiteList,
)
from .names import bare_suite, nearest

__all__ = [
    "ABILITIES",
    "DISABLED",
    "DISABLED_BY_DEFAULT",
    "ENABLED",
    "KIND_NAMES",
    "MIXED",
    "REG_BINARY",
    "REG_DWORD",
    "REG_EXPAND_SZ",
    "REG_MULTI_SZ",
    "REG_NONE",
    "REG_QWORD",
    "REG_SZ",
    "SIDES",
    "TRAITS",
    "UNKNOWN",
    "UNSUPPORTED",
    "VERSIONS",
    "Catalogue",
    "CatalogueError",
    "DotnetRelease",
    "ExchangeRelease",
    "ExchangeVersion",
    "Meaning",
    "OperatingSystem",
    "Place",
    "Setting",
    "SettingKind",
    "Suite",
    "SuiteList",
    "bare_suite",
    "load",
    "nearest",
]
