# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of findings about endpoints, in the order of the documentation."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind

from . import groups, partners, port
from .certificates import FAMILIES as CERTIFICATES

FAMILIES: t.Mapping[str, tuple[Kind, ...]] = {
    "Ports": port.KINDS,
    **CERTIFICATES,
    "Groups": groups.KINDS,
    "Partners": partners.KINDS,
}
