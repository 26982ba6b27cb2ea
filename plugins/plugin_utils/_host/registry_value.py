# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One registry value."""

from __future__ import annotations

import dataclasses

#: REG_DWORD -> int, REG_QWORD -> int, REG_SZ/REG_EXPAND_SZ -> str, REG_MULTI_SZ -> tuple of str, all else and
#: non-canonical -> bytes
Data = int | str | tuple[str, ...] | bytes


@dataclasses.dataclass(frozen=True)
class RegistryValue:
    """One value. ``raw``.

    Data are the bytes as found, because the kind has no text form or the bytes are not canonical for it.
    """

    name: str
    kind: int
    data: Data
    raw: bool = False
