# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that make no sense: one sentence with the nearest right word, before any host is troubled if possible."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from integration.controller import Controller, Run, task
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = pytest.mark.proves("arguments")

#: name -> (module, arguments, what the sentence must match). None of these may reach the host.
WRONG: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "unknown option": ("baseline", {"profil": "exchange_current"}, r"Unsupported parameters .*profil.*"),
    "unknown stage": (
        "baseline",
        {"stage": "everything"},
        r"stage must be one of: prepare, .*got: everything",
    ),
    "organisation is text": ("baseline", {"organisation": "ex1"}, r"organisation"),
    "organisation without prepared": (
        "baseline",
        {"organisation": {"ex2": "yes"}},
        r"the entry of ex2 needs prepared.*msexchange\.tls\.organisation",
    ),
    "observed is text": ("state_info", {"observed": "https"}, r"observed"),
    "unknown profile": ("baseline", {"profile": "exchange_curent"}, r"no profile 'exchange_curent'.*exchange_current"),
    "overlay that is not there": ("baseline", {"overlays": ["nowhere.yml"]}, r"overlay nowhere\.yml was not found"),
    "overlay that is no UTF-8": ("baseline", {"overlays": ["latin.yml"]}, r"overlay latin\.yml is not UTF-8"),
    "export without system": ("state_info", {"reg_export": "x.reg"}, r"os"),
    "export that is not there": ("state_info", {"reg_export": "x.reg", "os": "ws2016"}, r"export x\.reg was not found"),
    "unknown setting": (
        "schannel",
        {"settings": {"protocols.tls_1_0.servr": "disabled"}},
        r"there is no setting 'protocols\.tls_1_0\.servr'.*'protocols\.tls_1_0\.server'",
    ),
    "word that no switch has": (
        "schannel",
        {"setting": "protocols.tls_1_0.server", "value": "disable"},
        r"enabled, disabled, disabled_by_default or absent, not 'disable'.*Did you mean 'disabled'",
    ),
    "truth value": ("schannel", {"settings": {"ciphers.rc4_128_128": False}}, r"ciphers\.rc4_128_128"),
    "text for a number": ("schannel", {"settings": {"schannel.event_logging": "all"}}, r"is a number"),
    "setting of users": ("schannel", {"settings": {"wininet.user": 0xA80}}, r"wininet\.user.*only judged"),
    "value without setting": ("schannel", {"value": "disabled"}, r"setting"),
    "both forms": (
        "schannel",
        {"settings": {"fips.enabled": "disabled"}, "setting": "fips.enabled", "value": "disabled"},
        r"mutually exclusive",
    ),
    "nothing wanted": ("cipher_suites", {}, r"suites, curves"),
    "empty list": ("cipher_suites", {"suites": []}, r"empty list would leave Windows without"),
    "suite twice": (
        "cipher_suites",
        {"suites": ["TLS_AES_256_GCM_SHA384", "tls_aes_256_gcm_sha384"]},
        r"more than once",
    ),
    "null for a change": ("rollback", {"change": None}, r"one of the following is required: change, after\."),
    "null for a point": ("rollback", {"after": None}, r"one of the following is required: change, after\."),
    "null for settings": ("schannel", {"settings": None}, r"one of the following is required: settings, setting\."),
    "null for a system": ("state_info", {"reg_export": "x.reg", "os": None}, r"required by 'reg_export': os\."),
    "null for a plan": ("baseline", {"plan_file": None, "plan_key": "k.pem"}, r"required by 'plan_key': plan_file\."),
    "steering text": ("baseline", {"profile": "\x1b[31m\r\u202ex"}, r"no profile '\\x1b\[31m\\r\\u202ex'"),
    "absent with a list": ("cipher_suites", {"state": "absent", "curves": ["NistP384"]}, r"state absent removes both"),
}

#: Found only once it is known which host it is about.
WRONG_FOR_THE_HOST: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "overlay that is no YAML": ("baseline", {"overlays": ["torn.yml"]}, r"torn\.yml:3:1: error\["),
    "overlay with an unknown rule": ("state_info", {"overlays": ["typo.yml"]}, r"typo\.yml:2:3: error\["),
    "suite that this system has not": (
        "cipher_suites",
        {"suites": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA385"]},
        r"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA385",
    ),
}

FILES = {
    "torn.yml": b"rules:\n  a: [1, 2\n",
    "latin.yml": b"# gr\xfc\xdfe\nrules: {}\n",
    "typo.yml": b"rules:\n  no_such_rule: {remove: true}\n",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[Run, Lab, t.Any]]:
    folder: pathlib.Path = tmp_path_factory.mktemp("arguments")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    with Lab.start("ex2016_ws2016_mistakes", asked_in_vain="ex2016_ws2016_mistakes") as lab:
        controller = Controller(folder, lab.inventory_path)
        before = dump(lab.host("ex1").registry, "HKEY_LOCAL_MACHINE")
        groups = (("asked_in_vain", WRONG), ("ex1", WRONG_FOR_THE_HOST))
        plays = [
            {
                "hosts": host,
                "gather_facts": False,
                "tasks": [task(name, module, arguments) for name, (module, arguments, _words) in cases.items()],
            }
            for host, cases in groups
        ]
        plays[0]["tasks"].append(task("async", "baseline", {}, **{"async": 30, "poll": 1}))
        yield controller.playbook(plays), lab, before


@pytest.mark.lab_only
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_one_sentence(run: tuple[Run, Lab, t.Any], name: str) -> None:
    assert re.search(WRONG[name][2], run[0].sentence(name, "asked_in_vain"))


@pytest.mark.lab_only
@pytest.mark.parametrize("name", WRONG_FOR_THE_HOST)
def test_what_does_not_fit_the_host_is_one_sentence(run: tuple[Run, Lab, t.Any], name: str) -> None:
    assert re.search(WRONG_FOR_THE_HOST[name][2], run[0].sentence(name, "ex1"))


@pytest.mark.lab_only
def test_async_is_refused_with_the_reason(run: tuple[Run, Lab, t.Any]) -> None:
    assert "does not support async" in run[0].sentence("async", "asked_in_vain")


@pytest.mark.lab_only
def test_no_host_is_contacted_about_arguments_that_are_wrong_anyway(run: tuple[Run, Lab, t.Any]) -> None:
    assert run[1].host("asked_in_vain").counters.connections == 0


@pytest.mark.lab_only
def test_nothing_is_written_when_something_is_wrong(run: tuple[Run, Lab, t.Any]) -> None:
    _run, lab, before = run
    assert lab.host("ex1").counters.executions == {"msexchange.tls.host_read": len(WRONG_FOR_THE_HOST)}
    assert dump(lab.host("ex1").registry, "HKEY_LOCAL_MACHINE") == before
