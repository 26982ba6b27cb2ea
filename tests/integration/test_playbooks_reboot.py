# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is restarted, who is not, and when a restart is over."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import typing as t

import pytest
from integration.playbooks import (
    CAME_BACK,
    CONCLUDE,
    DECIDE,
    FAST,
    HTTPS,
    PROVE,
    READ,
    READ_AGAIN,
    REBOOT,
    STILL_ALLOWED,
    WRITE,
    Estate,
    PlaybookRun,
)
from lab.build import services
from lab.host import LabHost
from lab.lab import Lab

pytestmark = [pytest.mark.proves("restart"), pytest.mark.lab_only]

EX2016 = {"persona": "ex2016_ws2016_https_only", "scheme": "http", "endpoints": HTTPS}
DRAINED = {**EX2016, "maintenance": True}
HOSTS = {
    "drained": DRAINED,
    "dag": {"persona": "ex2019cu15_ws2022", "endpoints": HTTPS, "maintenance": True},
    "plain": {"persona": "ws2022_plain", "endpoints": HTTPS},
    "serving": EX2016,
    "forced": EX2016,
    "kept": DRAINED,
    "returned": DRAINED,
    "sleepy": DRAINED,
    "dozing": DRAINED,
    "stuck": DRAINED,
    "gone": DRAINED,
}
TROUBLE = ("stuck", "gone")
ALL_OF_THEM = ",".join(name for name in HOSTS if name not in TROUBLE)
REBOOTED = ("drained", "dag", "forced", "sleepy", "dozing")
#: Longer than any test.
NEVER = 1e6


@dataclasses.dataclass(frozen=True)
class Restarts:
    """One batch of servers in every situation, then one whose services do not come up and one that is lost."""

    batch: PlaybookRun
    trouble: PlaybookRun


@pytest.fixture(scope="module")
def restarts(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Restarts]:
    with Lab.start(timing=FAST, **HOSTS) as lab:
        estate = Estate.of(lab, tmp_path_factory.mktemp("site"))
        lab.host("drained").timing = dataclasses.replace(FAST, services=2.0)
        for name in ("sleepy", "dozing", "stuck"):
            lab.host(name).timing = dataclasses.replace(FAST, services=NEVER)
        of_sleepy = [name for name in services(lab.host("sleepy").persona) if name.startswith("MSExchange")]
        more = estate.host_variables(
            forced={"msexchange_tls_reboot": "always"},
            kept={"msexchange_tls_reboot": "never"},
            sleepy={"msexchange_tls_services_ignored": of_sleepy},
            dozing={"msexchange_tls_services_ignored": ", ".join(of_sleepy)},
        )
        with once_written(lab, "returned", lambda host: host.set_maintenance(False)):
            batch = estate.run("harden", *more, hosts=ALL_OF_THEM, serial="100%", wire=False)
        with once_written(lab, "gone", LabHost.go_down):
            trouble = estate.run("harden", hosts=",".join(TROUBLE), serial=2, wire=False, reboot_timeout=4)
        yield Restarts(batch, trouble)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(HOSTS)


@contextlib.contextmanager
def once_written(lab: Lab, name: str, act: t.Callable[[LabHost], None]) -> t.Iterator[None]:
    """Something happens to a server as soon as the task that wrote there has ended: the reading for the organisation
    was the first shell to be closed, this is the second.
    """
    over, counters = threading.Event(), lab.host(name).counters
    ended = counters.requests["Delete"] + 2

    def watch() -> None:
        while not over.wait(0.005):
            if counters.executions["msexchange.tls.host_write"] and counters.requests["Delete"] >= ended:
                lab.call(strike())
                return

    async def strike() -> None:
        act(lab.host(name))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def test_a_restart_that_is_allowed_happens_exactly_once(restarts: Restarts) -> None:
    assert {name: restarts.batch.costs[name].reboots for name in REBOOTED} == dict.fromkeys(REBOOTED, 1)
    for name in REBOOTED:
        assert restarts.batch.changed(name) == [WRITE, DECIDE, REBOOT]


