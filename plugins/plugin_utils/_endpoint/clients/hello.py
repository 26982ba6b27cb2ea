# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hello of a client as plain data, for the prober to send."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import SCHEME_NAMES, group_by_name, suite_by_name

from .model import Client


def hello_of(client: Client) -> dict[str, t.Any]:
    """What ``_wire.replay`` reads: versions by id, everything else by number, in the order of the client."""
    suites = [suite_by_name(name) for name in client.suites]
    groups = [group_by_name(name) for name in client.groups]
    return {
        "id": client.id,
        "framing": client.framing,
        "versions": [version.id for version in client.versions],
        "suites": [suite.number for suite in suites if suite is not None],
        "groups": [group.number for group in groups if group is not None],
        "schemes": [SCHEME_NAMES[name] for name in client.signatures],
        "extensions": list(client.extensions),
        "renegotiation": client.renegotiation,
    }
