# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: which servers of the organisation are prepared, from this run and, for hidden ones, from an audit file."""

from __future__ import annotations

import datetime
import json
import os
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.plugin_utils._task import members, registered
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import plain_data

#: Newest first: the roles read a server again after they changed it.
RESULTS = ("msexchange_tls_state", "msexchange_tls_before")
#: A hundred years; an audit that old proves nothing, and dates end somewhere.
_MOST_DAYS = 36_500


def organisation(
    names: t.Any,
    hostvars: t.Mapping[str, t.Any],
    audit: t.Any = None,
    max_age_days: int = 7,
    variables: t.Sequence[str] = RESULTS,
) -> dict[str, dict[str, t.Any]]:
    """Member name -> ``{"prepared": true|false|null, "detail": sentence}``, for every one of ``names``.

    ``audit``: the content of a report, or the path of its file, relative to where Ansible was started.

    :raises AnsibleFilterError: an argument has the wrong form, or the file cannot be read
    """
    if isinstance(names, (str, t.Mapping)) or not isinstance(names, (list, tuple)):
        raise AnsibleFilterError(
            "organisation: a list of the names of all members is expected, such as groups['exchange']."
        )
    if not isinstance(hostvars, t.Mapping):
        raise AnsibleFilterError("organisation: the variable hostvars is expected as the first argument.")
    if not isinstance(max_age_days, int) or not 0 <= max_age_days <= _MOST_DAYS:
        raise AnsibleFilterError(f"organisation: max_age_days is a number of days, at most {_MOST_DAYS}.")
    results = {str(name): registered(hostvars, name, variables) for name in names}
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        report = _read(audit) if isinstance(audit, str) else plain_data(audit)
        found: dict[str, dict[str, t.Any]] = plain_data(
            members(results, report, now, datetime.timedelta(days=max_age_days))
        )
    except ValueError as error:
        # Without a cause: ansible-core 2.19 appends the words of all causes to a message.
        raise AnsibleFilterError(f"organisation: {error}") from None
    return found


def _read(path: str) -> t.Any:
    place = os.path.expanduser(path)
    try:
        # A pipe would keep everybody waiting for ever.
        if os.path.exists(place) and not os.path.isfile(place):
            raise ValueError(f"the audit file {path} is a folder or a device. Name the report.json of an audit.")
        with open(place, encoding="utf-8-sig") as file:
            content = file.read()
    except OSError as error:
        why = error.strerror or str(error)
        raise ValueError(f"the audit file {path} cannot be read: {why}. Name the report.json of an audit.") from None
    except UnicodeDecodeError:
        content = ""
    try:
        return json.loads(content) or {}  # null in a file is not the same as no file
    except (ValueError, RecursionError):
        raise ValueError(f"the audit file {path} is no JSON. Name the report.json of an audit.") from None


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file by name."""
        return {"organisation": organisation}
