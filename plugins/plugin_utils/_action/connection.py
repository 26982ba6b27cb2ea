# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the connection of a task says about itself. Internal to this collection."""

from __future__ import annotations

import typing as t


def is_tls(connection: t.Any) -> bool:
    """Whether the host is managed over TLS. Connection plugins keep that for themselves; by now this one has spoken."""
    psrp = getattr(connection, "_psrp_conn_kwargs", None)
    return getattr(connection, "_winrm_scheme", None) == "https" or (isinstance(psrp, dict) and psrp.get("ssl") is True)
