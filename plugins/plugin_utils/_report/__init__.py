# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports for people: one data form (``report.json``), and views that are made from it alone.

Pure: no host, no clock; only the loader opens the templates that lie beside it.
"""

from __future__ import annotations

from .build import build_report
from .html import render_html
from .markdown import render_markdown
from .overview import state_words
from .schema import SCHEMA, SCHEMA_VERSION, ReportError, readable
from .text import render_text
from .words import VERDICTS

__all__ = [
    "SCHEMA",
    "SCHEMA_VERSION",
    "VERDICTS",
    "ReportError",
    "build_report",
    "readable",
    "render_html",
    "render_markdown",
    "render_text",
    "state_words",
]
