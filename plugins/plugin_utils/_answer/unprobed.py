# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task about ports that came to nothing: without its answers less is proven, and nobody would notice."""

from __future__ import annotations

import typing as t


def why_unprobed(result: t.Any) -> str:
    """Why a result of ``endpoint_info`` holds no answers, without a full stop. Empty where the task ran, was skipped,
    or never was.
    """
    if not isinstance(result, t.Mapping) or not (result.get("failed") or result.get("unreachable")):
        return ""
    return str(result.get("msg") or "").strip().rstrip(".") or "no reason was given"
