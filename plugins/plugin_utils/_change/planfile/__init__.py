# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved plans: made, written down, read from anybody's hand, held against a host, compared, rendered, signed."""

from __future__ import annotations

from .age import read_age, require_age
from .check import plan_for, record_of, require_gates
from .compare import Difference, diff_data, diff_files, diff_text
from .data import host_data_of
from .errors import (
    ForeignPlanError,
    GateError,
    MissingPlanError,
    OldPlanError,
    PlanFileError,
    SignatureError,
    StalePlanError,
)
from .make import host_plan
from .markdown import render_markdown, verdict
from .model import FORMAT_VERSION, HostPlan, PlanFile, Prior
from .moved import deviations
from .read import LARGEST, digest_of, plan_file, read_plan_file, render
from .read_host import read_host_plan
from .signature import SUFFIX, fingerprint, sign, signer, verify

__all__ = [
    "FORMAT_VERSION",
    "LARGEST",
    "SUFFIX",
    "Difference",
    "ForeignPlanError",
    "GateError",
    "HostPlan",
    "MissingPlanError",
    "OldPlanError",
    "PlanFile",
    "PlanFileError",
    "Prior",
    "SignatureError",
    "StalePlanError",
    "deviations",
    "diff_data",
    "diff_files",
    "diff_text",
    "digest_of",
    "fingerprint",
    "host_data_of",
    "host_plan",
    "plan_file",
    "plan_for",
    "read_age",
    "read_host_plan",
    "read_plan_file",
    "record_of",
    "render",
    "render_markdown",
    "require_age",
    "require_gates",
    "sign",
    "signer",
    "verdict",
    "verify",
]
