# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: plays of this collection, and beside them what a site would do without it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

import yaml

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import CONTRACT, read_request

VALUES = 60
#: No waiting in the figures: a restart takes as long as it takes.
_QUIET = {"msexchange_tls_reboot": "never", "msexchange_tls_serial": "100%"}
_PROTOCOLS_KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"


@dataclasses.dataclass(frozen=True)
class Subject:
    """One thing to run. ``play``: tasks, or the name of a playbook with ``variables``.

    ``writes``: it changes hosts, so that a second run on the same ones would measure something else.
    """

    name: str
    play: str | tuple[dict[str, t.Any], ...]
    variables: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    writes: bool = False

    def command(self, folder: pathlib.Path) -> tuple[str, ...]:
        """The words for ansible-playbook; the play is laid down in ``folder`` if it is none of a collection."""
        options = ("-e", json.dumps(self.variables)) if self.variables else ()
        if isinstance(self.play, str):
            return (self.play, *options)
        path = folder / "playbook.json"  # JSON is YAML
        play = {"hosts": "exchange", "gather_facts": False, "tasks": list(self.play)}
        path.write_text(json.dumps([play]), encoding="utf-8")
        return (str(path), *options)


def sixty_settings() -> dict[str, t.Any]:
    """Settings that are ``VALUES`` operations on the hosts of the lab (see ``sixty.yml``)."""
    found: dict[str, t.Any] = yaml.safe_load((pathlib.Path(__file__).parent / "sixty.yml").read_text(encoding="utf-8"))
    return found


def _regedit(name: str) -> dict[str, t.Any]:
    return {
        "ansible.windows.win_regedit": {
            "path": rf"{_PROTOCOLS_KEY}\TLS 1.0\Server",
            "name": name,
            "data": 0,
            "type": "dword",
        }
    }


#: The start of Ansible, and nothing on any host.
EMPTY = Subject("no task", ({"ansible.builtin.meta": "noop"},))
PING = Subject("win_ping", ({"ansible.windows.win_ping": {}},))
#: What ``state_info`` asks, as a module of Ansible like any other: nothing is judged, the answer is the result.
READ = Subject(
    "host_read alone", ({"msexchange.tls.host_read": {"contract": CONTRACT, **read_request(load().reading)}},)
)
STATE = Subject("state_info", ({"msexchange.tls.state_info": {}},))
AUDIT = Subject("audit, without wire", "msexchange.tls.audit", {"msexchange_tls_wire": False})
AUDIT_WIRE = Subject("audit", "msexchange.tls.audit")
HARDEN = Subject("harden, without wire", "msexchange.tls.harden", {**_QUIET, "msexchange_tls_wire": False}, writes=True)
WRITE = Subject(
    f"schannel, {VALUES} values", ({"msexchange.tls.schannel": {"settings": sixty_settings()}},), writes=True
)
LOOP = Subject(
    f"loop of {VALUES} win_regedit",
    ({**_regedit("Bench{{ item }}"), "loop": [str(number) for number in range(VALUES)]},),
    writes=True,
)
TASKS = Subject(
    f"{VALUES} tasks of win_regedit", tuple(_regedit(f"Bench{number}") for number in range(VALUES)), writes=True
)

#: In the order of the tables.
SUBJECTS: tuple[Subject, ...] = (EMPTY, PING, READ, STATE, AUDIT, AUDIT_WIRE, HARDEN, WRITE, LOOP, TASKS)
#: What the real engine is given too; nothing that has to wait for it.
ON_POWERSHELL: tuple[Subject, ...] = (EMPTY, PING, STATE, WRITE, TASKS)
#: What must not cost more per host where there are more of them.
GROWING: tuple[Subject, ...] = (PING, STATE, AUDIT, AUDIT_WIRE, HARDEN)
