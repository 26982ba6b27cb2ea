# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records that people write in YAML: read with their places, their shape checked, everything wrong said at once."""

from __future__ import annotations

from .places import DEEPEST_NESTING, LARGEST_FILE, Mapping, Node, Scalar, Sequence, read_yaml
from .problems import Place, Problem, in_order
from .shape import Draft, Field, Type, read_named, read_record, read_records

__all__ = [
    "DEEPEST_NESTING",
    "LARGEST_FILE",
    "Draft",
    "Field",
    "Mapping",
    "Node",
    "Place",
    "Problem",
    "Scalar",
    "Sequence",
    "Type",
    "in_order",
    "read_named",
    "read_record",
    "read_records",
    "read_yaml",
]
