# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One report for many servers, from what earlier tasks registered; contacts nobody."""

from __future__ import annotations

import datetime
import json
import os
import re
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import write_folder
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import why_unprobed
from ansible_collections.msexchange.tls.plugins.plugin_utils._report import (
    build_report,
    readable,
    render_html,
    render_markdown,
    render_text,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._version import VERSION
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import plain_data

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "members": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "str", "default": "msexchange_tls_reports"},
    "name": {"type": "str", "default": "report"},
    "title": {"type": "str", "default": "TLS report"},
}


#: It becomes part of the name of a folder.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def collect(name: str, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The material of one server, as the roles registered it; what was never read is None."""
    before, state = variables.get("msexchange_tls_before"), variables.get("msexchange_tls_state")
    wire = variables.get("msexchange_tls_wire_result")
    answers = wire.get("endpoints", []) if isinstance(wire, t.Mapping) else []
    return {
        "name": name,
        "before": before if before is not None else state,
        "after": state if before is not None else None,
        "change": variables.get("msexchange_tls_change"),
        "wire": plain_data([answer for answer in answers if answer.get("name") == name]),
        "unprobed": why_unprobed(wire),
    }


def partners_of(servers: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[list[t.Any], str]:
    """Partners, and why none was asked. They are asked once for all: the servers of a batch registered the same."""
    why = ""
    for variables in servers:
        result = variables.get("msexchange_tls_partners_result")
        if isinstance(result, t.Mapping) and isinstance(result.get("partners"), (list, tuple)):
            return list(result["partners"]), ""
        why = why or why_unprobed(result)
    return [], why


def as_json(report: t.Mapping[str, t.Any]) -> str:
    """A line for each server: whoever compares two reports sees which servers differ.

    An indented text would be written by the json of Python and not of C, which takes twenty times as long.
    """

    def member(value: t.Any) -> str:
        if not isinstance(value, list):
            return json.dumps(value, sort_keys=True)
        return "[" + ",".join("\n" + json.dumps(item, sort_keys=True) for item in value) + "\n]"

    return "{\n" + ",\n".join(f"{json.dumps(name)}: {member(report[name])}" for name in sorted(report)) + "\n}\n"


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """See the documentation of the module msexchange.tls.report."""

    _supports_check_mode = True
    _supports_async = False
    TRANSFERS_FILES = False

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> dict[str, t.Any]:
        """Collect, render, write."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _checked, arguments = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        hostvars = (task_vars or {}).get("hostvars", {})
        if not _NAME.fullmatch(arguments["name"]):
            raise AnsibleActionFail(
                f"The name of the report may hold letters, digits, '.', '_' and '-', not {arguments['name']!r}."
            )
        if "\0" in arguments["directory"] or not arguments["directory"]:
            raise AnsibleActionFail("The option directory is empty or holds a NUL character; name a folder.")
        # A server that is in two groups is one server.
        names = list(dict.fromkeys(arguments["members"]))
        # Registered results have no templates in them. Taken for templates they would be gone through value by value,
        # that of the ports for every server though it is one.
        known = {name: hostvars.raw_get(name) for name in names if name in hostvars}
        hosts = [collect(name, known.get(name, {})) for name in names]
        partners, unasked = partners_of(known.values())
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        report = build_report(
            hosts,
            title=str(arguments["title"]),
            made_at=now.isoformat(),
            version=VERSION,
            partners=plain_data(partners),
            partners_unprobed=unasked,
        )
        page = readable(report)
        folder = os.path.abspath(os.path.expanduser(arguments["directory"]))
        try:
            files = write_folder(
                folder,
                f"{arguments['name']}-{now.strftime('%Y%m%dT%H%M%SZ')}",
                {
                    "report.json": as_json(report),
                    "report.md": render_markdown(page),
                    "report.html": render_html(page),
                },
            )
        except OSError as error:
            raise AnsibleActionFail(
                f"The report could not be written below {folder}: {error.strerror or error}. "
                "Name a folder that you may write to."
            ) from None
        result.update(changed=False, table=render_text(page), files=files)
        return result
