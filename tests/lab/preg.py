# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry policy files ([MS-GPREG] 2.2.1): what Group Policy delivers and what its client keeps of it."""

from __future__ import annotations

import struct
import typing as t

from .hive_data import to_bytes


def encode(entries: t.Iterable[t.Mapping[str, t.Any]]) -> bytes:
    """A file of these entries: key below the hive, value, data as YAML writes registry data."""
    content = b"PReg" + struct.pack("<I", 1)
    for entry in entries:
        kind, data = to_bytes(entry["data"])
        key, value = (f"{entry[name]}\0".encode("utf-16-le") for name in ("key", "value"))
        separator = ";".encode("utf-16-le")
        parts = [key, value, struct.pack("<I", kind), struct.pack("<I", len(data)), data]
        content += "[".encode("utf-16-le") + separator.join(parts) + "]".encode("utf-16-le")
    return content
