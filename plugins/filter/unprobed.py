# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: that no port was connected to at all, as a sentence."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import why_unprobed

_REMEDY = (
    "Mend that, let the connections leave from elsewhere with msexchange_tls_wire_from, "
    "or go without them with msexchange_tls_wire false."
)


def unprobed(result: t.Any, origin: str) -> list[str]:
    """One sentence where the task that connects to the ports failed or lost ``origin``, the host it leaves from.

    Empty where it ran, where it was skipped, and where there was none. Without the prober nothing would be proven, and
    nobody would notice.
    """
    why = why_unprobed(result)
    return [f"No port was connected to from {origin}: {why}. {_REMEDY}"] if why else []


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file by name."""
        return {"unprobed": unprobed}
