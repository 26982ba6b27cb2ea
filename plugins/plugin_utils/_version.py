# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version of this collection, as journals and reports state it; equal to galaxy.yml. Internal."""

from __future__ import annotations

VERSION = "0.1.0"
