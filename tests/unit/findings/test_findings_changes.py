# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What waits for a boot and who wrote it: our own changes are told from those of others by their time and place."""

from __future__ import annotations

import typing as t

import pytest
from tools.registry import AFTER, BOOT, HOUR, NOW, change, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Revert
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find

pytestmark = pytest.mark.proves("findings")

SECOND = 10_000_000
KEY = "SCHANNEL\\Protocols\\TLS 1.0\\Server"
LONG_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server"
OFF = f'[{KEY}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'


def said(finding: str, text: str, **more: t.Any) -> list[tuple[str, str]]:
    """Subject and message of every finding with an id."""
    return [(one.subject, one.message) for one in find(state_of(text, **more)) if one.id == finding]


def foreign(*journal: t.Any, text: str = OFF, written: int = AFTER) -> list[tuple[str, str]]:
    return said("changes.foreign_write", text, written={KEY: written}, journal=journal)


def ours(**fields: t.Any) -> t.Any:
    fields = {"started": AFTER - SECOND, "closed": AFTER + SECOND, "values": [(KEY, "Enabled")], **fields}
    return change(**fields)


def test_a_write_after_the_boot_is_told_with_its_time_and_its_settings() -> None:
    when, boot = "2025-12-01T12:00:00Z", "2025-12-01T11:00:00Z"
    sentence = f"{LONG_KEY} was written at {when}, after the boot at {boot}, by no change of ours "
    assert foreign() == [(LONG_KEY, sentence + "(protocols.tls_1_0.server).")]


def test_a_write_of_our_own_is_not_foreign() -> None:
    assert foreign(ours()) == []


@pytest.mark.parametrize(
    "journal",
    [
        [],
        [ours(values=[("SCHANNEL", "Enabled")])],
        [ours(values=[])],
        [ours(started=None)],
        [ours(started=AFTER + 1)],
        [ours(closed=AFTER - 5 * SECOND - 1, started=AFTER - HOUR)],
        [ours(closed=None, started=AFTER - 5 * SECOND - 1)],
    ],
)
def test_a_change_that_was_elsewhere_or_over_does_not_own_the_write(journal: list[t.Any]) -> None:
    assert len(foreign(*journal)) == 1


@pytest.mark.parametrize(
    "mine",
    [
        ours(started=AFTER),
        ours(closed=AFTER, started=AFTER - HOUR),
        ours(closed=AFTER - 5 * SECOND, started=AFTER - HOUR),
        ours(closed=None, started=AFTER - 5 * SECOND),
        ours(values=[("HKLM\\SOFTWARE", "other"), (KEY.upper(), "Enabled")]),
    ],
)
def test_a_change_owns_what_was_written_between_its_start_and_a_moment_after_its_end(mine: t.Any) -> None:
    assert foreign(mine) == []
    assert foreign(change(values=[]), mine) == []


def test_a_change_is_known_by_the_number_of_the_control_set_too() -> None:
    numbered = LONG_KEY.replace("CurrentControlSet", "ControlSet001")
    select = '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
    assert foreign(ours(values=[(numbered, "Enabled")]), text=select + OFF) == []


def test_settings_of_one_key_are_one_finding() -> None:
    text = '[SCHANNEL]\n"EventLogging"=dword:3\n'
    (found,) = said("changes.foreign_write", text, written={"SCHANNEL": AFTER})
    assert found[0].endswith("\\SCHANNEL")
    assert "and " in found[1]
    assert found[1].endswith(" more).")


def test_a_write_before_the_boot_is_nobodys_business() -> None:
    assert foreign(written=BOOT) == []


@pytest.mark.parametrize(
    ("values", "closed", "sentence"),
    [
        (1, AFTER, "The change change-0001 of 2025-12-01T12:00:00Z (1 value) waits for a boot."),
        (2, AFTER, "The change change-0001 of 2025-12-01T12:00:00Z (2 values) waits for a boot."),
        (0, None, "The change change-0001 of an unknown time (0 values) waits for a boot."),
    ],
)
def test_a_change_of_ours_that_waits_is_told_with_time_and_size(values: int, closed: int | None, sentence: str) -> None:
    mine = change(closed=closed, values=[(KEY, f"value {number}") for number in range(values)])
    assert said("changes.reboot_debt", "[SCHANNEL]\n", journal=[mine]) == [("change-0001", sentence)]


@pytest.mark.parametrize(("name", "shown"), [("", "without id"), ("a\x1bb", "a\\x1bb"), ("x" * 81, "x" * 80 + "...")])
def test_the_name_of_a_change_is_made_fit_to_be_shown(name: str, shown: str) -> None:
    ((subject, message),) = said("changes.bad_end", "[SCHANNEL]\n", journal=[change(name, state="open")])
    assert subject == shown
    assert message.startswith(f"The change {shown} was begun")


