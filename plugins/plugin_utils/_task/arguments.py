# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specifications that several actions share; the documents have them in doc_fragments/_options.py.

Internal to this collection.
"""

from __future__ import annotations

import typing as t

from .._baseline import STAGES

Spec = t.Mapping[str, t.Mapping[str, t.Any]]

JUDGE: Spec = {
    "profile": {"type": "str", "default": "exchange_current"},
    "stage": {"type": "str", "choices": list(STAGES), "default": STAGES[0]},
    "overlays": {"type": "list", "elements": "path", "default": []},
    "observed": {"type": "list", "elements": "dict", "default": []},
    "observed_from": {"type": "str"},
}
#: Of who changes a server that stands among others.
AMONG_OTHERS: Spec = {
    "organisation": {"type": "dict"},
    "organisation_from": {"type": "str"},
    "balancers": {"type": "list", "elements": "str", "default": []},
}
CHANGE: Spec = {
    "ticket": {"type": "str", "default": ""},
    "force": {"type": "bool", "default": False},
    "revert_after": {"type": "str"},
    "revert_after_boot": {"type": "str", "default": "90m"},
}
