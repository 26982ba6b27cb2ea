# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Ansible inventory of a running lab."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

from .endpoints import EndpointListener
from .winrm import WinRm

if t.TYPE_CHECKING:
    from .host import LabHost
    from .lab import Lab


def content(lab: Lab) -> dict[str, t.Any]:
    """Hosts with their connection and their TLS endpoints, in groups: exchange, edge, windows and what the estate
    adds.
    """
    groups: dict[str, dict[str, t.Any]] = {}
    for host in lab.hosts.values():
        groups.setdefault(_main_group(host), {"hosts": {}})["hosts"][host.name] = _variables(host)
        for group in host.groups:
            groups.setdefault(group, {"hosts": {}})["hosts"].setdefault(host.name, {})
    exchange = groups.setdefault("exchange", {"hosts": {}})
    if "edge" in groups:
        exchange["children"] = {"edge": {}}
    return {"all": {"children": groups}}


def write(path: pathlib.Path, lab: Lab) -> None:
    """Writes the inventory file."""
    path.write_text("---\n" + yaml.safe_dump(content(lab), sort_keys=True, width=120), encoding="utf-8")


def _main_group(host: LabHost) -> str:
    if host.persona.exchange is None:
        return "windows"
    return "edge" if "edge" in host.persona.exchange.roles else "exchange"


def _variables(host: LabHost) -> dict[str, t.Any]:
    winrm = next(listener for listener in host.listeners if isinstance(listener, WinRm))
    variables: dict[str, t.Any] = {
        "ansible_host": "127.0.0.1",
        "ansible_port": winrm.port,
        "ansible_connection": host.persona.connection,
        **_OF_CONNECTION[host.persona.connection](host.persona.scheme),
        "ansible_user": host.user,
        "ansible_password": host.password,
        "msexchange_tls_endpoints": [
            _endpoint(host, listener) for listener in host.listeners if isinstance(listener, EndpointListener)
        ],
    }
    return variables


def _of_winrm(scheme: str) -> dict[str, str]:
    found = {"ansible_winrm_scheme": scheme, "ansible_winrm_transport": "basic"}
    if scheme == "https":
        found["ansible_winrm_server_cert_validation"] = "ignore"
    return found


def _of_psrp(scheme: str) -> dict[str, str]:
    found = {"ansible_psrp_protocol": scheme, "ansible_psrp_auth": "basic"}
    if scheme == "https":
        return {**found, "ansible_psrp_cert_validation": "ignore"}
    # Basic cannot encrypt messages, and the plugin insists on that over http unless told not to.
    return {**found, "ansible_psrp_message_encryption": "never"}


_OF_CONNECTION: dict[str, t.Callable[[str], dict[str, str]]] = {"winrm": _of_winrm, "psrp": _of_psrp}


def _endpoint(host: LabHost, listener: EndpointListener) -> dict[str, t.Any]:
    endpoint = listener.endpoint
    return {
        "service": endpoint.service,
        "transport": endpoint.transport,
        "host": "127.0.0.1",
        "port": listener.port,
        "server_name": host.fqdn,
    }
