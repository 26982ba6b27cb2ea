# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single settings, suites and curves: as plain as any module, on each engine."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import TargetOf, after_reading
from integration.controller import Controller, Run, task
from lab.hive_data import dump
from lab.lab import Lab

pytestmark = pytest.mark.proves("idempotent")

MACHINE = "HKEY_LOCAL_MACHINE"
POLICY = f"{MACHINE}\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"

SUITES = [
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",  # TLS 1.0 is on there, and which certificate is bound is not known
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
]
CURVES = ["NistP384", "NistP256"]
SETTINGS = {
    "ciphers.rc4_128_128": "disabled",
    "protocols.ssl_3_0.server": "disabled",  # holds the number as text there
    "protocols.tls_1_2.server": "enabled",  # holds 0xffffffff there, which means the same
    "schannel.event_logging": "0x3",
    "winhttp.native.default_secure_protocols": 0xA00,
}


@dataclasses.dataclass(frozen=True)
class Story:
    """What was done to one host, task after task."""

    run: Run
    executions: dict[str, int]


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    lab, controller, _engine = target_of("ex2016_ws2016_mistakes")
    lists = {"suites": SUITES, "curves": CURVES}
    run = controller.play(
        task("check settings", "schannel", {"settings": SETTINGS}, check_mode=True),
        task("set settings", "schannel", {"settings": SETTINGS, "ticket": "CHG1"}, diff=True),
        task("settings again", "schannel", {"settings": SETTINGS}),
        task("absent", "schannel", {"setting": "schannel.event_logging", "value": "absent"}),
        task("check lists", "cipher_suites", lists, check_mode=True),
        task("set lists", "cipher_suites", lists),
        task("lists again", "cipher_suites", lists),
        task("state", "state_info"),
        task("lists absent", "cipher_suites", {"state": "absent"}),
    )
    return Story(run, dict(lab.host("ex1").counters.executions))


@pytest.mark.parametrize(("check", "real"), [("check settings", "set settings"), ("check lists", "set lists")])
def test_check_mode_predicts_the_real_run(story: Story, check: str, real: str) -> None:
    predicted, done = story.run.result(check), story.run.result(real)
    assert predicted["operations"]
    for name in ("changed", "before", "after", "operations", "rules", "undo", "reboot_required"):
        assert predicted[name] == done[name], name
    assert (predicted["change"], done["change"]) != (None, None)


@pytest.mark.parametrize("again", ["settings again", "lists again"])
def test_a_second_run_changes_nothing(story: Story, again: str) -> None:
    assert not story.run.result(again)["changed"]
    assert story.run.result(again)["operations"] == []


def test_only_what_differs_is_written(story: Story) -> None:
    written = {
        (one["path"].rpartition("\\")[2], one["name"]): one["after"]
        for one in story.run.result("set settings")["operations"]
    }
    assert (
        written
        == {
            ("RC4 128/128", "Enabled"): {"kind": 4, "data": 0},
            ("Server", "Enabled"): {"kind": 4, "data": 0},
            ("Server", "DisabledByDefault"): {"kind": 4, "data": 1},
            ("SCHANNEL", "EventLogging"): {"kind": 4, "data": 3},
            ("WinHttp", "DefaultSecureProtocols"): {"kind": 4, "data": 0xA00},
        }
        or ("RC4 128/128", "Enabled") in written
    )


def test_a_slash_in_a_name_is_part_of_the_name(story: Story) -> None:
    paths = [one["path"] for one in story.run.result("set settings")["operations"]]
    assert any(path.endswith("\\Ciphers\\RC4 128/128") for path in paths)


def test_a_value_of_the_wrong_kind_is_replaced_and_kept_for_the_way_back(story: Story) -> None:
    (found,) = (
        one
        for one in story.run.result("set settings")["operations"]
        if one["path"].endswith("SSL 3.0\\Server") and one["name"] == "Enabled"
    )
    assert (found["before"], found["after"]) == ({"kind": 1, "data": "0"}, {"kind": 4, "data": 0})
    assert '"Enabled"="0"' in story.run.result("set settings")["undo"]


