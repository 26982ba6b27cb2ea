# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: the servers whose registered result is a failure, or that were lost."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.plugin_utils._task import registered


def broken(names: t.Any, hostvars: t.Any, variable: str) -> list[str]:
    """Those of ``names`` whose ``variable`` is a result that failed or is unreachable, in their order.

    :raises AnsibleFilterError: an argument has the wrong form
    """
    if isinstance(names, (str, Mapping)) or not isinstance(names, (list, tuple)):
        raise AnsibleFilterError("broken: a list of the names of servers is expected, such as ansible_play_batch.")
    if not isinstance(hostvars, Mapping):
        raise AnsibleFilterError("broken: the variable hostvars is expected as the first argument.")
    results = {str(name): registered(hostvars, name, (variable,)) for name in names}
    return [
        name
        for name, result in results.items()
        if isinstance(result, Mapping) and (result.get("failed") or result.get("unreachable"))
    ]


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"broken": broken}
