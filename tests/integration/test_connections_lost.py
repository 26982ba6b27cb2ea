# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that fail, break or are not let in: whatever the library calls it, the host is unreachable, in one
sentence, and a later run goes on from there. winrm over http is shown with all other misfortunes in
test_modules_failures.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.hive_data import dump
from lab.host import LabHost
from lab.lab import Lab

pytestmark = pytest.mark.proves("connections", "host_failures")

PERSONA = "ex2013_ws2012r2"
MACHINE = "HKEY_LOCAL_MACHINE"
CONNECTIONS = {"psrp": ("psrp", "http"), "psrps": ("psrp", "https"), "winrms": ("winrm", "https")}
READING = "was unreachable while reading its TLS settings: "
WRITING = r"was unreachable while writing change \S+: "


@dataclasses.dataclass(frozen=True)
class Case:
    """What happens to a connection and what is said. ``written``: the change was carried out all the same."""

    sentence: str
    fault: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    written: bool = False


CASES: dict[str, Case] = {
    "down": Case(f"{READING}the connection was refused"),
    "bad_logon": Case(f"{READING}the credentials were rejected"),
    "cut_opening": Case(f"{READING}the connection was cut", {"what": "cut_before", "operation": "Create"}),
    "cut_sending": Case(f"{READING}the connection was cut", {"what": "cut_before", "operation": "Send"}),
    "cut_reading": Case(
        f"{READING}the connection was cut", {"what": "cut_after", "operation": "Receive", "module": "host_read"}
    ),
    "cut_writing": Case(f"{WRITING}the connection was cut", {"what": "cut_before", "operation": "Command", "skip": 1}),
    "answer_lost": Case(
        f"{WRITING}the connection was cut",
        {"what": "cut_after", "operation": "Receive", "module": "host_write"},
        written=True,
    ),
    "rejected": Case(
        f"{WRITING}the credentials were rejected", {"what": "http", "status": 401, "operation": "Command", "skip": 1}
    ),
    "stopped": Case(
        f"{WRITING}its management service does not run",
        {"what": "http", "status": 503, "operation": "Command", "skip": 1},
    ),
}
HOSTS = {f"{over}_{name}": (over, name) for over in ("psrp", "winrms") for name in CASES}
UNTRUSTED = ("psrps_untrusted", "winrms_untrusted")
VARIABLES = {
    # winrm waits that long once for the output of a command whose input could not be sent.
    "ansible_winrm_operation_timeout_sec": 1,
    "ansible_password": "{{ 'Another' if 'bad_logon' in inventory_hostname else '" + LabHost.password + "' }}",
    **{
        f"ansible_{name}_cert_validation": "{{ 'validate' if 'untrusted' in inventory_hostname else 'ignore' }}"
        for name in ("psrp", "winrm_server")
    },
}


@dataclasses.dataclass(frozen=True)
class Story:
    """A run with the faults and one without; whose registry the first one changed."""

    first: Run
    second: Run
    touched: frozenset[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    names = [*HOSTS, *UNTRUSTED]
    fields = {name: dict(zip(("connection", "scheme"), CONNECTIONS[name.split("_")[0]], strict=True)) for name in names}
    with Lab.start(**{name: {"persona": PERSONA, **fields[name]} for name in names}) as lab:
        controller = Controller(tmp_path_factory.mktemp("lost"), lab.inventory_path)
        for name, (_over, case) in HOSTS.items():
            if CASES[case].fault:
                lab.host(name).faults.add(**CASES[case].fault)
            if case == "down":
                lab.power_off(name)
        before = {name: dump(host.registry, MACHINE) for name, host in lab.hosts.items()}
        bring, options = task("bring", "baseline", {"stage": "obsolete"}), ("-f", "6")
        first = controller.play(bring, hosts="all", vars=VARIABLES, options=options)
        touched = frozenset(name for name, host in lab.hosts.items() if dump(host.registry, MACHINE) != before[name])
        for name, host in lab.hosts.items():
            host.faults.clear()
            if name.endswith("down"):
                lab.power_on(name)
        second = controller.play(bring, hosts=":".join(HOSTS), options=options)
        yield Story(first, second, touched)
        assert [host.unanswered for host in lab.hosts.values()] == [[]] * len(names)


@pytest.mark.parametrize("host", HOSTS)
def test_a_lost_connection_is_one_sentence_and_the_host_is_unreachable(story: Story, host: str) -> None:
    assert re.match(f"{host} {CASES[HOSTS[host][1]].sentence}", story.first.sentence("bring", host, "unreachable"))


@pytest.mark.parametrize("host", UNTRUSTED)
def test_a_certificate_that_is_not_trusted_is_named(story: Story, host: str) -> None:
    said = story.first.sentence("bring", host, "unreachable")
    assert said.startswith(f"{host} {READING}the certificate of its management listener is not trusted")


def test_what_was_not_written_left_the_registry_as_it_was(story: Story) -> None:
    assert story.touched == {name for name, (_over, case) in HOSTS.items() if CASES[case].written}


@pytest.mark.parametrize("host", HOSTS)
def test_the_next_run_goes_on_from_there(story: Story, host: str) -> None:
    assert story.second.result("bring", host)["changed"] is not CASES[HOSTS[host][1]].written


def test_a_setting_that_no_library_accepts_is_a_failure_that_quotes_it(tmp_path: pathlib.Path) -> None:
    """Basic over http cannot encrypt messages, which psrp asks for by default."""
    with Lab.start(ex1={"persona": PERSONA, "connection": "psrp"}) as lab:
        encrypt = {"ansible_psrp_message_encryption": "auto"}
        run = Controller(tmp_path, lab.inventory_path).play(task("state", "state_info"), vars=encrypt)
    assert "Cannot use message encryption with auth 'basic'" in run.sentence("state")
