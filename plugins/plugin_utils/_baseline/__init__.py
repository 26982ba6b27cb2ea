# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted: profiles, what a site changes about them, and the baseline of one host.

``load_profile`` and ``load_benchmarks`` are the only functions here that open files.
"""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Problem

from .checking import Check, Context
from .direct import DIRECT_STAGE, direct
from .documents import Document, read_document
from .lint import CHECKS, lint
from .lint_rules import NEVER_WRITTEN
from .load import Benchmark, load_benchmarks, load_document, load_profile, profile_context, profile_names
from .model import (
    DEFAULT_PROFILE,
    SEVERITIES,
    STAGES,
    Absent,
    Baseline,
    Bits,
    ExceptionEntry,
    Explicit,
    Profile,
    Rule,
    Want,
    When,
)
from .problems import BaselineError
from .resolve import Overlay, read_overlay, resolve
from .wants import misfit, show, want_data

__all__ = [
    "CHECKS",
    "DEFAULT_PROFILE",
    "DIRECT_STAGE",
    "NEVER_WRITTEN",
    "SEVERITIES",
    "STAGES",
    "Absent",
    "Baseline",
    "BaselineError",
    "Benchmark",
    "Bits",
    "Check",
    "Context",
    "Document",
    "ExceptionEntry",
    "Explicit",
    "Overlay",
    "Problem",
    "Profile",
    "Rule",
    "Want",
    "When",
    "direct",
    "lint",
    "load_benchmarks",
    "load_document",
    "load_profile",
    "misfit",
    "profile_context",
    "profile_names",
    "read_document",
    "read_overlay",
    "resolve",
    "show",
    "want_data",
]