@pytest.mark.parametrize(
    ("state", "error", "end"),
    [
        ("open", "", "was begun and neither finished nor put back; the host may have lost power in the middle."),
        ("put_back_failed", "no\x07", "failed and could not be put back completely: no\\x07."),
        ("torn", "y" * 121, "has a journal that cannot be read: " + "y" * 120 + "...."),
    ],
)
def test_a_change_that_ended_badly_says_how(state: str, error: str, end: str) -> None:
    journal = [change("good"), change(state=state, error=error), change("back", state="put_back")]
    found = said("changes.bad_end", "[SCHANNEL]\n", journal=journal)
    assert found == [("change-0001", f"The change change-0001 {end}")]


@pytest.mark.parametrize(
    ("key", "who"),
    [
        (r"Component Based Servicing\RebootPending", "servicing"),
        (r"WindowsUpdate\Auto Update\RebootRequired", "Windows Update"),
    ],
)
def test_windows_itself_waits_for_a_boot(key: str, who: str) -> None:
    path = rf"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\{key}"
    assert said("changes.windows_waits", f"[{path}]\n") == [
        ("boot", f"Windows waits for a boot ({who}): {path} exists.")
    ]
    assert said("changes.windows_waits", "[SCHANNEL]\n") == []


def test_a_list_without_a_known_owner_is_told_with_its_place() -> None:
    ((subject, message),) = said("changes.owner_unknown", '[POLICY_SSL]\n"Functions"="X"\n')
    assert subject == "cipher_suites.group_policy"
    assert r": HKLM\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002\Functions is there" in message
    assert said("changes.owned_by_group_policy", '[POLICY_SSL]\n"Functions"="X"\n') == []


def timed(state: str = "closed", timer: str = "armed", deadline: int | None = AFTER, **more: t.Any) -> t.Any:
    return change(state=state, revert=Revert(timer, "task", deadline, BOOT, AFTER), **more)


@pytest.mark.parametrize(
    ("late", "words"), [(15 * 60, "takes itself back at"), (15 * 60 + 1, "should have taken itself back at")]
)
def test_a_timer_that_is_over_for_a_quarter_of_an_hour_did_not_do_its_work(late: int, words: str) -> None:
    ((_subject, message),) = said("changes.revert_armed", "[SCHANNEL]\n", journal=[timed(deadline=NOW - late * SECOND)])
    assert words in message


@pytest.mark.parametrize(
    "gone", [timed(timer="confirmed"), timed(timer="reverted", state="reverted"), timed(state="put_back"), change()]
)
def test_a_change_that_is_confirmed_or_back_waits_for_nothing(gone: t.Any) -> None:
    assert said("changes.revert_armed", "[SCHANNEL]\n", journal=[gone]) == []


def test_a_change_that_took_itself_back_is_told_until_a_later_one_stayed() -> None:
    back = timed("reverted", "reverted", started=AFTER)
    assert len(said("changes.reverted", "[SCHANNEL]\n", journal=[back])) == 1
    for other in (change("b", started=AFTER - 1), change("b", state="put_back", started=AFTER + 1)):
        assert len(said("changes.reverted", "[SCHANNEL]\n", journal=[back, other])) == 1
    assert said("changes.reverted", "[SCHANNEL]\n", journal=[back, change("b", started=AFTER + 1)]) == []


def test_three_settings_of_a_key_are_named_and_the_rest_is_counted() -> None:
    ((_subject, message),) = said(
        "changes.foreign_write", '[SCHANNEL]\n"EventLogging"=dword:3\n', written={"SCHANNEL": AFTER}
    )
    named, _and, rest = message.rpartition(", by no change of ours (")[2].partition(" and ")
    assert len(named.split(", ")) == 3
    assert rest.endswith(" more).")


def test_every_change_with_a_timer_is_told_whatever_stands_before_it() -> None:
    journal = [
        change("first"),
        timed(name="late", deadline=NOW - 16 * 60 * SECOND),
        timed(name="some-day", deadline=None),
    ]
    assert said("changes.revert_armed", "[SCHANNEL]\n", journal=journal) == [
        ("late", "The change late should have taken itself back at 2025-12-01T12:44:00Z and is still there."),
        ("some-day", "The change some-day takes itself back unless confirmed."),
    ]


@pytest.mark.parametrize(
    ("timer", "sentence"),
    [
        (None, "took itself back: nobody confirmed it."),
        (Revert("reverted", "task", AFTER, BOOT, None), "took itself back: nobody confirmed it."),
        (
            Revert("reverted", "task", AFTER, BOOT, AFTER),
            "took itself back at 2025-12-01T12:00:00Z: nobody confirmed it.",
        ),
    ],
)
def test_a_change_that_took_itself_back_says_when_and_whether_windows_restarted(
    timer: Revert | None, sentence: str
) -> None:
    journal = [change(state="reverted", started=None, revert=timer)]
    found = said("changes.reverted", "[SCHANNEL]\n", journal=journal)
    assert found == [("change-0001", f"The change change-0001 {sentence}")]
