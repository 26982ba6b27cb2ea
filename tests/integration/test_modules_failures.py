# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts on which something goes wrong: one sentence each, nothing half-written, and a next run that goes on from there.

All hosts are read and changed by one task of one ansible-playbook, so that one host's misfortune is also seen not to
touch another.
"""

from __future__ import annotations

import asyncio
import dataclasses
import pathlib
import re
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.hive_data import dump
from lab.host import LabHost
from lab.lab import Lab

pytestmark = pytest.mark.proves("host_failures")

PERSONA = "ex2013_ws2012r2"
MACHINE = "HKEY_LOCAL_MACHINE"


@dataclasses.dataclass(frozen=True)
class Case:
    """What goes wrong on one host and what its sentence must match. ``recovers``: a run without the fault succeeds."""

    fault: dict[str, t.Any]
    sentence: str
    status: str = "failed"
    recovers: bool = True


def read_answer(stdout: bytes, stderr: bytes = b"") -> dict[str, t.Any]:
    return {"what": "answer", "module": "host_read", "stdout": stdout, "stderr": stderr}


CASES: dict[str, Case] = {
    "banner": Case(
        read_answer(b"\r\nWelcome to EX01. Authorised use only.\r\nSecond line\r\n"),
        r"reading its TLS settings failed: the answer is not JSON but begins: Welcome to EX01. Authorised use only\.",
    ),
    "braces": Case(
        read_answer(b"\x1b[31;1m{ParserError}: {{ lookup('pipe', 'id') }} {0} %s\x1b[0m\r\n"),
        r"the answer is not JSON but begins: \{ParserError\}: \{\{ lookup\('pipe', 'id'\) \}\} \{0\} %s\.",
    ),
    "error_only": Case(
        read_answer(b"", b"\x1b[31;1mOut of memory {0}\x1b[0m\r\nAt line:1 char:1\r\n"),
        r"there was no answer but this error: Out of memory \{0\}\.",
    ),
    "silent": Case(read_answer(b""), r"the answer was empty\."),
    "stranger": Case(
        read_answer(b'{"banner": "Property of Contoso"}'),
        r'something else than the script answered: \{"banner": "Property of Contoso"\}\.',
    ),
    "newer": Case(read_answer(b'{"contract": 2, "changed": false}'), r"version 2 of the contract.* of one release\."),
    "nonsense": Case(read_answer(b'{"contract": 1, "changed": false, "keys": 5}'), r"nonsense: .*keys.*\."),
    "script_error": Case(
        read_answer(b'{"contract": 1, "changed": false, "failed": true, "msg": "keys[3].depth must be a number."}'),
        r"reading its TLS settings failed: keys\[3\]\.depth must be a number\. Nothing was changed\.",
    ),
    "lost_before_writing": Case(
        {"what": "cut_before", "operation": "Command", "skip": 1},
        r"lost_before_writing was unreachable while writing change \S+: the connection was cut\..*unknown",
        "unreachable",
    ),
    "busy": Case({"what": "mutex_busy"}, r"busy: Another change is being written on this host"),
    "disk_full": Case({"what": "disk_full"}, r"disk_full: Nothing was written, because the journal could not be"),
    "write_denied": Case(
        {"what": "deny_write", "at_write": 2},
        r"write_denied: Everything was put back, because HKEY_.* could not be written",
    ),
    "garbled_write": Case(
        {"what": "answer", "module": "host_write", "stdout": b"Bye!"},
        r"writing change \S+ failed: the answer is not JSON but begins: Bye!\. Whether anything was written is unknown",
    ),
    "down": Case({}, r"down was unreachable while reading its TLS settings: .*Check that", "unreachable", False),
    "bad_logon": Case({}, r"bad_logon was .*: the credentials were rejected\.", "unreachable", False),
    "unix": Case({}, r"unix: reading its TLS settings needs a Windows host.*ansible_connection", "failed", False),
    "no_wmf": Case({}, r"no_wmf: .* needs Windows PowerShell 5\.1.*reg_export.*endpoint_info", "failed", False),
}

#: Chooses per host, since one play runs them all.
VARIABLES = {
    "ansible_connection": "{{ 'local' if inventory_hostname == 'unix' else 'winrm' }}",
    "ansible_password": "{{ 'Another-Passw0rd' if inventory_hostname == 'bad_logon' else '" + LabHost.password + "' }}",
}


@dataclasses.dataclass(frozen=True)
class Story:
    """The first run, with faults, and the second one without; the registry before and after the first."""

    first: Run
    second: Run
    before: dict[str, t.Any]
    between: dict[str, t.Any]
    journals: dict[str, list[str]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Story]:
    personas = dict.fromkeys([*CASES, "answer_lost", "well"], PERSONA) | {"no_wmf": "ex2013_ws2012r2_no_wmf"}
    with Lab.start(**personas) as lab:
        folder: pathlib.Path = tmp_path_factory.mktemp("failures")
        controller = Controller(folder, lab.inventory_path)
        for name, case in CASES.items():
            if case.fault:
                lab.host(name).faults.add(**case.fault)
        lab.host("answer_lost").faults.add("cut_after", operation="Receive", skip=1)
        lab.call(_switch_off(lab.host("down")))
        before = {name: dump(host.registry, MACHINE) for name, host in lab.hosts.items()}
        bring = task("bring", "baseline", {"stage": "obsolete"})
        first = controller.play(bring, hosts="all", vars=VARIABLES)
        between = {name: dump(host.registry, MACHINE) for name, host in lab.hosts.items()}
        for host in lab.hosts.values():
            host.faults.clear()
        second = controller.play(bring, hosts="all", vars=VARIABLES)
        yield Story(first, second, before, between, {name: _journals(host) for name, host in lab.hosts.items()})


async def _switch_off(host: LabHost) -> None:
    host.go_down()
    await asyncio.sleep(0)


def _journals(host: LabHost) -> list[str]:
    return [file.path for file in host.files.files_in("C:\\ProgramData\\msexchange_tls\\changes")]


@pytest.mark.lab_only
@pytest.mark.parametrize("name", CASES)
def test_what_went_wrong_is_one_sentence_with_host_and_remedy(story: Story, name: str) -> None:
    case = CASES[name]
    assert re.search(case.sentence, story.first.sentence("bring", name, case.status))


@pytest.mark.lab_only
@pytest.mark.parametrize("name", CASES)
def test_what_went_wrong_left_the_registry_as_it_was(story: Story, name: str) -> None:
    assert story.between[name] == story.before[name]


@pytest.mark.lab_only
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.recovers])
def test_the_next_run_does_the_whole_work(story: Story, name: str) -> None:
    assert story.second.result("bring", name)["changed"]


@pytest.mark.lab_only
def test_the_misfortune_of_one_host_does_not_touch_another(story: Story) -> None:
    assert story.first.result("bring", "well")["changed"]
    assert not story.second.result("bring", "well")["changed"]


@pytest.mark.lab_only
def test_a_change_whose_answer_was_lost_is_found_done_by_the_next_run(story: Story) -> None:
    lost = story.first.of("bring", "answer_lost")
    assert lost.status == "unreachable"
    then = story.second.result("bring", "answer_lost")
    assert not then["changed"]
    assert then["reboot_required"]
    assert then["debt"] == [lost.result["change"]]


@pytest.mark.lab_only
def test_a_change_that_failed_tells_what_it_would_have_done_and_how_to_undo_it(story: Story) -> None:
    result = story.first.of("bring", "write_denied").result
    assert result["changed"] is False
    assert result["operations"]
    assert result["undo"].startswith("Windows Registry Editor Version 5.00")
