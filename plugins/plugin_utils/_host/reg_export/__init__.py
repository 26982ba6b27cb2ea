# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry exports (``.reg``): read as Windows' own registry editor would read them, and written in its form.

Windows imports what it understands, silently drops the rest and reports success. So what counts is what an import
would set; what it would drop is listed with its line. The rules are those of Wine's conformance tests of "reg import"
and "regedit", which ran on Windows 7 to 10 (winehq.org, programs/reg/tests/import.c), and the reader is compared with
Wine's regedit where it is installed.
"""

from __future__ import annotations

from .export import Ignored, RegExport, from_reg_export
from .render import render_reg

__all__ = ["Ignored", "RegExport", "from_reg_export", "render_reg"]
