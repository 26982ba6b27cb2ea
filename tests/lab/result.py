# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command leaves behind."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Output:
    """Bytes on stdout and stderr, exit code."""

    stdout: bytes
    stderr: bytes = b""
    exit_code: int = 0
