# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes are listed and taken back, one and all, by a real Ansible on each engine; the registry is compared value by
value with what it was.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Run, task
from integration.readings import reading, values_read

pytestmark = pytest.mark.proves("rollback_exact")

MACHINE = "HKEY_LOCAL_MACHINE"
SCHANNEL = rf"{MACHINE}\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
POLICIES = rf"{MACHINE}\SOFTWARE\Policies\Microsoft"
WINHTTP = rf"{MACHINE}\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"

FIRST = {
    "ciphers.rc4_128_128": "disabled",
    "protocols.ssl_3_0.server": "disabled",  # holds the number as text there
    "schannel.event_logging": 3,
    "winhttp.native.default_secure_protocols": 0xA00,
}
SECOND = {"schannel.event_logging": 7, "ciphers.rc4_64_128": "disabled"}
SUITES = [
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
]


def look(name: str) -> dict[str, t.Any]:
    """A reading of everything that may change, by the host script itself."""
    return reading(name, SCHANNEL, POLICIES, WINHTTP)


def written_by_hand(name: str, value: int) -> dict[str, t.Any]:
    """Somebody else changes a value that we changed."""
    path = rf"HKLM:\{SCHANNEL.partition(chr(92))[2]}"
    return {
        "name": name,
        "ansible.windows.win_regedit": {"path": path, "name": "EventLogging", "type": "dword", "data": value},
    }


@dataclasses.dataclass(frozen=True)
class Story:
    """One play in which changes are made and taken back."""

    run: Run

    def values(self, name: str) -> dict[str, t.Any]:
        """Key -> value name -> kind and data, of a reading in between."""
        return values_read(self.run, name)


@pytest.fixture(scope="module")
def story(target_of: TargetOf) -> Story:
    _lab, controller, _engine = target_of("ex2016_ws2016_mistakes")
    second, undone = "{{ second.change }}", "{{ undone.change }}"
    run = controller.play(
        look("at first"),
        task("first", "schannel", {"settings": FIRST, "ticket": "CHG1"}, register="first"),
        look("after first"),
        task("second", "schannel", {"settings": SECOND, "ticket": "CHG2"}, register="second"),
        look("after second"),
        task("history", "change_info"),
        task("one of them", "change_info", {"change": second}),
        task("none of them", "change_info", {"change": "nobody-0001"}),
        task("back in check mode", "rollback", {"change": second}, check_mode=True, diff=True),
        task("back", "rollback", {"change": second, "ticket": "CHG3"}, register="undone", diff=True),
        look("after back"),
        task("back again", "rollback", {"change": second}),
        task("history then", "change_info"),
        task("back of back", "rollback", {"change": undone}),
        look("after back of back"),
        written_by_hand("by hand", 5),
        task("state moved", "state_info"),
        task("conflict", "rollback", {"change": second}),
        look("after conflict"),
        task("forced", "rollback", {"change": second, "force": True}),
        look("after forced"),
        written_by_hand("by hand again", 7),
        task("lists", "cipher_suites", {"suites": SUITES}),
        task("state between", "state_info"),
        task("all back", "rollback", {"after": "2000-01-01"}),
        look("at last"),
        task("unknown", "rollback", {"change": "nobody-0001"}),
        task("neither", "rollback", {}),
        task("both", "rollback", {"change": second, "after": second}),
    )
    return Story(run)


def test_a_change_is_listed_with_what_it_wrote_and_where_that_stands_now(story: Story) -> None:
    second, first = story.run.result("history")["changes"]
    assert (first["id"], second["id"]) == (story.run.result("first")["change"], story.run.result("second")["change"])
    assert (first["state"], first["ticket"], first["module"], first["debt"]) == ("closed", "CHG1", "schannel", True)
    assert first["meta"]["exchange"].startswith("15.1.")
    assert first["meta"]["windows"].startswith("14393")
    logging = {one["name"]: one for one in first["values"]}["EventLogging"]
    assert (logging["after"], logging["now"]) == ({"kind": 4, "data": 3}, "moved")
    assert {one["now"] for one in second["values"]} == {"as_left"}
    assert story.run.result("history")["debt"] == [first["id"], second["id"]]


