# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host said: observations, how they are made (``host_read``, a ``.reg`` export), and who the host is."""

from __future__ import annotations

from .certificate_types import key_type
from .change import DELETE_KEY, ChangeHeader, ChangeOperation, ChangeState, Revert, taken_back
from .errors import ObservationError
from .exchange import facts_of, parse_build
from .filetime import filetime_to_iso, iso_to_filetime
from .from_host import from_host
from .http_bindings import disputed_by_bindings, forbidden_by_bindings
from .identity import identify
from .identity_model import HostIdentity
from .journal_file import LARGEST_JOURNAL, JournalError, read_journal
from .names import fold, join_path, leaf, path_key, printable, split_path
from .observation import (
    WHOLE_TREE,
    FileFact,
    KeyRequest,
    Machine,
    Observation,
    ReadError,
    RegistryKey,
)
from .reg_export import Ignored, RegExport, from_reg_export, render_reg
from .registry_data import from_bytes, to_bytes
from .registry_pol import PolicyRecord, group_policy_records, parse_registry_pol
from .registry_value import Data, RegistryValue
from .tree import PathKey, nest

__all__ = [
    "DELETE_KEY",
    "LARGEST_JOURNAL",
    "WHOLE_TREE",
    "ChangeHeader",
    "ChangeOperation",
    "ChangeState",
    "Data",
    "FileFact",
    "HostIdentity",
    "Ignored",
    "JournalError",
    "KeyRequest",
    "Machine",
    "Observation",
    "ObservationError",
    "PathKey",
    "PolicyRecord",
    "ReadError",
    "RegExport",
    "RegistryKey",
    "RegistryValue",
    "Revert",
    "disputed_by_bindings",
    "facts_of",
    "filetime_to_iso",
    "fold",
    "forbidden_by_bindings",
    "from_bytes",
    "from_host",
    "from_reg_export",
    "group_policy_records",
    "identify",
    "iso_to_filetime",
    "join_path",
    "key_type",
    "leaf",
    "nest",
    "parse_build",
    "parse_registry_pol",
    "path_key",
    "printable",
    "read_journal",
    "render_reg",
    "split_path",
    "taken_back",
    "to_bytes",
]
