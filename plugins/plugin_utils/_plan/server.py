# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host tells about its ports."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import Server
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import disputed_by_bindings, forbidden_by_bindings
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State


def server_of(state: State) -> Server:
    """The host as what stands behind its ports."""
    identity, seen = state.identity, state.observation
    forbidden, disputed = forbidden_by_bindings(seen), disputed_by_bindings(seen)
    return Server(identity.exchange, identity.abilities, forbidden, disputed)
