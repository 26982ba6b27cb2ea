# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: the answers of one server out of what endpoint_info said about many."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._task import answers_of


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"observed": answers_of}