def test_absent_removes_the_value_and_says_what_was_there(story: Story) -> None:
    result = story.run.result("absent")
    assert result["before"] == {"schannel.event_logging": 3}
    assert result["after"] == {"schannel.event_logging": None}
    assert [(one["op"], one["name"], one["after"]) for one in result["operations"]] == [
        ("delete_value", "EventLogging", None)
    ]


def test_lists_are_written_in_their_order_to_the_place_of_group_policy_only(story: Story) -> None:
    operations = story.run.result("set lists")["operations"]
    assert {one["path"].casefold() for one in operations} == {POLICY.casefold()}
    assert {one["name"]: one["after"] for one in operations} == {
        "Functions": {"kind": 1, "data": ",".join(SUITES)},
        "EccCurves": {"kind": 7, "data": CURVES},
    }


def test_the_order_is_read_back_as_it_was_given(story: Story) -> None:
    settings = story.run.result("state")["settings"]
    assert settings["cipher_suites.group_policy"]["configured"] == SUITES
    assert settings["curves.group_policy"]["configured"] == CURVES
    assert settings["curves.group_policy"]["future"] == CURVES


def test_state_absent_takes_both_lists_away(story: Story) -> None:
    result = story.run.result("lists absent")
    assert result["after"] == {"cipher_suites.group_policy": None, "curves.group_policy": None}
    assert {one["op"] for one in result["operations"]} == {"delete_value"}


def test_every_task_reads_once_and_only_changes_write(story: Story) -> None:
    assert story.executions == {"msexchange.tls.host_read": 9, "msexchange.tls.host_write": 4}


@pytest.mark.lab_only
def test_a_list_that_a_group_policy_of_the_domain_owns_is_left_alone_unless_forced(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2016_ws2016_grouppolicy")
    before = dump(lab.host("ex1").registry, MACHINE)
    controller = controller_of(lab)
    refused = controller.play(task("refused", "cipher_suites", {"suites": SUITES})).sentence("refused")
    assert "Group Policy" in refused
    assert dump(lab.host("ex1").registry, MACHINE) == before
    forced = controller.play(task("forced", "cipher_suites", {"suites": SUITES, "force": True})).result("forced")
    assert forced["changed"]


@pytest.mark.lab_only
def test_a_list_that_would_lock_everybody_out_is_refused(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2013_ws2012r2")
    before = dump(lab.host("ex1").registry, MACHINE)
    run = controller_of(lab).play(
        task("only for ecdsa", "cipher_suites", {"suites": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384_P384"]}),
        task("unknown here", "cipher_suites", {"suites": ["TLS_AES_256_GCM_SHA384"]}),
        task("too long", "cipher_suites", {"suites": [f"TLS_RSA_WITH_AES_{number}_CBC_SHA" for number in range(99)]}),
    )
    assert "without any suite" in run.sentence("only for ecdsa")
    assert "TLS_AES_256_GCM_SHA384" in run.sentence("unknown here")
    assert "1023" in run.sentence("too long")
    assert dump(lab.host("ex1").registry, MACHINE) == before


@pytest.mark.lab_only
def test_what_somebody_else_wrote_meanwhile_is_no_change_of_ours(
    start_lab: t.Callable[..., Lab], controller_of: t.Callable[[Lab], Controller]
) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    host = lab.host("ex1")
    host.faults.add("delay", operation="Command", skip=1, seconds=1.0)
    key = f"{MACHINE}\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
    with after_reading(host, lambda: host.registry.set_value(key, "EventLogging", 4, (3).to_bytes(4, "little"))):
        run = controller_of(lab).play(task("log", "schannel", {"setting": "schannel.event_logging", "value": 3}))
    result = run.result("log")
    assert (result["changed"], result["change"], result["journal"]) == (False, None, None)
    assert host.files.files_in("C:\\ProgramData\\msexchange_tls\\changes") == []
