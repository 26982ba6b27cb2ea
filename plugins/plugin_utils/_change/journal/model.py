# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a way back consists of."""

from __future__ import annotations

import dataclasses

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Operation


@dataclasses.dataclass(frozen=True)
class Conflict:
    """A value that is not taken back, because it is neither as the change left it nor as it was before.

    ``left``: what the change left there; ``found``: what is there; ``before``: what would have come back; None =
    absent. ``by``: a later change of ours that explains what is there, else empty. ``partner``: the value itself could
    go back, but another value of the same setting cannot, and half a setting is worse than either state of it.
    """

    change: str
    path: str
    name: str
    left: RegistryValue | None
    found: RegistryValue | None
    before: RegistryValue | None
    by: str = ""
    partner: bool = False


@dataclasses.dataclass(frozen=True)
class Rollback:
    """The way back for some changes on one host.

    ``changes``: ids, newest first. ``operations``: each value once, then keys that we made and that are empty by then,
    the innermost first. ``conflicts``: what is left alone. ``kept_keys``: keys that we made and that hold something
    else by now. ``missing``: keys that were empty when we deleted them and that no value brings back: an empty key says
    nothing to Windows, and it is not made again. ``reboot_required``: one of the changes needed a restart.
    """

    changes: tuple[str, ...]
    operations: tuple[Operation, ...]
    conflicts: tuple[Conflict, ...]
    kept_keys: tuple[str, ...]
    missing: tuple[str, ...]
    reboot_required: bool
