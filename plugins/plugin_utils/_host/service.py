# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is the Exchange server in service? Read from the registry.

Whatever is not recognised counts as in service, so that nobody loses a server.

Component states (Exchange 2013 and later): ``...\\v15\\ServerComponentStates\\<component>``, one REG_SZ per
requester, named after it, with ``<encoding>:<state>:<time>``; encoding from 1, state 0 inactive, 1 active, time in
units of 100 ns. One requester that says inactive makes the component inactive, and ServerWideOffline makes all others
inactive but Monitoring and RecoveryActionsEnabled. (Microsoft, "Server Component States in Exchange 2013",
techcommunity 591342; the stored form: vanhybrid.com 2013-07-14 and published Exchange assemblies.)

In a DAG the node also has to be out of the way. What is accepted as evidence, any of:
- component HighAvailability inactive: the DAG maintenance scripts of Exchange set it (published copies of
  StopDagServerMaintenance.ps1 set it back to active);
- ``HKLM\\Cluster\\Nodes\\<n>`` with this computer's NodeName and NodeDrainStatus 2, "completed" (Microsoft:
  clusapi.h, CLUSTER_NODE_DRAIN_STATUS).

Where a paused node that was not drained leaves its mark was found in no source (unconfirmed): it counts as in service.
None of this was seen on a real DAG.
"""

from __future__ import annotations

import re

from .names import fold, leaf
from .observation import Observation, RegistryKey

IN_SERVICE = "in_service"
IN_MAINTENANCE = "in_maintenance"
NOT_EXCHANGE = "not_exchange"
UNKNOWN = "unknown"

_COMPONENTS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\ServerComponentStates"
_CLUSTER = r"HKEY_LOCAL_MACHINE\Cluster"
_NODES = rf"{_CLUSTER}\Nodes"
_CLUSTER_SERVICE = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\ClusSvc"
_STATE = re.compile(r"\A0*[1-9]\d{0,8}:(\d{1,3}):\d{1,19}\Z", re.ASCII)
_INACTIVE = "0"
_DRAIN_COMPLETED = 2


def service_state(observation: Observation, exchange: str | None, role: str, computer: str | None) -> str:
    """``in_service``, ``in_maintenance``, ``not_exchange``, or ``unknown``: whether Exchange is here was not read."""
    if exchange == "none":
        return NOT_EXCHANGE
    if exchange is None:
        return UNKNOWN
    if not _inactive(observation, "ServerWideOffline"):
        return IN_SERVICE
    if role == "edge" or not _in_cluster(observation) or _node_is_out_of_the_way(observation, computer):
        return IN_MAINTENANCE
    return IN_SERVICE


def _inactive(observation: Observation, component: str) -> bool:
    key = observation.key(rf"{_COMPONENTS}\{component}")
    if key is None:
        return False
    states = [
        match.group(1) for value in key.values if isinstance(value.data, str) if (match := _STATE.match(value.data))
    ]
    return _INACTIVE in states


def _in_cluster(observation: Observation) -> bool:
    """Also true when it cannot be excluded.

    The hive Cluster is loaded while the cluster service runs; the service itself stays registered.
    """
    for path in (_CLUSTER, _CLUSTER_SERVICE):
        key = observation.key(path)
        if key is None or key.exists:
            return True
    return False


def _node_is_out_of_the_way(observation: Observation, computer: str | None) -> bool:
    return _inactive(observation, "HighAvailability") or _node_is_drained(observation, computer)


def _node_is_drained(observation: Observation, computer: str | None) -> bool:
    nodes = observation.key(_NODES)
    if nodes is None or not computer:
        return False
    own = [key for key in nodes.keys if _names(observation, key, computer)]
    return len(own) == 1 and _drained(observation, own[0])


def _names(observation: Observation, key: RegistryKey, computer: str) -> bool:
    name = observation.value(key.path, "NodeName")
    return (
        name is not None
        and isinstance(name.data, str)
        and fold(name.data) == fold(computer)
        and leaf(key.path).isdigit()
    )


def _drained(observation: Observation, key: RegistryKey) -> bool:
    status = observation.value(key.path, "NodeDrainStatus")
    return status is not None and status.data == _DRAIN_COMPLETED and not status.raw
