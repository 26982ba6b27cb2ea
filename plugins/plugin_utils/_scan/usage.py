# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody typed that makes no sense. Internal to this room."""

from __future__ import annotations


class UsageError(Exception):
    """One sentence, or a line for each problem of a file."""
