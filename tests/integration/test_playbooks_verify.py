# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verification fails with what is not proven, and only with that; it changes nothing."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import reboot
from integration.playbooks import FAST, HTTPS, PROVE, READ, Estate, PlaybookRun, bring
from lab.lab import Lab

pytestmark = [pytest.mark.proves("verify"), pytest.mark.lab_only]

EX2016 = {"persona": "ex2016_ws2016_https_only", "scheme": "http", "endpoints": HTTPS}
SMTP = {"service": "smtp", "transport": "smtp", "port": 25}
HOSTS = {
    "good": EX2016,
    "drained": {**EX2016, "endpoints": [*HTTPS, SMTP]},
    "drifted": EX2016,
    "pending": EX2016,
    "answering": {"persona": "ex2013_ws2012r2", "endpoints": HTTPS},
    "refusing": EX2016,
    "down": EX2016,
}
WRONG = ("drifted", "pending", "answering", "refusing", "down")
SSL_3_0 = (
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\SSL 3.0\\Server"
)
RC4 = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Ciphers\\RC4 128/128"


@dataclasses.dataclass(frozen=True)
class Proofs:
    """The estate as it is; then only what is in order."""

    whole: PlaybookRun
    right: PlaybookRun
    unchanged: bool


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Proofs]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        as_installed = lab.host("answering").at_boot
        for name in HOSTS:
            bring(lab, name, "obsolete")
        lab.host("drained").set_maintenance(True)
        drift(lab, "drifted")
        # The right values, written anew: whether a running service has them is not known before the next boot.
        registry = lab.host("pending").registry
        registry.set_value(RC4, "Enabled", 4, (1).to_bytes(4, "little"))
        registry.set_value(RC4, "Enabled", 4, bytes(4))
        # What answers on their ports is not what the registry says, such as a device in front of the server.
        lab.host("answering").at_boot = as_installed
        refusing = lab.host("refusing")
        refusing.at_boot = dataclasses.replace(refusing.at_boot, versions=refusing.at_boot.versions - {"tls_1_2"})
        lab.power_off("down")
        before = {name: host.snapshot() for name, host in lab.hosts.items()}
        whole = estate.run("verify", stage="obsolete")
        right = estate.run("verify", "--limit", "good", stage="obsolete")
        unchanged = before == {name: host.snapshot() for name, host in lab.hosts.items()}
        yield Proofs(whole, right, unchanged)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(HOSTS)


def drift(lab: Lab, name: str) -> None:
    """Somebody switches SSL 3.0 on again, and restarts the server."""
    registry = lab.host(name).registry
    registry.create(SSL_3_0)
    registry.set_value(SSL_3_0, "Enabled", 4, (1).to_bytes(4, "little"))
    registry.set_value(SSL_3_0, "DisabledByDefault", 4, bytes(4))
    reboot(lab, name)


def test_a_value_that_was_changed_back_fails_with_setting_found_and_wanted(proofs: Proofs) -> None:
    sentence = proofs.whole.refusal(PROVE, "drifted")
    assert sentence.startswith("drifted: stage obsolete is not proven.")
    assert "protocols.ssl_3_0.server is enabled, wanted is disabled." in sentence
    assert "ssl_3_0.client" not in sentence


def test_what_waits_for_a_restart_is_not_proven(proofs: Proofs) -> None:
    sentence = proofs.whole.refusal(PROVE, "pending")
    assert "Stage obsolete does not count yet. Waits for a restart: " in sentence
    assert "rc4.128" in sentence


def test_a_port_that_answers_a_version_which_is_off_fails_by_name(proofs: Proofs) -> None:
    sentence = proofs.whole.refusal(PROVE, "answering")
    assert "(https) still accepts SSL 3.0" in sentence


def test_a_port_that_refuses_a_version_which_is_on_fails_by_name(proofs: Proofs) -> None:
    sentence = proofs.whole.refusal(PROVE, "refusing")
    assert "Stage prepare is not in effect. The registry is as wanted, but" in sentence
    assert "(https) refuses TLS 1.2" in sentence


def test_a_server_that_is_down_is_not_proven(proofs: Proofs) -> None:
    assert proofs.whole.run.of(READ, "down").status == "unreachable"
    sentence = proofs.whole.refusal(PROVE, "down")
    assert sentence.startswith("down: stage obsolete is not proven. Nothing was read. down was unreachable")


def test_ports_of_a_drained_server_prove_nothing_and_fail_nothing(proofs: Proofs) -> None:
    assert proofs.whole.run.of(PROVE, "drained").status == "ok"
    endpoints = {one["service"]: one["status"] for one in proofs.whole.row("drained")["endpoints"]}
    assert endpoints["https"] == "answered"
    assert endpoints["smtp"] != "answered"


def test_one_server_that_is_wrong_does_not_hide_another(proofs: Proofs) -> None:
    assert not proofs.whole.succeeded
    failed = {one.host for one in proofs.whole.results if one.task == PROVE and one.status == "failed"}
    assert failed == set(WRONG)
    assert {row["name"] for row in proofs.whole.report["hosts"]} == set(HOSTS)


def test_a_verification_of_what_is_in_order_succeeds_and_changes_nothing(proofs: Proofs) -> None:
    assert proofs.right.succeeded
    assert proofs.unchanged
    for name in HOSTS:
        assert proofs.whole.changed(name) == []


def test_a_verification_costs_one_execution_and_six_requests_per_server(proofs: Proofs) -> None:
    for name in HOSTS:
        cost = proofs.whole.costs[name]
        assert (cost.executions, cost.requests) == (({}, 0) if name == "down" else ({"host_read": 1}, 6))
        assert cost.reboots == 0
