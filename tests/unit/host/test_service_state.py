# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In service or in maintenance: whatever is not clearly drained counts as in service."""

from __future__ import annotations

import pytest
from tools.registry import on_host

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import identify

pytestmark = pytest.mark.proves("restart")

STATES = r"[HKLM\SOFTWARE\Microsoft\ExchangeServer\v15\ServerComponentStates"
OFFLINE = f'{STATES}\\ServerWideOffline]\n"Maintenance"="1:0:638000000000000000"\n'
AWAY = f'{STATES}\\HighAvailability]\n"Maintenance"="1:0:638000000000000000"\n'
MEMBER = '[HKLM\\Cluster]\n"ClusterName"="DAG1"\n[HKLM\\Cluster\\Nodes]\n'


def node(name: str, **values: int) -> str:
    lines = "".join(f'"{key}"=dword:{number:x}\n' for key, number in values.items())
    return f'[HKLM\\Cluster\\Nodes\\1]\n"NodeName"="{name}"\n{lines}'


def service(text: str, role: str = "mailbox") -> str:
    return identify(on_host("[SCHANNEL]\n" + text, "ws2016", "15.1.2507.6", role=role), load()).service


def test_a_server_without_component_states_is_in_service() -> None:
    assert service("") == "in_service"


def test_a_server_that_is_wide_offline_and_in_no_cluster_is_in_maintenance() -> None:
    assert service(OFFLINE) == "in_maintenance"


@pytest.mark.parametrize(
    "value",
    [
        '"1:1:638000000000000000"',
        '"1:2:638000000000000000"',
        '"0:0:638000000000000000"',
        '"1:0"',
        '"1:0:later"',
        '"0"',
        '""',
        '" 1:0:638000000000000000"',
        '"1:0:638000000000000000:x"',
        "dword:0",
        "hex(1):31,00,3a,00",
    ],
)
def test_a_form_that_is_not_known_counts_as_in_service(value: str) -> None:
    assert service(f'{STATES}\\ServerWideOffline]\n"Maintenance"={value}\n') == "in_service"


def test_one_requester_is_enough_to_take_a_component_out() -> None:
    assert service(OFFLINE + '"Functional"="1:1:638000000000000001"\n') == "in_maintenance"


def test_a_dag_member_also_needs_its_node_out_of_the_way() -> None:
    assert service(OFFLINE + MEMBER) == "in_service"
    assert service(OFFLINE + MEMBER + AWAY) == "in_maintenance"
    assert service(OFFLINE + MEMBER + node("EX01", NodeDrainStatus=2)) == "in_maintenance"


@pytest.mark.parametrize(
    "found",
    [
        node("EX01", NodeDrainStatus=1),
        node("EX01", NodeDrainStatus=3),
        node("EX02", NodeDrainStatus=2),
        node("EX01"),
        '[HKLM\\Cluster\\Nodes\\1]\n"NodeName"="EX01"\n"NodeDrainStatus"="2"\n',
    ],
)
def test_a_node_that_is_not_clearly_drained_counts_as_in_service(found: str) -> None:
    assert service(OFFLINE + MEMBER + found) == "in_service"


def test_a_cluster_service_that_is_stopped_says_nothing_about_the_node() -> None:
    stopped = '[HKLM\\SYSTEM\\CurrentControlSet\\Services\\ClusSvc]\n"Start"=dword:2\n'
    assert service(OFFLINE + stopped) == "in_service"


def test_an_edge_server_is_in_no_dag() -> None:
    assert service(OFFLINE + MEMBER, role="edge") == "in_maintenance"


def test_the_node_alone_does_not_take_the_server_out_of_service() -> None:
    assert service(AWAY + MEMBER) == "in_service"
