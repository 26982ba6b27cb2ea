# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: the endpoints of many servers as one list for endpoint_info."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError


def endpoints(
    names: t.Sequence[str], hostvars: t.Mapping[str, t.Any], default: t.Sequence[t.Mapping[str, t.Any]]
) -> list[dict[str, t.Any]]:
    """Endpoints to connect to, one flat list, each with the inventory name of its server.

    A host's own ``msexchange_tls_endpoints`` win over ``default``; an endpoint without ``host`` is at the address of
    its server. What is known of the server goes along: its VIP, the names of its certificate, its Exchange build.
    """
    found: list[dict[str, t.Any]] = []
    for name in names:
        own = hostvars[name]
        wanted = own.get("msexchange_tls_endpoints", default)
        if not isinstance(wanted, (list, tuple)) or not all(isinstance(item, t.Mapping) for item in wanted):
            raise AnsibleFilterError(
                f"{name}: msexchange_tls_endpoints must be a list of dictionaries with service, port and transport."
            )
        address = own.get("ansible_host", name)
        found += [{"host": address, **_known(own), **item, "name": name} for item in wanted]
    return found


def _known(own: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    labels = {"group": own.get("msexchange_tls_vip"), "names": own.get("msexchange_tls_names"), "exchange": _build(own)}
    return {label: value for label, value in labels.items() if value}


def _build(own: t.Mapping[str, t.Any]) -> str | None:
    """The Exchange build by the newest reading of this run, "none" where there is certainly no Exchange."""
    for reading in ("msexchange_tls_state", "msexchange_tls_change", "msexchange_tls_before"):
        result = own.get(reading)
        host = result.get("host") if isinstance(result, t.Mapping) else None
        exchange = host.get("exchange") if isinstance(host, t.Mapping) else None
        if isinstance(exchange, t.Mapping):
            return "none" if exchange.get("version") == "none" else exchange.get("build")
    return None


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"endpoints": endpoints}
