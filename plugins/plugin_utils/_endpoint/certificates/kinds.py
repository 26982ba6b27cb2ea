# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of findings on certificates."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind

from .kinds_certificate import CERTIFICATE_KINDS
from .kinds_chain import CHAIN_KINDS, KEY_EXCHANGE_KINDS

#: Families in the order of the documentation.
FAMILIES: t.Mapping[str, tuple[Kind, ...]] = types.MappingProxyType(
    {
        "Certificates": CERTIFICATE_KINDS,
        "Certificate chains": CHAIN_KINDS,
        "Key exchange": KEY_EXCHANGE_KINDS,
    }
)