def test_one_change_can_be_asked_for_and_one_that_does_not_exist_is_refused(story: Story) -> None:
    assert story.run.result("one of them")["changes"] == story.run.result("history")["changes"][:1]
    assert "there is no change nobody-0001 on this host" in story.run.sentence("none of them")


def test_check_mode_predicts_the_way_back(story: Story) -> None:
    check, done = story.run.result("back in check mode"), story.run.result("back")
    for name in (
        "changed",
        "before",
        "after",
        "operations",
        "rules",
        "undo",
        "reg",
        "rolled_back",
        "conflicts",
        "diff",
    ):
        assert check[name] == done[name], name
    assert (check["change"], check["changed"]) == (None, True)


def test_one_change_goes_back_byte_for_byte_with_the_keys_that_it_made(story: Story) -> None:
    assert story.values("after first") != story.values("after second")
    assert story.values("after back") == story.values("after first")
    result = story.run.result("back")
    assert result["rolled_back"] == [story.run.result("second")["change"]]
    assert result["reboot_required"]
    assert ("delete_key", f"{SCHANNEL}\\Ciphers\\RC4 64/128") in {
        (one["op"], one["path"]) for one in result["operations"]
    }
    assert "RC4 64/128" in result["diff"]["before"]


def test_a_change_that_is_back_is_left_alone(story: Story) -> None:
    again = story.run.result("back again")
    assert (again["changed"], again["operations"], again["change"]) == (False, [], None)


def test_the_way_back_is_a_change_itself_that_says_what_it_took_back(story: Story) -> None:
    newest, second, _first = story.run.result("history then")["changes"]
    assert newest["id"] == story.run.result("back")["change"]
    assert (newest["module"], newest["meta"]["of"], newest["ticket"]) == ("rollback", second["id"], "CHG3")
    assert second["rolled_back_by"] == [newest["id"]]
    assert {one["now"] for one in second["values"]} == {"as_before"}


def test_the_way_back_can_be_taken_back(story: Story) -> None:
    assert story.values("after back of back") == story.values("after second")


def test_a_value_that_somebody_changed_since_refuses_the_whole_and_is_named(story: Story) -> None:
    message = story.run.sentence("conflict")
    assert "nothing was written, because 1 value was changed since" in message
    assert "EventLogging was left as REG_DWORD 7 and is REG_DWORD 5 now, by somebody else." in message
    assert "force: true" in message
    assert story.run.of("conflict").result["conflicts"][0]["found"] == {"kind": 4, "data": 5}
    assert story.values("after conflict")[SCHANNEL]["EventLogging"] == (4, 5)


@pytest.mark.proves("drift_cause")
def test_what_moved_and_what_was_taken_back_are_findings_with_their_cause(story: Story) -> None:
    moved = {one["subject"]: one for one in story.run.result("state moved")["findings"] if one["id"] == "changes.drift"}
    assert set(moved) == {"schannel.event_logging"}
    assert (
        "EventLogging was left as REG_DWORD 7 and is REG_DWORD 5 now. Cause: "
        in moved["schannel.event_logging"]["message"]
    )
    undone = [one["subject"] for one in story.run.result("state between")["findings"] if one["id"] == "changes.undone"]
    assert undone == ["ciphers.rc4_64_128"]


def test_force_takes_the_rest_back_and_leaves_what_is_foreign(story: Story) -> None:
    result = story.run.result("forced")
    assert result["changed"]
    assert [one["name"] for one in result["conflicts"]] == ["EventLogging"]
    assert story.values("after forced")[SCHANNEL]["EventLogging"] == (4, 5)
    assert f"{SCHANNEL}\\Ciphers\\RC4 64/128" not in story.values("after forced")


def test_all_changes_go_back_at_once_to_what_was_there_before_the_first(story: Story) -> None:
    result = story.run.result("all back")
    assert len(result["rolled_back"]) == 6
    assert result["conflicts"] == []
    assert story.values("at last") == story.values("at first")
    places = [(one["op"] == "delete_key", one["path"], one["name"]) for one in result["operations"]]
    assert len(places) == len(set(places))


def test_a_change_that_is_not_there_and_options_that_make_no_sense_are_refused(story: Story) -> None:
    assert "there is no change nobody-0001 on this host. The newest there are" in story.run.sentence("unknown")
    assert "one of the following is required: change, after" in story.run.sentence("neither")
    assert "mutually exclusive: change|after" in story.run.sentence("both")
