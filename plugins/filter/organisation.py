# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: which servers of the organisation are prepared, from this run and, for hidden ones, from an audit file."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.plugin_utils._task import members
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import plain_data

#: Newest first: the roles read a server again after they changed it.
RESULTS = ("msexchange_tls_state", "msexchange_tls_before")


def organisation(
    names: t.Any,
    hostvars: t.Mapping[str, t.Any],
    audit: t.Any = None,
    max_age_days: int = 7,
    variables: t.Sequence[str] = RESULTS,
) -> dict[str, dict[str, t.Any]]:
    """Member name -> ``{"prepared": true|false|null, "detail": sentence}``, for every one of ``names``.

    :raises AnsibleFilterError: an argument has the wrong form
    """
    if isinstance(names, (str, t.Mapping)) or not isinstance(names, (list, tuple)):
        raise AnsibleFilterError(
            "organisation: a list of the names of all members is expected, such as groups['exchange']."
        )
    if not isinstance(hostvars, t.Mapping):
        raise AnsibleFilterError("organisation: the variable hostvars is expected as the first argument.")
    results = {str(name): plain_data(_newest(name, hostvars, variables)) for name in names}
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        return members(results, plain_data(audit), now, datetime.timedelta(days=max_age_days))
    except ValueError as error:
        raise AnsibleFilterError(f"organisation: {error}") from error


def _newest(name: str, hostvars: t.Mapping[str, t.Any], variables: t.Sequence[str]) -> t.Any:
    # get() is not used: for a host that is in no inventory the hostvars of core 2.16 return an undefined value.
    own = hostvars[name] if name in hostvars else {}  # noqa: SIM401
    return next((own[variable] for variable in variables if variable in own), None)


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file by name."""
        return {"organisation": organisation}