def test_a_server_in_service_is_restarted_only_where_the_variable_says_always(restarts: Restarts) -> None:
    assert restarts.batch.costs["serving"].reboots == 0
    assert "the server is in_service" in restarts.batch.message(DECIDE, "serving")
    assert restarts.batch.run.result(WRITE, "forced")["host"]["service"] == "in_service"


def test_a_drained_server_is_not_restarted_where_the_variable_says_never(restarts: Restarts) -> None:
    assert restarts.batch.costs["kept"].reboots == 0
    waits = "A reboot is owed and waits: msexchange_tls_reboot is never, the server is in_maintenance."
    assert restarts.batch.message(DECIDE, "kept") == waits


def test_windows_without_exchange_knows_no_maintenance_and_is_restarted_only_when_asked_for(restarts: Restarts) -> None:
    assert restarts.batch.run.result(WRITE, "plain")["host"]["service"] == "not_exchange"
    assert restarts.batch.costs["plain"].reboots == 0
    assert "the server is not_exchange" in restarts.batch.message(DECIDE, "plain")


def test_a_server_that_went_back_into_service_after_the_decision_is_left_alone(restarts: Restarts) -> None:
    assert restarts.batch.message(DECIDE, "returned") == "A reboot is owed and allowed now."
    assert "went back into service" in restarts.batch.message(STILL_ALLOWED, "returned")
    assert restarts.batch.run.of(REBOOT, "returned").status == "skipped"
    assert restarts.batch.costs["returned"].reboots == 0


def test_who_was_not_restarted_keeps_the_debt_and_the_play_is_content(restarts: Restarts) -> None:
    assert restarts.batch.succeeded
    for name in ("serving", "kept", "returned", "plain"):
        state = restarts.batch.run.result(READ, name)
        assert state["debt"] == [restarts.batch.run.result(WRITE, name)["change"]]
        assert restarts.batch.message(CONCLUDE, name).endswith("A restart is still owed, it counts after that.")


def test_who_was_restarted_owes_nothing_and_is_proven(restarts: Restarts) -> None:
    for name in REBOOTED:
        state = restarts.batch.run.result(READ, name)
        assert state["debt"] == []
        assert state["prepared"]
        assert restarts.batch.run.of(PROVE, name).status == "ok"
        assert restarts.batch.message(CONCLUDE, name) == f"{name}: the server stands at stage prepare."


def test_a_restart_asks_for_the_boot_and_for_the_services_until_they_run(restarts: Restarts) -> None:
    at_once, late = (restarts.batch.costs[name].executions for name in ("forced", "drained"))
    # Boot time, restart, boot time again, services; the reading before the restart is one more than without.
    assert at_once == {"host_read": 4, "host_write": 1, "raw": 4}
    assert late["raw"] > 4


def test_services_that_the_site_leaves_out_are_not_waited_for(restarts: Restarts) -> None:
    for name in ("sleepy", "dozing"):
        assert restarts.batch.run.of(REBOOT, name).status == "ok"
        assert restarts.batch.costs[name].executions["raw"] == 4


def test_a_restart_is_not_over_while_an_automatic_exchange_service_does_not_run(restarts: Restarts) -> None:
    assert not restarts.trouble.succeeded
    assert restarts.trouble.costs["stuck"].reboots == 1
    sentence = restarts.trouble.refusal(CAME_BACK, "stuck")
    assert sentence.startswith("stuck: the restart did not come to its end")
    assert "msexchange_tls_services_ignored" in sentence
    assert CONCLUDE not in restarts.trouble.all_of("stuck")


def test_a_server_that_is_lost_before_its_restart_fails_with_the_reason(restarts: Restarts) -> None:
    assert restarts.trouble.run.of(READ_AGAIN, "gone").status == "unreachable"
    assert restarts.trouble.refusal(STILL_ALLOWED, "gone").startswith("gone was unreachable")
    assert REBOOT not in restarts.trouble.all_of("gone")
    assert CONCLUDE not in restarts.trouble.all_of("gone")


def test_the_report_is_written_when_restarts_go_wrong(restarts: Restarts) -> None:
    for name in TROUBLE:
        assert restarts.trouble.row(name)["change"]["changed"]
